"""The frame of our pages: they ask for nothing outside themselves, and text is escaped here."""

from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources
from pathlib import Path


def save(path: Path, title: str, body: str) -> None:
    """A page with this title and body, which is markup."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = resources.files("xray_train").joinpath("page.html").read_text("utf-8")
    path.write_text(frame.format(title=escape(title), body=body), encoding="utf-8")


def section(title: str, content: str, note: str) -> str:
    """A part of a page; the content is markup."""
    return f"<section><h2>{escape(title)}</h2><p class=note>{escape(note)}</p>{content}</section>"


def table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows of text under their names, escaped."""
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(
        f"<tr><th>{escape(str(first))}</th>"
        + "".join(f"<td>{escape(str(value))}</td>" for value in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return f"<div class=wide><table><thead><tr>{head}</tr></thead>{body}</table></div>"


def share(value: float, interval: Sequence[float] | None, digits: int = 2) -> str:
    """A share, and its interval in brackets."""
    if interval is None:
        return f"{value:.{digits}f}"
    return f"{value:.{digits}f} ({interval[0]:.{digits}f}–{interval[1]:.{digits}f})"


def figure(value: float | None) -> str:
    """A figure, or a dash where there is none."""
    return "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
