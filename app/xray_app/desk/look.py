"""How the page looks: a dark console, because officers compare shades of grey all day.

Gradio's own parts (messages, the frame) take their colours from the theme; everything else is
in `desk.css` and the viewer's `viewer.css`, which use the same palette. No font or style comes from
anywhere but this machine.
"""

from pathlib import Path

import gradio as gr

FOLDER = Path(__file__).parent
VIEWER = FOLDER / "viewer"
STYLESHEETS = (FOLDER / "desk.css", FOLDER / "navigation.css", VIEWER / "viewer.css")
PANEL_SCRIPT = FOLDER / "panel.js"
PENDING_SCRIPT = FOLDER / "pending.js"
SCAN_SCRIPT = FOLDER / "scan.js"
ADD_SCRIPT = FOLDER / "add.js"
PAGE_SCRIPT = FOLDER / "page.js"
FAVICON = FOLDER / "favicon.png"

GROUND, RAISED, LINE = "#0a0e13", "#121922", "#243140"
TEXT, QUIET, ACCENT = "#dbe4ee", "#8b9bae", "#5cc8ff"
LATIN = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Cantarell"]
KOREAN = ["Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR", "NanumGothic"]
FONT = [*LATIN, *KOREAN, "sans-serif"]
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "DejaVu Sans Mono", "monospace"]


def theme() -> gr.themes.Base:
    """Gradio's parts in the console's colours, whatever the browser prefers."""
    colours = {
        "body_background_fill": GROUND,
        "body_text_color": TEXT,
        "body_text_color_subdued": QUIET,
        "background_fill_primary": RAISED,
        "background_fill_secondary": GROUND,
        "block_background_fill": RAISED,
        "block_border_color": LINE,
        "block_label_background_fill": RAISED,
        "block_label_text_color": QUIET,
        "border_color_primary": LINE,
        "border_color_accent": ACCENT,
        "button_secondary_background_fill": "#1b2531",
        "button_secondary_background_fill_hover": "#243140",
        "button_secondary_border_color": LINE,
        "button_secondary_text_color": TEXT,
        "input_background_fill": GROUND,
        "input_border_color": LINE,
        "link_text_color": ACCENT,
        "loader_color": ACCENT,
        "table_text_color": TEXT,
        "table_even_background_fill": RAISED,
        "table_odd_background_fill": RAISED,
        "table_row_focus": RAISED,
    }
    both = {f"{name}{mode}": value for name, value in colours.items() for mode in ("", "_dark")}
    base = gr.themes.Base(font=FONT, font_mono=MONO, radius_size="sm", spacing_size="sm")
    return base.set(**both)
