"""Whether the model behaves as its card says, and the plots that show it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from xray.card import Card
from xray.profile import Profile
from xray.report import Outcome
from xray_app.access.roles import Role
from xray_app.cases import audit, statistics
from xray_app.cases.case import Case
from xray_app.cases.states import Verdict
from xray_app.cases.statistics import Fact, Scored
from xray_app.desk.rooms import health, timeline, trends
from xray_app.desk.rooms.health import FEWEST, Drift
from xray_app.desk.rooms.timeline import Axis, Point
from xray_app.service import Service

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MODEL = "ab" * 32
BINS = [{"n": 30, "said": 0.2, "true": 0.1}, {"n": 30, "said": 0.6, "true": 0.6}]
BINS += [{"n": 10, "said": 0.9, "true": 1.0}]
GUNS = Profile(alarming=frozenset({"gun"}), thresholds={"gun": 0.5})


def card(**more: Any) -> Card:
    said = {"gun": {"box": {"bins": BINS}}, "knife": {"box": {"bins": BINS}}, "map50": 0.4}
    outcomes = {"benign": {"ALARM": 0.02, "UNKNOWN": 0.05, "scans": 100}}
    given = {"reliability": {"gate set": said}, "scores": {"gate set": {"outcomes": outcomes}}}
    return Card("parcel", "1", ("gun", "knife"), sha256=MODEL, **given | more)


def fact(*scores: float, label: str = "gun", model: str = MODEL, **more: Any) -> Fact:
    scored = tuple(Scored(model, label, score) for score in scores)
    outcome = Outcome.ALARM if scores else Outcome.CLEAR
    alike = Fact(NOON, "1", "gate 1", outcome, None, {}, None, None, None, None, scored)
    return replace(alike, **more)


def test_the_card_lets_expect_the_mean_of_the_boxes_that_would_have_alarmed() -> None:
    said = health.expected(card(), GUNS)
    assert said.scores == {"gun": pytest.approx((30 * 0.6 + 10 * 0.9) / 40)}  # no alarm: a knife
    assert (said.boxes, said.sets, said.alarms, said.unknown) == (40, ("gate set",), 0.02, 0.05)
    nothing = health.expected(card(reliability={}, scores={}), GUNS)
    assert (nothing.scores, nothing.boxes, nothing.alarms, nothing.unknown) == ({}, 0, None, None)


def test_drift_is_how_much_surer_the_model_is_than_on_its_cards_scans() -> None:
    expects = health.expected(card(), GUNS)  # 0.675
    facts = [fact(0.775)] * FEWEST
    drift = health.drift(facts, expects)
    assert drift is not None
    assert (drift.cases, round(drift.mean, 6), round(drift.low, 6)) == (FEWEST, 0.1, 0.1)
    spread = health.drift([fact(0.6), fact(0.95)] * 50, expects)
    assert spread is not None
    assert spread.low < 0.1 < spread.high
    assert spread.high - spread.low == pytest.approx(2 * 1.96 * 0.1759 / 10, rel=0.01)


def test_a_case_with_ten_findings_is_one_observation() -> None:
    facts = [fact(*[0.9] * 10), *[fact(0.675)] * 9]
    drift = health.drift(facts, health.expected(card(), GUNS))
    assert drift is not None
    assert drift.mean == pytest.approx(0.0225)


@pytest.mark.parametrize(
    "left_out",
    [
        {"model": "cd" * 32},
        {"label": "knife"},
    ],
)
def test_findings_that_the_card_says_nothing_of_are_not_compared(left_out: dict[str, str]) -> None:
    expects = health.expected(card(), GUNS)
    assert health.drift([fact(0.9, **left_out)] * 50, expects) is None  # type: ignore[arg-type]
    assert health.drift([fact(0.9)] * (FEWEST - 1), expects) is None
    assert health.drift([fact()] * 50, expects) is None


def test_a_timeline_says_its_days_in_words_and_joins_only_days_that_follow_each_other() -> None:
    days = [Point(f"0{n}.03.", v, 0.1, 0.9, f"{v}") for n, v in enumerate((0.5, None, 0.2, 0.4))]
    drawn = timeline.points("Rates", days, Axis(0.0, 1.0, lambda at: f"{at:.1f}"), mark=0.3)
    assert 'aria-label="Rates. 00.03.: 0.5; 01.03.: None; 02.03.: 0.2; 03.03.: 0.4."' in drawn
    assert drawn.count("<circle") == 3
    (path,) = [line for line in drawn.split("<path") if 'class="trend"' in line]
    assert (path.count("M"), path.count("L")) == (2, 1)
    assert 'class="mark"' in drawn
    assert "<script>" not in timeline.points(
        "Rates", [replace(days[0], text="<script>")], Axis(0.0, 1.0, str)
    )


def test_each_drift_is_said_in_points_with_its_sign() -> None:
    assert trends._points_of(Drift(12, 0.034, 0.0, 0.1)) == "+3 points, 12 cases"
    assert trends._points_of(Drift(12, 0.001, 0.0, 0.1)) == "0 points, 12 cases"


def test_there_is_a_plot_for_each_group_and_for_days_where_there_are_some() -> None:
    searched = fact(0.9, verdict=Verdict.SEARCH, found=True, labels={"gun_part": 0.9})
    facts = [searched, replace(searched, found=False, scanner="gate_2"), fact(label="knife")]
    days = [(date(2026, 3, 1), facts)]
    hits = {plot.title: plot.drawn for plot in trends.hits(facts, days)}
    assert list(hits) == [f"Hit rate by {of}" for of in ("lane", "scanner", "class", "day")]
    assert "gate 1: 100 %, 1 of 1; gate_2: 0 %, 0 of 1" in hits["Hit rate by scanner"]
    assert "gun part: 50 %, 1 of 2" in hits["Hit rate by class"]
    assert "01.03.: 50 %, 1 of 2" in hits["Hit rate by day"]
    expects = health.expected(card(), GUNS)
    made = [plot.title for plot in trends.model(facts, days, expects)]
    assert made == [
        *("Could not be judged, by scanner", "Could not be judged, by day"),
        *("Score drift by scanner", "Score drift, the 7 days to each day", "Alarm rate by day"),
    ]
    assert len(trends.model(facts, days, None)) == len(made) - 2
    assert len(trends.hits(facts, [])) == len(hits) - 1


def test_days_with_few_alarms_are_seen_together_with_the_six_before_them() -> None:
    expects = health.expected(card(), GUNS)
    few = [(date(2026, 3, n), [fact(0.775)] * 3) for n in range(1, 9)]
    drawn = trends._drift_by_day("Drift", few, expects)
    assert drawn.title == "Score drift, the 7 days to each day"
    assert "03.03.: too few alarms; 04.03.: +10 points, 12 cases" in drawn.drawn
    assert "08.03.: +10 points, 21 cases" in drawn.drawn
    many = [(day, facts * 4) for day, facts in few]
    assert trends._drift_by_day("Drift", many, expects).title == "Score drift by day"


def test_the_name_of_the_last_day_is_not_cut_off() -> None:
    days = [Point(f"{n:02}.03.", 0.5, 0.4, 0.6, "50 %") for n in range(1, 32)]
    drawn = timeline.points("Rates", days, Axis(0.0, 1.0, str))
    (last,) = [text for text in drawn.split("<text") if "31.03." in text and "anchor" in text]
    assert 'x="620.0"' in last


def test_the_page_of_one_scanner_counts_its_cases_alone(
    sign_in: Callable[..., TestClient], service: Service, inspected: Callable[..., Case]
) -> None:
    for scanner in ("gate 1", "gate 1", "<gate> 2"):
        inspected(scanner=scanner)
    who = sign_in(Role.SUPERVISOR, "ann")
    page = who.get("/insight").text
    assert "Model health" in page
    assert "&lt;gate&gt; 2" in page
    assert "<gate>" not in page
    one = who.get("/insight", params={"scanner": "<gate> 2", "days": 30}).text
    assert "1 of 1" in one
    assert "2 of 2" not in one
    assert 'href="/insight?days=7&amp;scanner=%3Cgate%3E%202"' in one
    assert "Nothing alarmed" in who.get("/insight", params={"scanner": "gate 9"}).text


def test_who_looked_at_the_figures_stands_in_the_audit_chain_once_a_day(
    sign_in: Callable[..., TestClient], service: Service
) -> None:
    who = sign_in(Role.SUPERVISOR, "ann")
    for days in (7, 7, 30):
        assert who.get("/insight", params={"days": days}).status_code == 200
    assert sign_in(Role.SCREENER, "kim").get("/insight").status_code == 403
    with service.database.read() as connection:
        told = [(e.actor, e.action, e.body) for e in audit.of(connection, "insight")]
    assert told == [("ann", "looked at", f'{{"days":{days}}}') for days in (7, 30)]


def test_every_alarming_finding_is_a_fact_with_its_model(
    service: Service, inspected: Callable[..., Case]
) -> None:
    inspected(label="knife")
    inspected(outcome="CLEAR")
    with service.database.read() as connection:
        facts = statistics.facts(connection, NOON.replace(year=2000))
    assert [one.scored for one in facts.rows if one.scored] == [(Scored(MODEL, "knife", 0.9),)]
