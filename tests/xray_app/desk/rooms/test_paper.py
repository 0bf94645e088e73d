"""A case on paper, asked for by its address: as whom, in which language, what it says."""

import io
import time
from collections.abc import Callable, Iterator
from typing import Any

import pypdf
import pytest
from fastapi.testclient import TestClient

from xray_app.access.roles import RIGHTS, Right, Role
from xray_app.cases import audit
from xray_app.cases.case import Case
from xray_app.cases.states import Kind, Reason, Verdict
from xray_app.paper import facts, marked
from xray_app.service import Service

HOSTILE = "<b>x</b><script>alert(1)</script>"
KOREAN = {"accept-language": "ko-KR,ko;q=0.9"}
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

Inspected = Callable[..., Case]


@pytest.fixture
def case(inspected: Inspected, decided: Inspected, searched: Callable[..., Case]) -> Case:
    """One that went all its way."""
    declared = {"description": "Shoes", "consignee": HOSTILE, "weight_kg": 4.2, "seal": ["A1"]}
    inspected(container="CSQU3054383", scanner="XR-6040", lane="A-2", declaration=declared)
    ordered = decided(Verdict.SEARCH, "a barrel", code=Reason.WEAPON)
    return searched(ordered, True, "gun_part")


def text_of(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def address(case: Case, **more: str) -> str:
    asked = "&".join(f"{name}={value}" for name, value in more.items())
    return f"/api/v1/cases/{case.id}/report?{asked}"


def test_the_pdf_says_all_that_is_known_of_a_case(
    case: Case, sign_in: Callable[..., TestClient], service: Service
) -> None:
    answer = sign_in(Role.SCREENER).get(address(case, format="pdf", zone="Asia/Seoul"))
    assert answer.headers["content-type"] == "application/pdf"
    assert case.id in answer.headers["content-disposition"]
    said = text_of(answer.content)
    with service.database.read() as connection:
        head = audit.head(connection)
    here = f"{case.received_at:%H:%M:%S} UTC"
    for words in (
        *(case.id, "CSQU3054383", "XR-6040", "A-2", "KST", here, "Shoes", HOSTILE, "4.2", '["A1"]'),
        *("gun", "Alarm", "90 %", "22 × 14 px", "search", "Weapon", "a barrel", "kim"),
        *("Found", "gun part", "lee", "standin@1", "ab" * 10),
    ):
        assert words in said, words
    assert head.hash in said.replace(" ", "")
    with service.database.read() as connection:
        looked = audit.of(connection, case.id)[-1]
    assert (looked.actor, looked.action, looked.body) == (
        *("a screener", "looked at", '{"seen_as":"pdf"}'),
    )


def test_it_speaks_the_readers_language(case: Case, sign_in: Callable[..., TestClient]) -> None:
    who = sign_in(Role.SCREENER)
    for kind in ("pdf", "html"):
        answer = who.get(address(case, format=kind), headers=KOREAN)
        said = text_of(answer.content) if kind == "pdf" else answer.text
        for words in (
            "X-ray 판독 보고서",
            "총기",
            "경보",
            "90%",
            "개장검사",
            "무기류",
            "총기 부품",
            "컨테이너번호",
        ):
            assert words in said, (kind, words)


def test_the_page_to_print_holds_its_picture_and_reads_nothing_as_markup(
    case: Case, sign_in: Callable[..., TestClient]
) -> None:
    answer = sign_in(Role.SCREENER).get(address(case, format="html"))
    assert "&lt;script&gt;" in answer.text
    assert "<script" not in answer.text
    assert answer.text.count('src="data:image/jpeg;base64,') == 1
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "@page" in answer.text
    assert "unsafe" not in policy


@pytest.mark.parametrize("role", list(Role))
def test_whoever_may_read_a_case_may_have_it_on_paper_and_nobody_else(
    role: Role, case: Case, sign_in: Callable[..., TestClient]
) -> None:
    who = sign_in(role)
    for kind in ("pdf", "html"):
        status = who.get(address(case, format=kind)).status_code
        assert (status == 200) == (Right.READ in RIGHTS[role]), (kind, status)


def test_a_zone_that_there_is_not_is_refused(
    case: Case, sign_in: Callable[..., TestClient]
) -> None:
    who = sign_in(Role.SCREENER)
    for zone in ("Mars/Olympus", "../../etc/passwd", "/etc/passwd"):
        assert who.get(address(case, format="pdf", zone=zone)).status_code == 422


def test_a_case_of_which_nothing_is_known_yet_has_its_paper_too(
    service: Service, inspected: Inspected, sign_in: Callable[..., TestClient]
) -> None:
    case = inspected("CLEAR")
    said = text_of(sign_in(Role.SCREENER).get(address(case, format="pdf")).content)
    assert "Clear" in said
    assert "Officers’ decisions" not in said


@pytest.fixture
def in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine stands where there is summer time."""
    with monkeypatch.context() as there:
        there.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_new_york")
def test_a_winters_case_printed_in_summer_has_its_winters_time(
    case: Case, sign_in: Callable[..., TestClient], clock: Any
) -> None:
    clock.move(days=120)
    said = sign_in(Role.SCREENER).get(address(case, format="html")).text
    assert f"{case.received_at:%Y-%m-%d} 03:00:00 EST" in said
    assert "EDT" in said, "when it was made"


@pytest.mark.parametrize(
    ("kind", "english", "korean"),
    [(Kind.DEMO, "A case of a demo", "시연용 건"), (Kind.TEST, "A test: nothing", "시험용 건")],
)
def test_a_paper_of_what_is_no_real_case_says_so_on_top_and_at_every_foot(
    kind: Kind,
    english: str,
    korean: str,
    inspected: Inspected,
    sign_in: Callable[..., TestClient],
) -> None:
    case, who = inspected(kind=kind), sign_in(Role.SCREENER)
    for headers, said in ({}, english), (KOREAN, korean):
        assert said in who.get(address(case, format="html"), headers=headers).text
        pdf = pypdf.PdfReader(
            io.BytesIO(who.get(address(case, format="pdf"), headers=headers).content)
        )
        assert " ".join(pdf.pages[0].extract_text().split()).count(said) == 2
        assert all(said in " ".join(one.extract_text().split()) for one in pdf.pages)


def test_a_paper_does_not_give_away_an_open_case_with_a_projected_threat(
    service: Service, inspected: Inspected, decided: Inspected, sign_in: Callable[..., TestClient]
) -> None:
    case, who = inspected(kind=Kind.PROJECTED), sign_in(Role.SCREENER)
    for kind in ("pdf", "html"):
        answer = who.get(address(case, format=kind))
        said = text_of(answer.content) if kind == "pdf" else answer.text
        assert "rojected" not in said
    decided(Verdict.CLEAR)
    assert "A projected threat" in who.get(address(case, format="html")).text


def test_a_box_that_came_with_a_decision_is_on_paper(
    inspected: Inspected, decided: Inspected, sign_in: Callable[..., TestClient]
) -> None:
    case, who = inspected("CLEAR"), sign_in(Role.SCREENER)
    before = who.get(address(case, format="html")).text
    decided(Verdict.SEARCH, "a blade", marks=({"label": "knife", "xyxy_px": [8, 6, 30, 20]},))
    after = who.get(address(case, format="html")).text
    assert "Drawn by officers" in after
    assert "<td>A</td><td>knife</td>" in after
    picture = "data:image/jpeg;base64,"
    assert after.partition(picture)[2][:9999] != before.partition(picture)[2][:9999]


def test_no_transaction_is_open_while_pictures_are_drawn(
    case: Case, sign_in: Callable[..., TestClient], service: Service, monkeypatch: Any
) -> None:
    who, lent, drawn = sign_in(Role.SCREENER), list[int](), marked.drawn
    pool: Any = service.database.engine.pool

    def draw(*asked: Any) -> bytes | None:
        lent.append(pool.checkedout())
        return drawn(*asked)

    monkeypatch.setattr(facts, "drawn", draw)
    assert who.get(address(case, format="html")).is_success
    assert lent == [0]
