"""Cases of several views, of which one may not have been seen; without a browser."""

import contextvars
import html
import json
import secrets
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient

from xray.profile import Profile
from xray_app import languages
from xray_app.access.roles import RIGHTS, Actor, Role
from xray_app.cases import inspection, register
from xray_app.cases.inspection import CUT_OFF, Looked
from xray_app.cases.register import NewView, Submission
from xray_app.desk.doing import Asked
from xray_app.desk.officer import OfficerDesk
from xray_app.inspectors.dispatch import CHANGED
from xray_app.service import Service
from xray_app.uploads import Inbox

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

JPEG = cv2.imencode(".jpg", np.full((60, 80, 3), 200, np.uint8))[1].tobytes()
REASONS = {"ALARM": "gun with probability 0.90, alarm from 0.30", "UNKNOWN": "odd"}
REASONS["CLEAR"] = "nothing that the profile alarms for"
KIM = Actor("kim", RIGHTS[Role.SCREENER], Role.SCREENER)
Case = Callable[..., str]


@pytest.fixture
def officer(service: Service, tmp_path: Path) -> OfficerDesk:
    return OfficerDesk(service, Inbox(tmp_path, 2**20), None)


@pytest.fixture
def case(service: Service) -> Case:
    """A case of the views top, side and end: what a model is made to say of each, or a problem."""

    def looked(position: int, says: str) -> Looked:
        if says not in REASONS:
            return Looked(position, problem=says)
        found = {"label": "gun", "score": 0.9, "xyxy_px": [8.0, 6.0, 30.0, 20.0], "alarming": True}
        report = {
            "model": {"name": "standin", "version": "1", "sha256": "ab" * 32},
            **{"scan_id": "bag", "width_px": 80, "height_px": 60, "profile": Profile().to_dict()},
            **{"outcome": says, "reasons": [REASONS[says]], "clearance": {"eligible": False}},
            "detections": [found] if says == "ALARM" else [],
            "made_at": service.now.isoformat(),
        }
        picture = service.contents.stage(JPEG + secrets.token_bytes(8), "picture", 2**20)
        drawn = {"picture": picture, "width_px": 80, "height_px": 60, "encoding": "dual"}
        return Looked(position, report, **drawn)  # type: ignore[arg-type]

    def case(*says: str) -> str:
        names = ("top", "side", "end")[: len(says)]
        staged = (service.contents.stage(secrets.token_bytes(8), f"{n}.png", 2**20) for n in names)
        views = (NewView(file, f"{n}.png", name=n) for n, file in zip(names, staged, strict=True))
        sent, rules = Submission(tuple(views), "gate 1"), service.queue.rules
        register.register(service.database, service.contents, sent, service.now, rules)
        claimed = inspection.claim(service.database, service.now)
        assert claimed is not None
        seen = [looked(n, one) for n, one in enumerate(says)]
        asked = (service.database, service.contents, claimed, seen, service.now, rules)
        return inspection.record(*asked, lambda: 0.5).id

    return case


def opened(page: str) -> str:
    """The view whose button is pressed."""
    (found,) = [line for line in page.splitlines() if 'aria-pressed="true">' in line]
    return found.partition(">")[2].partition("<")[0].strip()


@pytest.mark.parametrize(
    ("says", "view"),
    [
        (("CLEAR", CHANGED), "side"),
        (("UNKNOWN", CHANGED), "side"),
        (("CLEAR", "CLEAR", CHANGED), "end"),
        (("CLEAR", CHANGED, "UNKNOWN"), "side"),
        ((CHANGED, "ALARM"), "side"),
        (("CLEAR", CHANGED, "ALARM"), "end"),
        (("CLEAR", "UNKNOWN"), "side"),
        (("CLEAR", "CLEAR"), "top"),
    ],
)
def test_a_case_opens_on_an_alarm_else_on_what_was_not_seen_else_on_the_gravest(
    officer: OfficerDesk, case: Case, says: tuple[str, ...], view: str
) -> None:
    assert opened(officer.case(KIM, case(*says))) == view


@pytest.mark.parametrize("says", [("CLEAR", CHANGED), ("CLEAR", CHANGED, "CLEAR")])
def test_a_view_that_was_not_seen_is_the_reason_whichever_view_is_open(
    officer: OfficerDesk, case: Case, says: tuple[str, ...]
) -> None:
    key = case(*says)
    for n in range(len(says)):
        page = officer.case(KIM, f"{key}-{n}")
        assert "<strong>Unknown</strong>" in page
        assert f'<li class="problem">side could not be seen: {CHANGED}</li>' in page
        assert REASONS["CLEAR"] not in page
        assert page.count("Not read</span>") == 1, "the view's own button"


def test_the_paper_names_the_view_that_was_not_seen(
    case: Case, sign_in: Callable[..., TestClient]
) -> None:
    page = sign_in(Role.SCREENER).get(f"/api/v1/cases/{case('CLEAR', CHANGED)}/report?format=html")
    assert f"side: {html.escape(CHANGED)}" in page.text
    assert REASONS["CLEAR"] not in page.text


def test_each_view_that_was_not_seen_has_its_own_problem_and_one_that_is_of_all_stands_once(
    officer: OfficerDesk, case: Case
) -> None:
    page = officer.case(KIM, case("bag.png is empty; expected a scan", "CLEAR", CHANGED))
    assert (
        '<li class="problem">top could not be seen: bag.png is empty; expected a scan</li>' in page
    )
    assert f'<li class="problem">end could not be seen: {CHANGED}</li>' in page
    page = officer.case(KIM, case(CUT_OFF, CUT_OFF))
    assert page.count(CUT_OFF) == 1
    assert "top, side could not be seen" in page


def test_no_view_is_missed_of_a_case_before_it_was_inspected(
    service: Service, officer: OfficerDesk
) -> None:
    staged = (service.contents.stage(secrets.token_bytes(8), "a.png", 2**20) for _ in range(2))
    sent = Submission(tuple(NewView(file, "a.png") for file in staged), "gate 1")
    asked = (service.database, service.contents, sent, service.now, service.queue.rules)
    key = register.register(*asked).case.id
    waits = officer.case(KIM, key)
    inspection.claim(service.database, service.now)
    for page in (waits, officer.case(KIM, key)):
        assert "could not be seen" not in page
        assert "Not read</span>" not in page


def test_alarms_in_another_view_are_counted_and_open_it(officer: OfficerDesk, case: Case) -> None:
    key = case("CLEAR", "ALARM")
    line = f'data-case="{key}-1">1 alarm in another view: side<'
    assert line in officer.case(KIM, f"{key}-0")
    assert "another view" not in officer.case(KIM, f"{key}-1")


def test_who_works_scan_first_is_told_what_cannot_be_seen_and_nothing_of_alarms(
    service: Service, officer: OfficerDesk, case: Case
) -> None:
    key = case("ALARM", CHANGED)
    service.people.add("test", "lee", "correct horse battery", Role.SCREENER)
    lee = Actor("lee", RIGHTS[Role.SCREENER], Role.SCREENER)
    officer.act(lee, Asked("scan_first"))
    page = officer.case(lee, f"{key}-1")
    assert "Scan first</strong>" in page
    assert f'<li class="problem">side could not be seen: {CHANGED}</li>' in page
    for word in ("Alarm", "gun", "another view"):
        assert word not in page
    assert [view["marks"] for view in json.loads(officer.scene(lee, key))["views"]] == [[]]


def test_what_was_not_seen_and_alarms_elsewhere_are_said_in_korean(
    officer: OfficerDesk, case: Case
) -> None:
    key = case("ALARM", CHANGED)

    def korean() -> str:
        languages.speak(languages.languages()["ko"])
        return officer.case(KIM, f"{key}-1")

    page = contextvars.copy_context().run(korean)
    for says in (
        '<li class="problem">side: 영상을 볼 수 없음.',
        "읽기 실패</span>",
        "다른 시야의 경보 1건: top<",
    ):
        assert says in page
    assert CHANGED not in page
