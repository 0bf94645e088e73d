"""The manager's page: people, keys, and what thresholds can be expected to do."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from xray.card import Card
from xray.card import read as read_card
from xray_app.access.errors import NotSignedIn
from xray_app.access.roles import Right, Role
from xray_app.desk.rooms import models, operating, promotion
from xray_app.service import Service

PASSWORD = "correct horse battery"


@pytest.fixture
def boss(sign_in: Callable[..., TestClient]) -> TestClient:
    return sign_in(Role.MANAGER, "boss")


def test_people_are_made_changed_and_switched_off(boss: TestClient, service: Service) -> None:
    def do(act: str, **said: str) -> int:
        return boss.post("/admin/people", data={"act": act, "name": "kim", **said}).status_code

    assert do("add", role="screener", password=PASSWORD) == 303
    assert do("role", role="supervisor") == 303
    assert do("password", password="another horse battery") == 303
    assert service.people.sign_in("kim", "another horse battery")
    assert do("off") == 303
    with pytest.raises(NotSignedIn):
        service.people.sign_in("kim", "another horse battery")
    (kim,) = [one for one in service.people.names() if one["name"] == "kim"]
    assert (kim["role"], kim["active"]) == ("supervisor", False)
    assert do("add", role="screener", password=PASSWORD) == 422
    assert do("add", role="emperor", password=PASSWORD) == 422


def test_a_manager_cannot_lock_themselves_out(boss: TestClient) -> None:
    for said in ({"act": "off"}, {"act": "role", "role": "screener"}):
        answer = boss.post("/admin/people", data={"name": "boss", **said})
        assert (answer.status_code, "another manager can" in answer.text) == (422, True)


def test_a_key_is_shown_once_and_can_be_revoked(boss: TestClient, service: Service) -> None:
    said = {"act": "make", "name": "<i>gate</i>", "scope": ["submit", "read_own"]}
    page = boss.post("/admin/keys", data=said).text
    found = re.search(r"xk_\w+_[\w-]+", page)
    assert found is not None
    assert service.keys.holder(found.group()).may(Right.SUBMIT)
    again = boss.get("/admin").text
    assert found.group() not in again
    assert "&lt;i&gt;gate" in again
    (key,) = service.keys.list()
    second = boss.post("/admin/keys", data=said)
    assert (second.status_code, "revoke that key first" in second.text) == (422, True)
    assert boss.post("/admin/keys", data={"act": "revoke", "key": key["id"]}).status_code == 303
    with pytest.raises(NotSignedIn):
        service.keys.holder(found.group())


def test_a_key_needs_a_scope_and_a_day_that_is_still_to_come(boss: TestClient) -> None:
    said = {"act": "make", "name": "gate", "until": "2026-02-01", "scope": "submit"}
    assert "that is over" in boss.post("/admin/keys", data=said).text
    assert boss.post("/admin/keys", data=said | {"until": "2026-02-31"}).status_code == 422
    assert boss.post("/admin/keys", data={"act": "make", "name": "gate"}).status_code == 422
    assert boss.post("/admin/keys", data=said | {"scope": "manage", "until": ""}).status_code == 422


def test_each_threshold_stands_beside_what_was_measured(standin_card: Card) -> None:
    points = [{"threshold": 0.2, "pd": 0.9, "pfa": 0.05, "scans_with": 9, "clean_scans": 20}]
    points += [{"threshold": 0.4, "pd": 0.7, "pfa": 0.01, "scans_with": 9, "clean_scans": 20}]
    scores = {"yard": {"labels": {"gun": {"screening": points}}}}
    rules = standin_card.profile
    gun, wrench = operating.lines(replace(standin_card, scores=scores), rules, rules)
    assert (gun.label, gun.alarming, gun.threshold) == ("gun", True, 0.3)
    assert (gun.says, gun.measured_on) == (
        "Pd 70 to 90 %, Pfa 1 to 5 %",
        "yard: 9 with, 20 without",
    )
    assert (wrench.alarming, wrench.says) == (False, "not measured")
    curve = {"gun": [(0.3, 0.8, 0.02)]}
    moved = rules.with_thresholds(gun=0.4)
    first = operating.lines(replace(standin_card, operating=curve), moved, rules)[0]
    assert (first.threshold, first.given, first.says) == (
        0.4,
        0.3,
        "Pd at most 80 %, Pfa at most 2 %",
    )
    assert operating.lines(replace(standin_card, operating=curve), rules, rules)[0].says == (
        "Pd 80 %, Pfa 2 %"
    )


def test_the_page_says_since_when_a_model_is_in_place_and_what_that_changed(
    boss: TestClient, standin_card: Card
) -> None:
    rows = {
        "all": {"pd": [0.9, 0.95], "bound": 0.012, "groups": 60},
        "gun": {"pd": [0.8, 0.8], "bound": -0.01, "groups": 31},
    }
    said = {"over": "<i>parcel@1", "at": "2026-03-01T08:00:00+00:00", "rows": rows}
    app: Any = boss.app
    app.state.card = replace(standin_card, training={"promotion": said})
    page = boss.get("/admin").text
    assert "in place of &lt;i&gt;parcel@1" in page
    assert "2026-03-01 08:00 UTC" in page
    assert "All alarming classes: Pd 90.0 % before, 95.0 % now" in page
    assert "at least -1.0 points; 31 groups" in page
    for broken in ({"rows": {}}, {"rows": 3}, {"over": "x", "at": "noon", "rows": rows}, "x"):
        assert promotion.of(replace(standin_card, training={"promotion": broken})) is None


def test_the_page_holds_the_model_and_its_terms(boss: TestClient) -> None:
    page = boss.get("/admin").text
    for says in ("standin@1", "for tests", "no: every case goes to an officer", "not measured"):
        assert says in page


def articles(page: str) -> list[str]:
    """What stands of each model, without the tags."""
    found = re.findall(r"<article.*?</article>", page, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", " ", one).split()) for one in found]


def test_every_shipped_model_stands_there_with_its_terms_scores_and_limits_and_one_is_in_use(
    boss: TestClient,
    standin: Path,
    standin_card: Card,
    make_model: Callable[[Card], Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    row = {"map50": 0.682, "map50_interval": [0.52, 0.778], "scans": 135, "groups": 59}
    row |= {"map50_95": 0.3, "mean_over": ["gun"], "labels": {"gun_part": {"ap50": 0.957}}}
    row |= {"outcomes": {"benign": {"scans": 80, "ALARM": 0.05, "UNKNOWN": 0.1}}}
    row |= {"weapons": {"points": [{"pfa_here": 0.2, "small": {"pd": 0.5, "pd_95": [0.4, 0.6]}}]}}
    about = {"terms": "academic <use>", "limits": ("Few knives.",), "scores": {"yard": row}}
    data = ({"name": "old scans", "scans": 7, "terms": "academic use only"},)
    other = make_model(replace(standin_card, name="other", version="2", data=data, **about))
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    files = {"broken": broken, "other": other, "standin": standin}
    monkeypatch.setattr(models, "available", lambda: files)
    app: Any = boss.app
    app.state.card = read_card(standin)
    first, second, third = articles(boss.get("/admin").text)
    assert first.startswith(
        "standin@1 in use Terms for tests Finds gun, wrench Scores not measured"
    )
    assert re.fullmatch(rf"broken {broken}: onnxruntime cannot load it \(.+\)\.", second)
    assert third.startswith("other@2 Terms academic &lt;use&gt; Finds")
    for says in (
        "yard: mAP50 0.68, from 0.52 to 0.78 at 95 %; 135 scans",
        "AP50: gun part 0.96",
        "Of 80 benign scans 5.0 % alarm and 10.0 % cannot be judged",
        "weapons that can be seen 50 % are found, at 20.0 % false alarms",
        "Limits Few knives.",
        "old scans: 7 scans, academic use only",
    ):
        assert says in third
    assert "in use" not in second + third

    app.state.card = None
    page = boss.get("/admin").text
    assert "No model is loaded: scans are shown" in page
    assert [one.split()[0] for one in articles(page)] == ["broken", "other@2", "standin@1"]
