"""The parts of the desk's page. What they show is rendered elsewhere, and only shown here."""

from pathlib import Path
from typing import Any

import gradio as gr

from xray_app.desk import look


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
