"""Pages without scripts, from their templates."""

from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from xray_app import languages
from xray_app.guard import PAGE_HEADERS


def painted(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page, in the language that is spoken.

    Args:
        template: its file.
        values: what the template shows.
    """
    known = {"problem": "", "name": "", "key": "", "oidc": False, "next": ""}
    text = _templates().get_template(template).render(**known | values)
    return HTMLResponse(text, status, PAGE_HEADERS)


@cache
def _templates() -> Environment:
    folder = FileSystemLoader(Path(__file__).parent / "templates")
    here = Environment(loader=folder, autoescape=True, undefined=StrictUndefined)
    known: dict[str, Any] = {"say": languages.say, "told": languages.told}
    here.globals.update(known, languages=languages.languages, spoken=languages.spoken)
    return here
