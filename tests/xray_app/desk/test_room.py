"""What a decision rests on stands on the screen, small or large: no server, the styles alone."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page

from xray.profile import Profile
from xray.report import Detection, ModelId, Outcome, Report
from xray_app.desk import look, view, work
from xray_app.desk.rooms import plots
from xray_app.desk.rooms.plots import Bar
from xray_app.shown import Case

pytestmark = pytest.mark.browser

ROOMS = look.FOLDER / "rooms" / "rooms.css"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DECLARED = {
    **{"Consignment": "CX551029642US", "HS code": "847330", "Goods": "Computer parts, used"},
    **{"Weight": "4.2 kg", "Origin": "VN", "Consignee": "Acme Trading", "Scanner": "EMS line 2"},
    "Lane": "parcels 1",
}
PLAIN = (
    "body { margin: 0; font-family: system-ui } * { box-sizing: border-box }"  # as Gradio has it
)
WHOLE = """([list, rows]) => {
  const box = document.querySelector(list).getBoundingClientRect();
  const there = [...document.querySelectorAll(rows)].map((row) => row.getBoundingClientRect());
  return [there.filter(({bottom}) => bottom <= box.bottom).length, there.length];
}"""


def style(*files: object) -> str:
    return "<style>" + "\n".join(f.read_text(encoding="utf-8") for f in files) + "</style>"  # type: ignore[attr-defined]


def case_page() -> str:
    found = (Detection("gun", 0.87, (10, 20, 50, 60), alarming=True),)
    report = Report("bag", 100, 100, ModelId("parcel", "0.1.0", "ab" * 32), Profile(), found)
    report = Report(**{**vars(report), "outcome": Outcome.ALARM, "reasons": ("gun",)})
    beside = work.Beside(
        key="1" * 32,
        acts=work.DECISIONS,
        aside=work.ASIDE,
        codes=work.CODES,
        status="This case is yours",
        declared=DECLARED,
        earlier=[work.Line(NOON, "EE308844200VN", "cleared")],
    )
    shown = Case("key", "CX551029642US", report, None, 100, 100, picture=b"jpeg")
    return (
        f"{style(look.COLOURS, *look.STYLESHEETS)}<style>{PLAIN}</style>"
        "<header id=desk-header><p class=panel></header>"
        "<div id=desk><div id=desk-side></div><div id=desk-main><div id=desk-case><div class=panel>"
        f"{view.case(shown, None, beside)}</div></div><div id=desk-scan></div></div></div>"
    )


def test_the_whole_declaration_and_the_consignees_history_show_on_the_smallest_screen(
    page: Page,
) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    page.set_content(case_page())
    assert page.evaluate(WHOLE, [".report", ".report dl:first-of-type dd"]) == [7, 7]
    assert page.evaluate(WHOLE, [".report", ".report .lines li"]) == [1, 1]
    assert page.evaluate(WHOLE, ["#desk-main", ".acts .act"]) == [4, 4]
    rows = {round(one.bounding_box()["y"]) for one in page.locator(".code").all()}  # type: ignore[index]
    assert len(rows) <= 3
    assert page.locator(".codes").evaluate("(all) => all.scrollWidth <= all.clientWidth")


def test_what_the_banner_says_is_not_said_again() -> None:
    assert "Consignment" not in case_page()
    beside = work.Beside(key="1" * 32, declared={"Consignment": "A 1"})
    assert "Consignment" in view.case(Case("key", "MSKU1", picture=b"jpeg"), None, beside)


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080), (3840, 2160)])
def test_a_plot_takes_up_its_card_and_its_words_do_not_outgrow_it(
    page: Page, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    plot = plots.bars("Alarm rate", [Bar("parcels 1", 0.3, 0.1, 0.5, "30 % of 9")] * 4, 1.0)
    styles = style(look.COLOURS, *look.STYLESHEETS[:2], ROOMS)
    card = f"<section class=card><h2>Alarm rate</h2>{plot}</section>"
    main = f"<main class='panel insight'><div class=plots>{card * 2}</div></main>"
    page.set_content(f"{styles}<body class=room>{main}")
    share, text = page.evaluate("""() => {
      const card = document.querySelector('.card'), plot = card.querySelector('svg');
      const wide = card.clientWidth - 32;
      return [plot.clientWidth / wide, 13 * plot.clientWidth / 640
        * parseFloat(getComputedStyle(plot).fontSize) / 13];
    }""")
    assert share == pytest.approx(1, abs=0.02)
    assert 12 <= text <= 20
