"""What all rooms share: the bar, the frame of a page.

The pages are stricter than Gradio's: no script and no style but our own files.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Form, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from xray_app import languages
from xray_app.access.roles import Actor
from xray_app.api import shapes
from xray_app.api.style import theme_of
from xray_app.cases.case import Case
from xray_app.desk import called, navigation, view
from xray_app.desk.navigation import Room
from xray_app.desk.rooms import words
from xray_app.guard import PAGE_HEADERS
from xray_app.service import Service
from xray_app.wording import case_name

Text = Annotated[shapes.Text, Form()]
Line = Annotated[str, Form(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]

ZONE = "xray_zone"  # the cookie that says where the reader is


def page(
    request: Request, actor: Actor, room: Room, status: int = 200, **values: Any
) -> HTMLResponse:
    """A room's page, made by the template of its path.

    What it says of a `problem` names every case as people do, whichever room and refusal it is.
    """
    service: Service = request.app.state.service
    if values.get("problem"):
        with service.database.read() as connection:
            values["problem"] = called.by_name(connection, values["problem"])
    about = (request.app.state.card, service.settings.demo, actor.name)
    rooms, theme = navigation.open_to(actor), theme_of(service, actor)
    bar = view.header(*about, rooms, room, theme=theme)
    template = _templates().get_template(room.path.strip("/").replace("-", "_") + ".html")
    said = {"bar": Markup(bar), "room": room, "now": service.now}
    return HTMLResponse(template.render(**said, **values), status, PAGE_HEADERS)


def zone(request: Request) -> ZoneInfo:
    """The zone in which the reader's days begin, as the pages' script says it; UTC until it has."""
    try:
        return ZoneInfo(request.cookies.get(ZONE) or "UTC")
    except (KeyError, ValueError, OSError):  # no such zone
        return ZoneInfo("UTC")


def moment(at: datetime | None) -> Markup:
    """A moment in UTC; the page's script shows it in the reader's own zone."""
    if at is None:
        return Markup("–")
    tag = '<time datetime="{}">{}</time>'
    return Markup(tag).format(f"{at:%Y-%m-%dT%H:%M:%SZ}", f"{at:%Y-%m-%d %H:%M} UTC")


@pass_context
def _name(context: Context, case: Case) -> str:
    """What people call a case; the page's `files` say what those are called that have no number."""
    return case_name(case, context.get("files", {}).get(case.id, ""))


@cache
def _templates() -> Environment:
    # autoescape: declarations, names and notes come from outside.
    here = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    known: dict[str, Callable[..., Any]] = {
        "moment": moment,
        "age": words.age,
        "name": _name,
        "word": languages.label,
        "number": languages.number,
    }
    here.filters.update(known)
    said: dict[str, Any] = {"say": languages.say, "html": languages.html, "told": languages.told}
    here.globals.update(said, percent=languages.percent, spoken=languages.spoken)
    return here
