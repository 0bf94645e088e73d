"""The parts of the desk's page, and what they become where no case can be shown: nobody is signed
in, or the machine is at fault for now. What they show is rendered elsewhere, and only shown here.
"""

import json
import logging
import secrets
from pathlib import Path
from typing import Any

import gradio as gr

from xray_app import languages
from xray_app.access.errors import NotSignedIn
from xray_app.cases import outage
from xray_app.desk import look, view
from xray_app.desk.officer import MAYBE, NOT_NOW, OUT
from xray_app.desk.scene import NOTHING

Parts = tuple[object, ...]  # new values of the page's parts, in their order
STAYS = gr.skip()  # for a part that is as it was

log = logging.getLogger("xray_app.desk")


def case_and_scan(case: str, scene: str) -> tuple[gr.HTML, gr.HTML]:
    """The open case: what is said of it, and the viewer in its middle."""
    with gr.Column(elem_id="desk-main"):
        scan = panel(scene, "desk-scan", look.SCAN_SCRIPT, ahead="")
        return panel(case, "desk-case", failed=""), scan


def panel(value: str, elem_id: str, script: Path = look.PANEL_SCRIPT, **props: Any) -> gr.HTML:
    """A part of the page that the templates render, with the events that its script triggers.

    Not a subclass: Gradio writes a .pyi file beside every module that makes one.
    """
    return gr.HTML(
        value,
        html_template="<div class='panel'></div>",
        js_on_load=script.read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id=elem_id,
        **props,
    )


def out(error: NotSignedIn) -> Parts:
    """No case, and that the session has ended."""
    return empty(ended(error))


def ended(error: NotSignedIn) -> str:
    """That the session has ended, and how."""
    return f"{languages.say(OUT)} ({languages.told(str(error))})"


def empty(why: str) -> Parts:
    """No case, and why."""
    return None, "", "", view.blank(why), NOTHING


def unsaid(key: str | None, why: str) -> Parts:
    """Of what is kept nothing can be shown yet; what can be taken back is asked for again."""
    return key, failed(), failed(), view.blank(why), NOTHING


def stays(why: str) -> Parts:
    """All stays as it is, and can be tried again."""
    return STAYS, failed(), failed(), failed(why), STAYS


def failed(why: str = "") -> gr.HTML:
    """Tells a part that nothing was done, and why where it is to say so."""
    return gr.HTML(failed=json.dumps([secrets.token_hex(4), why]))  # each time another


def not_now(error: Exception) -> str:
    """What an officer is told of an error that passes.

    Raises:
        Exception: this one, where it does not pass.
    """
    if not outage.passes(error):
        raise error
    log.error("an officer's page could not be answered", exc_info=error)
    return languages.say(MAYBE if isinstance(error, outage.InDoubt) else NOT_NOW)
