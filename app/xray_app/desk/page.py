"""The page: wiring between the browser and the desk's thinking, which is elsewhere.

Gradio runs every handler in this process; a session's state is the keys of its own uploads.
"""

from collections.abc import Iterator
from pathlib import Path

import gradio as gr

from xray_app.desk import look
from xray_app.desk.desk import Desk

CACHE_SECONDS = (3600, 86_400)  # look every hour for uploads that are older than a day

Keys = tuple[str, ...]  # of a session's uploads, newest first
Screen = tuple[str, str]  # queue and case, as HTML
Change = tuple[object, ...]  # upload fields, keys and screen, as far as they change


def build(desk: Desk) -> gr.Blocks:
    """The page of this desk, the first case open."""
    first = desk.first()
    with gr.Blocks(
        title="Inspection desk",
        analytics_enabled=False,
        fill_width=True,
        delete_cache=CACHE_SECONDS,
    ) as page:
        mine = gr.State(())
        _panel(desk.header(), "desk-header")
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="desk-side"):
                single, low, high, pair = _upload_fields()
                queue = _panel(desk.queue((), first), "desk-queue")
            case = _panel(desk.case(first), "desk-case")
        screen = [queue, case]

        def opened(uploads: Keys, event: gr.EventData) -> Screen:
            key = str(event.case)
            return desk.queue(uploads, key), desk.case(key)

        def added(uploads: Keys, low: str, high: str | None) -> Iterator[Change]:
            files = Path(low), Path(high) if high else None
            yield gr.skip(), desk.queue(uploads, None), desk.pending(*files)
            key = desk.add(*files)
            keys = (key, *uploads)
            yield keys, desk.queue(keys, key), desk.case(key)

        def added_one(uploads: Keys, file: str | None) -> Iterator[Change]:
            if file is not None:
                yield from ((None, *change) for change in added(uploads, file, None))

        def added_pair(uploads: Keys, low: str | None, high: str | None) -> Iterator[Change]:
            if low is None or high is None:
                gr.Warning("Choose both files, the low and the high energy.", title="Pair")
                return
            yield from ((None, None, *change) for change in added(uploads, low, high))

        # Gradio's own progress would dim the whole page; `pending` says what is going on.
        for event, handler, reads, changes in (
            (queue.select, opened, [mine], screen),
            (single.upload, added_one, [mine, single], [single, mine, *screen]),
            (pair.click, added_pair, [mine, low, high], [low, high, mine, *screen]),
        ):
            event(handler, reads, changes, show_progress="hidden", api_visibility="private")
    return page


def _panel(value: str, elem_id: str) -> gr.HTML:
    """A part of the page that the templates render; `select` tells which case was chosen.

    Not a subclass: Gradio writes a .pyi file beside every module that makes one.
    """
    return gr.HTML(
        value,
        html_template="<div class='panel'></div>",
        js_on_load=look.PANEL_SCRIPT.read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id=elem_id,
    )


def _upload_fields() -> tuple[gr.File, gr.File, gr.File, gr.Button]:
    single = gr.File(label="Add a scan", height=64, elem_id="upload")
    with gr.Accordion("Add a low- and high-energy pair", open=False, elem_id="pair"):
        low = gr.File(label="Low energy", height=72, elem_id="upload-low")
        high = gr.File(label="High energy", height=72, elem_id="upload-high")
        button = gr.Button("Inspect the pair", size="sm", elem_id="upload-pair")
    return single, low, high, button
