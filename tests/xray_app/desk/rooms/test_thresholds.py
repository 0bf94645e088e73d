"""The manager's page puts profiles in force: what lets more by is said first, and all is kept."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.xray_app.desk.rooms.test_korean import KOREAN, english_in
from xray.card import Card
from xray.profile import Profile
from xray_app.access.roles import Role
from xray_app.cases import profiles
from xray_app.cases.errors import Refused
from xray_app.desk.rooms import thresholds
from xray_app.desk.rooms.thresholds import Asked
from xray_app.service import Service


@pytest.fixture
def card(client: TestClient, standin_card: Card) -> Card:
    """The card of the model in use: what was measured of guns, a threshold between steps."""
    rules = Profile(thresholds={"gun": 0.3472})
    curve = {"gun": [(0.3, 0.92, 0.02), (0.35, 0.9, 0.01), (0.5, 0.7, 0.004)]}
    card = replace(standin_card, sha256="ab" * 32, profile=rules, operating=curve)
    app: Any = client.app
    app.state.card = card
    return card


@pytest.fixture
def boss(card: Card, sign_in: Callable[..., TestClient]) -> TestClient:
    return sign_in(Role.MANAGER, "boss")


def form(**changed: Any) -> dict[str, Any]:
    """The form as a browser sends it, its sliders at their steps."""
    rules = {"label": ["gun", "wrench"], "threshold": ["0.35", "0.3"], "alarming": ["gun"]}
    said = {"name": "gate 1", "reason": "guns were missed", "act": "put", "seen": "0"}
    opaque = {"opaque_cm2": "25", "opaque_percent": "4.5"}
    return {**rules, **said, **opaque, "model": "ab" * 32, **changed}


def standing(service: Service, card: Card) -> profiles.Standing:
    with service.database.read() as connection:
        return profiles.standing(connection, card)


def field(page: str, name: str) -> str:
    asked = page.partition('id="profile-form"')[2]
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', asked)
    assert found is not None
    return found.group(1)


def test_a_stricter_profile_is_in_force_at_once_with_who_and_why(
    boss: TestClient, service: Service, card: Card, sign_in: Callable[..., TestClient]
) -> None:
    assert "default, the card&#39;s own" in boss.get("/admin").text
    wanted = form(threshold=["0.2", "0.3"], alarming=["gun", "wrench"], opaque_cm2="20")
    answer = boss.post("/admin/profile", data=wanted)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin?done=put")
    now = standing(service, card).profile
    assert (now.name, now.threshold("gun"), now.max_opaque_mm2) == ("gate 1", 0.2, 2000)
    assert {"gun", "wrench", "knife"} <= now.alarming  # no box stands for knives, so they stay
    page = boss.get("/admin?done=put").text
    for says in ("gate 1", "2026-03-01 08:00 UTC</time>, by boss", "guns were missed"):
        assert says in page
    assert "Pd at least 92 %" in page
    said = sign_in(Role.AUDITOR).get("/audit?action=profile put in force").text
    for says in ("gate 1: gun: from probability 0.3472 to 0.2; wrench: raises an alarm", "boss"):
        assert says in said
    assert "may be opaque: 25 cm² before, 20 cm² then. Why: guns were missed" in said
    assert "The record is whole" in sign_in(Role.AUDITOR, "choi").post("/audit").text


def test_what_lets_more_by_is_said_before_it_is_put_in_force(
    boss: TestClient, service: Service, card: Card
) -> None:
    lax = form(threshold=["0.5", "0.3"])
    first = boss.post("/admin/profile", data=lax)
    assert first.status_code == 200
    assert "Not in force yet" in first.text
    assert (
        "gun: from probability 0.3472 to 0.5; expected before: Pd 90 to 92 %, Pfa 1 to 2 %, "
        "then: Pd 70 %, Pfa 0.4 %"
    ) in first.text
    beyond = boss.post("/admin/profile", data=form(threshold=["0.9", "0.3"]))
    assert "then: Pd at most 70 %" in beyond.text
    assert standing(service, card).is_cards
    assert field(first.text, "name") == "gate 1"
    seen_to = field(first.text, "confirmed")
    other = lax | {"alarming": [], "confirmed": seen_to}
    again = boss.post("/admin/profile", data=other)  # it was told of another change
    assert "gun: raises no alarm any more" in again.text
    assert standing(service, card).is_cards
    assert boss.post("/admin/profile", data=lax | {"confirmed": seen_to}).status_code == 303
    assert standing(service, card).profile.threshold("gun") == 0.5
    further = boss.post("/admin/profile", data=form(threshold=["0.9", "0.3"], seen="1"))
    assert "then: Pd at most 70 %" in further.text
    both = form(threshold=["0.5", "0.6"], alarming=["gun", "wrench"], seen="1")
    assert boss.post("/admin/profile", data=both).status_code == 303
    more = form(threshold=["0.5", "0.7"], alarming=["gun", "wrench"], seen="2")
    unmeasured = "wrench: from probability 0.6 to 0.7; how many more are missed was not measured"
    assert unmeasured in boss.post("/admin/profile", data=more).text


def test_back_to_the_cards_own_with_a_reason(
    boss: TestClient, service: Service, card: Card
) -> None:
    boss.post("/admin/profile", data=form(threshold=["0.2", "0.3"]))
    back = form(act="card", seen="1", name="", reason="the season is over")
    warned = boss.post("/admin/profile", data=back)
    assert "Back to the card&#39;s all the same" in warned.text
    done = boss.post("/admin/profile", data=back | {"confirmed": field(warned.text, "confirmed")})
    assert done.headers["location"] == "/admin?done=card"
    assert standing(service, card).profile == card.profile
    page = boss.get("/admin").text
    assert "the season is over" in page
    assert "Back to the card" not in page


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"reason": " "}, "Say why"),
        ({"name": ""}, "a name of 1 to 60 letters"),
        ({"name": "default"}, "choose another"),
        ({"opaque_cm2": "much"}, "a number from 0 to 1000000, got &#39;much&#39;"),
        ({"opaque_percent": "nan"}, "a number from 0 to 100, got &#39;nan&#39;"),
        ({"threshold": ["0.35", "0.3"]}, "nothing would change"),
        ({"seen": "3"}, "somebody else changed the profile meanwhile"),
        ({"model": "cd" * 32}, "another model is in use"),
        ({"label": ["gun", "axe"]}, "another model is in use"),
    ],
)
def test_what_cannot_be_is_refused_in_plain_words_and_what_was_typed_stays(
    boss: TestClient, service: Service, card: Card, change: dict[str, Any], says: str
) -> None:
    wanted = form(threshold=["0.2", "0.3"]) | {"name": "<i>1"} | change
    answer = boss.post("/admin/profile", data=wanted)
    assert (answer.status_code, says.lower() in answer.text.lower()) == (422, True)
    assert standing(service, card).row is None
    if set(change) == {"reason"}:
        assert field(answer.text, "name") == "&lt;i&gt;1"
        assert 'value="0.2" data-label="gun" data-given="0.3472"' in answer.text


def test_a_slider_that_was_not_moved_leaves_its_threshold_as_exact_as_it_is(card: Card) -> None:
    said = Asked(**form(threshold=[0.35, 0.41]))
    made = thresholds.profile_of(said, card, card.profile)
    assert (made.threshold("gun"), made.threshold("wrench")) == (0.3472, 0.41)
    odd = replace(card.profile, max_opaque_mm2=2512.7, max_opaque_share=0.123)
    area, share = thresholds.opaque(odd)
    kept = Asked(**form(opaque_cm2=area, opaque_percent=share))
    made = thresholds.profile_of(kept, card, odd)
    assert (made.max_opaque_mm2, made.max_opaque_share) == (2512.7, 0.123)
    with pytest.raises(Refused):
        thresholds.profile_of(Asked(**form(opaque_cm2="-1")), card, odd)


def test_after_a_change_of_models_the_cards_own_is_in_force_and_the_page_says_why(
    boss: TestClient, service: Service, card: Card
) -> None:
    boss.post("/admin/profile", data=form(threshold=["0.2", "0.3"]))
    app: Any = boss.app
    app.state.card = newer = replace(card, version="2", sha256="cd" * 32)
    page = boss.get("/admin").text
    assert "gate 1 was put in force for standin@1 (sha256 abababababab…)" in page
    assert "default, the card&#39;s own" in page
    assert standing(service, newer).profile == newer.profile
    settled = form(act="card", model="cd" * 32, name="", reason="looked at")
    assert boss.post("/admin/profile", data=settled).status_code == 303
    assert "gate 1 was put in force for" not in boss.get("/admin").text
    app.state.card = None
    assert "no thresholds" in boss.get("/admin").text
    assert "no model is loaded" in boss.post("/admin/profile", data=form()).text.lower()


def test_other_sites_and_other_people_put_nothing_in_force(
    boss: TestClient, service: Service, card: Card, sign_in: Callable[..., TestClient]
) -> None:
    wanted, elsewhere = form(threshold=["0.2", "0.3"]), {"origin": "https://evil.example"}
    assert boss.post("/admin/profile", data=wanted, headers=elsewhere).status_code == 403
    assert sign_in(Role.SUPERVISOR).post("/admin/profile", data=wanted).status_code == 403
    assert standing(service, card).row is None


def test_insight_and_the_figures_for_prometheus_tell_of_the_change(
    boss: TestClient, sign_in: Callable[..., TestClient]
) -> None:
    lee = sign_in(Role.SUPERVISOR)
    assert "It was put in force within this period" not in lee.get("/insight").text
    assert "xray_profile_changes 0" in lee.get("/metrics").text
    boss.post("/admin/profile", data=form(threshold=["0.2", "0.3"]))
    page = lee.get("/insight").text
    for says in ("gate 1", "since <time", "It was put in force within this period"):
        assert says in page
    assert "xray_profile_changes 1" in lee.get("/metrics").text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_all_of_it_is_korean(boss: TestClient, sign_in: Callable[..., TestClient]) -> None:
    lax = form(threshold=["0.5", "0.3"], alarming=[], opaque_cm2="30", opaque_percent="20")
    warned = boss.post("/admin/profile", data=lax, headers=KOREAN).text
    assert "경보 대상에서 제외" in warned
    seen_to = {"confirmed": field(warned, "confirmed")}
    assert boss.post("/admin/profile", data=lax | seen_to).status_code == 303
    pages = [warned, boss.get("/admin?done=put", headers=KOREAN).text]
    pages += [boss.post("/admin/profile", data=lax, headers=KOREAN).text]
    pages += [sign_in(Role.SUPERVISOR).get("/insight", headers=KOREAN).text]
    pages += [sign_in(Role.AUDITOR).get("/audit", headers=KOREAN).text]
    for page in pages:
        known = ("guns were missed", "a supervisor", "an auditor")
        assert english_in(page, *known) == set()
