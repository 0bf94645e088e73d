"""The figures: what is counted, what is said of it, and that nobody is named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient

from xray.report import Outcome
from xray_app.access.roles import Role
from xray_app.cases import statistics
from xray_app.cases.case import Case
from xray_app.cases.states import Disposition, Kind, Verdict
from xray_app.cases.statistics import Fact
from xray_app.desk.rooms import figures, insight, plots, trends
from xray_app.desk.rooms.figures import OfHundred
from xray_app.desk.rooms.plots import Bar, Column
from xray_app.service import Service

Make = Callable[..., Case]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALARM = Fact(
    *(NOON, "1", "s", Outcome.ALARM, None, {"gun": 0.8}, None, None, None, None),
)
CLEARED = replace(ALARM, disposition=Disposition.CLEARED, verdict=Verdict.CLEAR, decide_s=8.0)
HIT = replace(
    *(ALARM,),
    disposition=Disposition.FOUND,
    verdict=Verdict.SEARCH,
    decide_s=20.0,
    found=True,
)
QUIET = replace(ALARM, outcome=Outcome.CLEAR, labels={})


def test_a_tally_counts_what_alarmed_what_was_searched_and_what_was_found() -> None:
    of = figures.tally("all", [ALARM, CLEARED, HIT, QUIET])
    assert (of.cases, of.alarms, of.decided, of.ordered, of.found) == (4, 3, 2, 1, 1)
    assert (of.alarms_ended, of.real) == (2, 1)
    assert (of.median_s, of.p90_s) == (14.0, 20.0)


def test_of_a_hundred_counts_only_alarms_that_ended() -> None:
    (gun,) = figures.of_hundred([ALARM, HIT, *[CLEARED] * 4, QUIET])
    assert (gun.alarms, gun.ended, gun.real) == (6, 5, 1)
    assert insight.real(gun) == "Of 100 gun alarms, 20 were real (4 to 62 at 95 %, from 1 of 5)."
    few = OfHundred("gun", 9, 4, 4, 0.9)
    assert insight.real(few) == "4 of 9 gun alarms have ended: too few to say."


def test_the_time_to_decide_is_drawn_day_by_day() -> None:
    before = replace(HIT, received_at=NOON - timedelta(days=2), decide_s=150.0)
    days = figures.facts_by_day([CLEARED, HIT, before], NOON, 3)
    drawn = trends.times(days).drawn
    assert "27.02.: 2 min, 90 % &lt; 2 min" in drawn
    assert "28.02.: nothing decided" in drawn
    assert "01.03.: 14 s, 90 % &lt; 20 s" in drawn
    assert drawn.count('class="dot"') == 2
    assert trends.times(figures.facts_by_day([], NOON, 3)).drawn.count('class="dot"') == 0


def test_days_without_a_case_are_there_too() -> None:
    two_ago = replace(ALARM, received_at=NOON - timedelta(days=2))
    days = figures.by_day([ALARM, two_ago, two_ago], NOON, 3)
    assert [of.cases for _, of in days] == [2, 0, 1]


def test_a_day_in_korea_begins_at_midnight_there() -> None:
    seoul = ZoneInfo("Asia/Seoul")
    late = datetime(2026, 3, 1, 15, tzinfo=UTC)  # midnight
    facts = [replace(ALARM, received_at=late - timedelta(minutes=back)) for back in (0, 1, 2)]
    days = figures.by_day(facts, late, 2, seoul)
    assert [(f"{day}", of.cases) for day, of in days] == [("2026-03-01", 2), ("2026-03-02", 1)]


def test_the_page_counts_by_days_of_the_readers_zone(sign_in: Callable[..., TestClient]) -> None:
    roe = sign_in(Role.RESEARCHER, "roe")
    assert "Cases a day <span>UTC<" in roe.get("/insight").text
    roe.cookies.set("xray_zone", "Asia/Seoul")
    assert "Cases a day <span>Asia/Seoul<" in roe.get("/insight").text
    roe.cookies.set("xray_zone", "../etc/passwd")
    assert "Cases a day <span>UTC<" in roe.get("/insight").text


def test_plots_say_in_words_what_they_show_and_keep_text_as_text() -> None:
    hostile = '<script>"'
    drawn = plots.bars("Rates", [Bar(hostile, 0.5, 0.4, 0.6, "50 %")], 1.0)
    assert 'aria-label="Rates. &lt;script&gt;&#34;: 50 %."' in drawn
    assert "<script>" not in drawn
    stacked = plots.columns("Days", [Column("01.03.", (3, 1))], ("a", "b"))
    assert "<title>01.03.: 3 a, 1 b</title>" in stacked
    assert 'aria-label="Days. 01.03.: 4."' in stacked
    assert "style=" not in drawn + stacked


def test_the_page_counts_live_cases_alone_and_names_no_officer(
    sign_in: Callable[..., TestClient],
    service: Service,
    inspected: Make,
    decided: Make,
    searched: Make,
) -> None:
    inspected(lane="1")
    inspected(lane="2", label="knife")
    searched(decided(Verdict.SEARCH, "a barrel"), True, "gun")
    inspected(kind=Kind.TEST)
    with service.database.read() as connection:
        facts = statistics.facts(connection, service.now - timedelta(days=1))
    assert sorted(next(iter(fact.labels)) for fact in facts.rows) == ["gun", "knife"]
    assert [fact.decide_s for fact in facts.rows if fact.verdict] == [0.0]
    page = sign_in(Role.RESEARCHER, "roe").get("/insight").text
    for says in (
        "1 of 1 searches",
        "too few to say",
        "Alarm rate by lane",
        "Time to decide by day",
        "standin@1",
    ):
        assert says in page
    assert "kim" not in page
    assert "lee" not in page


@pytest.mark.parametrize("days", [1, 30, 90])
def test_an_empty_house_has_a_page_too(sign_in: Callable[..., TestClient], days: int) -> None:
    page = sign_in(Role.MANAGER).get("/insight", params={"days": days}).text
    assert "Nothing alarmed" in page
