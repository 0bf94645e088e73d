"""How the page looks: a dark console, because officers compare shades of grey all day, or a light
one for whoever asks for it.

Gradio's own parts (messages, the frame) take their colours from the theme; everything else is
in `desk.css` and the viewer's `viewer.css`. All use the palette of `api/colours.css`, which every
page loads before it is painted. No font or style comes from anywhere but this machine.
"""

from pathlib import Path

import gradio as gr

from xray_app.api.style import COLOURS as COLOURS

FOLDER = Path(__file__).parent
VIEWER = FOLDER / "viewer"
STYLESHEETS = (FOLDER / "desk.css", FOLDER / "navigation.css", VIEWER / "viewer.css")
PANEL_SCRIPT = FOLDER / "panel.js"
PENDING_SCRIPT = FOLDER / "pending.js"
SCAN_SCRIPT = FOLDER / "scan.js"
ADD_SCRIPT = FOLDER / "add.js"
PAGE_SCRIPT = FOLDER / "page.js"
FAVICON = FOLDER / "favicon.png"
IDLE = "(opened) => [opened, window.idleSeconds?.() ?? 0]"  # what the page's timer says; `page.js`

GROUND, RAISED, LINE, CONTROL, HOVER, TEXT, QUIET, ACCENT = (
    f"var(--{name})"
    for name in ("ground", "raised", "line", "control", "hover", "text", "quiet", "accent")
)
LATIN = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Cantarell"]
KOREAN = ["Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR", "NanumGothic"]
FONT = [*LATIN, *KOREAN, "sans-serif"]
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "DejaVu Sans Mono", "monospace"]


def theme() -> gr.themes.Base:
    """Gradio's parts in the reader's colours, whatever the browser prefers."""
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
        "button_secondary_background_fill": CONTROL,
        "button_secondary_background_fill_hover": HOVER,
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
