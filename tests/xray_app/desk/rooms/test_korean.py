"""Every page in Korean, with no English left but names, units and codes that Koreans write too."""

import contextvars
import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from xray.card import Card
from xray.card import read as read_card
from xray.detector import available
from xray_app import languages
from xray_app.access.roles import RIGHTS, Actor, Role
from xray_app.cases.case import Case
from xray_app.cases.states import Reason, Verdict
from xray_app.desk.doing import Asked
from xray_app.desk.officer import OfficerDesk
from xray_app.desk.rooms.models import Model
from xray_app.service import Service
from xray_app.uploads import Inbox

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

KOREAN = {"accept-language": "ko"}
TOLD = ("title", "placeholder", "aria-label", "alt")
NAMES = {
    *("English", "API", "AI", "HS", "ID", "JPEG", "PNG", "TIFF", "DICOS", "DICOM", "DX", "ZIP"),
    *("UTC", "FILE", "SHA", "House", "Acme", "Trading", "Esc", "Backspace", "Ctrl", "Shift", "Alt"),
    *("ray", "px", "mm", "ms", "kV", "cm", "sha", "val", "mAP", "AP", "default"),
    *("standin", "xray", "app", "inspect", "profile", "audit", "verify", "VN", "XR", "kg"),
    *("kim", "lee", "boss", "gate", "test", "bag", "png", "Korean", "auditor", "for", "tests"),
}  # fmt: skip


class Texts(HTMLParser):
    """What a reader is shown of a page, or told by it."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._silent = tag in ("style", "script", "code", "pre", "kbd", "time", "blockquote")
        self.texts += [value or "" for name, value in attributes if name in TOLD]

    def handle_endtag(self, tag: str) -> None:
        self._silent = False

    def handle_data(self, text: str) -> None:
        if not self._silent:
            self.texts.append(text)


def english_in(page: str, *known: str) -> set[str]:
    """Words in Latin letters that stand on a page and are no name."""
    reader = Texts()
    reader.feed(page)
    text = " ".join(reader.texts)
    for name in known:
        text = text.replace(name, " ")
    text = re.sub(r"\b[0-9a-f]{6,}\b|\S+@\S+|/\S+", " ", text)
    return {word for word in re.findall(r"[A-Za-z]{2,}", text) if word not in NAMES}


@pytest.fixture
def full(
    inspected: Callable[..., Case],
    decided: Callable[..., Case],
    searched: Callable[..., Case],
    service: Service,
) -> list[Case]:
    """Cases in every state that a page shows."""
    about = {
        "description": "구두",
        "consignee": "Acme Trading",
        "weight_kg": 4.2,
        "hs_code": "6403",
    }
    made = []
    for n in range(6):
        label = ("gun", "knife", "gun_part")[n % 3]
        outcome = ("ALARM", "CLEAR", "UNKNOWN")[n % 3]
        scanned = {"scanner": "XR", "lane": "1", "declaration": about}
        made.append(inspected(outcome, label, consignment=f"2611{n:04d}", **scanned))
    found = decided(Verdict.SEARCH, "이중 바닥", code=Reason.NOT_AS_DECLARED)
    searched(found, True, "gun_part")
    decided(Verdict.CLEAR)
    decided(Verdict.SUSPECT, "", code=Reason.WEAPON)
    return made


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.SCREENER, "/queue"),
        (Role.SCREENER, "/queue?tab=closed"),
        (Role.SCREENER, "/search-room"),
        (Role.SCREENER, "/search-room?code=nothing"),
        (Role.SUPERVISOR, "/supervisor"),
        (Role.SUPERVISOR, "/insight"),
        (Role.AUDITOR, "/audit"),
        (Role.MANAGER, "/admin"),
        (Role.MANAGER, "/people"),
        (Role.SCREENER, "/sign-in"),
        (Role.SCREENER, "/first-run"),
    ],
)
def test_a_page_in_korean_holds_no_english(
    role: Role, path: str, full: list[Case], sign_in: Callable[..., TestClient]
) -> None:
    who = sign_in(role, "kim2" if path == "/people" else None)
    page = who.get(path, headers=KOREAN).text
    assert '<html lang="ko" dir="ltr">' in page
    assert english_in(page, f"a {role}", "nothing", "an auditor") == set()


def test_the_search_rooms_sheet_and_what_it_refuses_are_korean(
    full: list[Case], sign_in: Callable[..., TestClient], service: Service
) -> None:
    who = sign_in(Role.SCREENER)
    with service.database.read() as connection:
        from xray_app.cases import lookup

        case = lookup.to_search(connection)[0][0]
    page = who.get(f"/search-room?case={case.id}", headers=KOREAN).text
    assert english_in(page, "a screener") == set()
    form = {"case": case.id, "version": str(case.version)}
    refused = who.post("/search-room", data=form, headers=KOREAN)
    assert "적발 여부를 먼저 선택하십시오" in refused.text
    assert english_in(refused.text, "a screener") == set()


def korean(do: Callable[[], Any]) -> Any:
    def speaking() -> Any:
        languages.speak(languages.languages()["ko"])
        return do()

    return contextvars.copy_context().run(speaking)


def parts(desk: OfficerDesk, actor: Actor, key: str | None) -> Iterator[str]:
    yield desk.header(actor)
    yield desk.queue(actor, key)
    yield desk.case(actor, key)
    yield desk.pending(actor)
    for view in json.loads(desk.scene(actor, key) or '{"views": []}')["views"]:
        yield f"<p>{view['alt']} {view['name']}</p>"


def test_the_case_page_in_korean_holds_no_english(
    full: list[Case], service: Service, standin_card: Card, tmp_path: Path
) -> None:
    service.people.add("test", "kim", "correct horse battery", Role.SCREENER)
    service.people.add("test", "lee", "correct horse battery", Role.SCREENER)
    actor = Actor("kim", RIGHTS[Role.SCREENER], Role.SCREENER)
    desk = OfficerDesk(service, Inbox(tmp_path, 2**20), standin_card)
    seen = [korean(lambda: "".join(parts(desk, actor, None)))]
    mine = korean(lambda: desk.act(actor, Asked("take"))).case_id
    seen += [korean(lambda key=key: "".join(parts(desk, actor, key))) for key in (mine, full[0].id)]
    version = service.queue.mine(actor.officer()).version  # type: ignore[union-attr]
    korean(lambda: desk.act(actor, Asked("clear", mine, version)))
    seen += [korean(lambda: "".join(parts(desk, actor, mine)))]
    for page in seen:
        assert english_in(page) == set()
    assert "총기" in "".join(seen)
    assert "통관 예정" in seen[-1]


def test_what_an_officer_is_refused_with_is_korean(
    full: list[Case], sign_in: Callable[..., TestClient]
) -> None:
    who = sign_in(Role.SCREENER)
    for path in ("/api/v1/cases/" + "0" * 32, "/admin", "/api/v1/nothing"):
        said = who.get(path, headers=KOREAN).json()["error"]
        assert english_in(said, "a screener", "0" * 32) == set(), said
    assert "no case" in who.get("/api/v1/cases/" + "0" * 32).json()["error"]


def test_insight_tells_a_models_scores_in_korean(
    full: list[Case], client: TestClient, sign_in: Callable[..., TestClient]
) -> None:
    card = read_card(available()["parcel"])
    client.app.state.card = card  # type: ignore[attr-defined]
    page = unescape(sign_in(Role.SUPERVISOR).get("/insight", headers=KOREAN).text)
    told = korean(lambda: Model(card.name, card).scores)
    assert [line for line in told if line not in page] == []
    assert english_in(" ".join(told), "SIXray") <= {"CLEAR"}
