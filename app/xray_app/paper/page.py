"""A case's paper as one page of HTML that holds all it shows, to be printed or kept."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from xray_app.languages import spoken
from xray_app.paper.parts import Paper

TEMPLATES = Path(__file__).parent / "templates"


def page(paper: Paper, pdf: str) -> str:
    """The page, with a link to the same as PDF."""
    template = _templates().get_template("paper.html")
    return template.render(paper=paper, pdf=pdf, spoken=spoken(), style=Markup(_style()))


@cache
def policy() -> str:
    """What the page may load: its own style and the pictures in it; no script."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@cache
def _style() -> str:
    return (TEMPLATES / "paper.css").read_text(encoding="utf-8")


@cache
def _templates() -> Environment:
    # autoescape: declarations, notes and names come from outside.
    here = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    here.filters["base64"] = lambda content: base64.b64encode(content).decode()
    return here
