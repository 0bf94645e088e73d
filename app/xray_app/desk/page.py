"""The page: wiring between the browser and the desk's thinking, which is elsewhere.

Gradio runs every handler in this process; a session's state is the keys of its own uploads.
"""

import secrets
from pathlib import Path
from typing import Any

import gradio as gr

from xray.errors import ScanError
from xray_app import languages
from xray_app.desk import look, view
from xray_app.desk.desk import Desk
from xray_app.desk.scene import NOTHING

Keys = tuple[str, ...]  # of a session's cases, newest first


def build(desk: Desk) -> gr.Blocks:
    """The page of this desk, the first case open."""
    first = desk.first()
    with gr.Blocks(title="Inspection desk", analytics_enabled=False, fill_width=True) as page:
        mine = gr.State(())
        panel(desk.header(), "desk-header")
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="desk-side"):
                add = panel(
                    view.add(), "desk-add", look.ADD_SCRIPT, most=desk.inbox.max_bytes, done=0
                )
                queue = panel(desk.queue((), first), "desk-queue")
            case, scan = case_and_scan(desk.case(first), desk.scene(first))

        def opened(cases: Keys, event: gr.EventData) -> tuple[str, ...]:
            key = str(event.case)
            return desk.queue(cases, key), desk.case(key), desk.scene(key)

        def added(cases: Keys, event: gr.EventData) -> tuple[object, ...]:
            done = gr.HTML(done=secrets.token_hex(4))  # tells the fields that they may go on
            try:
                key = desk.add(tuple(str(upload) for upload in event.uploads))
            except ScanError as error:
                return (
                    done,
                    cases,
                    desk.queue(cases, None),
                    view.blank(languages.problem(error)),
                    NOTHING,
                )
            shown = desk.queue((key, *cases), key), desk.case(key), desk.scene(key)
            return done, (key, *cases), *shown

        # Gradio's own progress would dim the whole page; the fields say what is going on.
        for event, handler, changes in (
            (queue.select, opened, [queue, case, scan]),
            (add.sent, added, [add, mine, queue, case, scan]),
        ):
            event(handler, [mine], changes, show_progress="hidden", api_visibility="private")
    return page


def case_and_scan(case: str, scene: str) -> tuple[gr.HTML, gr.HTML]:
    """The open case: what is said of it, and the viewer in its middle."""
    with gr.Column(elem_id="desk-main"):
        return panel(case, "desk-case"), panel(scene, "desk-scan", look.SCAN_SCRIPT)


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
