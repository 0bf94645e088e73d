"""A stand-in of the clearance system is asked, over a real connection, and what it says is kept."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import select

from xray.errors import RecipeError
from xray_app.addresses import check_address
from xray_app.cases import audit, reading, tables
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database
from xray_app.cases.register import NewView, Submission, register
from xray_app.cases.rules import Rules
from xray_app.cases.states import Kind, Target
from xray_app.exchange.clearance import Clearance
from xray_app.exchange.unipass import ClearanceError, UniPass, read

RULES = replace(Rules(), tells=frozenset({Target.CLEARANCE}))
CARGO = "26TESTA457I06370010"
KNOWN = """<?xml version="1.0" encoding="UTF-8"?>
<cargCsclPrgsInfoQryRtnVo><tCnt>1</tCnt><ntceInfo/>
<cargCsclPrgsInfoQryVo><cargMtNo>26TESTA457I06370010</cargMtNo><prnm>FROGS &amp; TOADS</prnm>
<csclPrgsStts>수입신고수리</csclPrgsStts><ttwg>1172.2</ttwg><wghtUt>KG</wghtUt>
<cntrNo>CSQU3054383</cntrNo></cargCsclPrgsInfoQryVo>
<cargCsclPrgsInfoDtlQryVo><cargTrcnRelaBsopTpcd>입항보고 수리</cargTrcnRelaBsopTpcd>
<prcsDttm>20260301093000</prcsDttm><shedNm>인천항</shedNm></cargCsclPrgsInfoDtlQryVo>
</cargCsclPrgsInfoQryRtnVo>"""
NOTHING = "<cargCsclPrgsInfoQryRtnVo><tCnt>0</tCnt></cargCsclPrgsInfoQryRtnVo>"


@pytest.fixture
def there() -> Iterator[SimpleNamespace]:
    """The stand-in: answers what it is told to, and remembers what it was asked."""
    standin = SimpleNamespace(answer=KNOWN, status=200, asked=[])

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            standin.asked.append({k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()})
            self.send_response(standin.status)
            if standin.status == 302:
                self.send_header("location", "http://169.254.169.254/latest/meta-data")
            self.end_headers()
            self.wfile.write(standin.answer.encode())

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        standin.url = f"http://127.0.0.1:{server.server_address[1]}/query"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield standin
        server.shutdown()
        thread.join()


@pytest.fixture
def ask(there: SimpleNamespace, database: Database, clock: Any) -> Iterator[Callable[[], int]]:
    with httpx.Client(trust_env=False) as http:
        yield Clearance(database, clock, UniPass(there.url, "our-key", http)).ask_due


@pytest.fixture
def declare(database: Database, contents: Contents, clock: Any) -> Callable[..., str]:
    """A case with this declaration."""

    def declare(kind: Kind = Kind.LIVE, **declaration: Any) -> str:
        view = NewView(contents.stage(repr((kind, declaration)).encode(), "bag", 999), "bag")
        sent = Submission((view,), "gate", kind=kind, declaration=declaration)
        return register(database, contents, sent, clock(), RULES).case.id

    return declare


def learned(database: Database, case_id: str) -> Any:
    with database.read() as connection:
        return reading.clearance(connection, case_id)


def test_what_is_known_of_a_cargo_stands_in_its_case(
    database: Database, there: SimpleNamespace, ask: Callable[[], int], declare: Callable[..., str]
) -> None:
    case_id = declare(cargo_number=CARGO)
    assert [ask(), ask()] == [1, 0]
    assert there.asked == [{"crkyCn": "our-key", "cargMtNo": CARGO}]
    said = learned(database, case_id)
    assert (said["goods"], said["clearance"], said["container"]) == (
        *("FROGS & TOADS", "수입신고수리", "CSQU3054383"),
    )
    step = {"what": "입항보고 수리", "where": "인천항", "at": "2026-03-01T09:30:00+09:00"}
    assert said["steps"] == [step]


def test_a_house_bill_is_asked_for_with_its_year_or_this_one(
    there: SimpleNamespace, ask: Callable[[], int], declare: Callable[..., str]
) -> None:
    declare(house_bill="FESS26100")
    declare(house_bill="FESS25100", bill_year=2025)
    assert ask() == 2
    assert [(a["hblNo"], a["blYy"]) for a in there.asked] == [
        *(("FESS26100", "2026"), ("FESS25100", "2025")),
    ]


def test_what_is_not_known_yet_is_asked_again(
    database: Database,
    there: SimpleNamespace,
    ask: Callable[[], int],
    declare: Callable[..., str],
    clock: Any,
) -> None:
    case_id = declare(cargo_number=CARGO)
    there.answer = NOTHING
    assert ask() == 0
    there.answer, there.status = KNOWN, 503
    clock.move(minutes=1)
    assert ask() == 0
    there.status = 200
    clock.move(minutes=2)
    assert ask() == 1
    assert learned(database, case_id)["goods"] == "FROGS & TOADS"


def test_a_question_that_fails_holds_up_no_other(
    database: Database, there: SimpleNamespace, clock: Any, declare: Callable[..., str]
) -> None:
    class Odd(UniPass):
        def ask(self, declaration: Any, now: Any) -> Any:
            return super().ask(declaration | {"cargo_number": CARGO[declaration["at"]]}, now)

    broken, good = (declare(cargo_number=CARGO, at=at) for at in (99, 1))
    with httpx.Client(trust_env=False) as http:
        assert Clearance(database, clock, Odd(there.url, "our-key", http)).ask_due() == 1
    assert learned(database, broken) is None
    assert learned(database, good)["goods"] == "FROGS & TOADS"


def test_a_redirect_is_not_followed_and_stands_in_the_audit_chain(
    database: Database, there: SimpleNamespace, ask: Callable[[], int], declare: Callable[..., str]
) -> None:
    case_id = declare(cargo_number=CARGO)
    there.status = 302
    assert ask() == 0
    with database.read() as connection:
        row = connection.execute(select(tables.outbox)).mappings().one()
        entry = audit.of(connection, case_id)[-1]
    assert "127.0.0.1 answered 302, a redirect, which is not followed" in row["problem"]
    assert (entry.action, json.loads(entry.body)["why"]) == ("call refused", "redirect")


def test_nobody_is_asked_about_what_is_not_live_or_names_no_cargo(
    database: Database, there: SimpleNamespace, ask: Callable[[], int], declare: Callable[..., str]
) -> None:
    declare(kind=Kind.TEST, cargo_number=CARGO)
    declare(hs_code="640399")
    assert ask() == 0
    assert there.asked == []
    with database.read() as connection:
        assert connection.execute(select(tables.outbox)).all() == []


BOMB = NOTHING.replace("0", "&b;")
BOMB = f'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>{BOMB}'


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        (BOMB, "no plain XML"),
        ("<html><body>login", "no plain XML"),
        ("<html/>", "of another kind: html"),
        (NOTHING.replace("0", "-1"), "refused"),
        (NOTHING.replace("0", "3"), "declare the cargo number"),
        ("", "no plain XML"),
    ],
)
def test_an_answer_that_is_none_is_refused_with_a_sentence(xml: str, said: str) -> None:
    with pytest.raises(ClearanceError, match=said):
        read(xml.encode())


def test_an_answer_without_end_is_broken_off(there: SimpleNamespace) -> None:
    there.answer = "x" * (2**20 + 1)
    with httpx.Client() as http, pytest.raises(ClearanceError, match="larger than"):
        UniPass(there.url, "key", http).ask({"cargo_number": CARGO}, None)  # type: ignore[arg-type]


def test_an_error_says_nothing_of_the_key() -> None:
    with httpx.Client() as http:
        nowhere = UniPass("http://127.0.0.1:1/", "our-key", http)
        with pytest.raises(ClearanceError) as failed:
            nowhere.ask({"cargo_number": CARGO}, None)  # type: ignore[arg-type]
    assert "our-key" not in str(failed.value)


def test_the_key_goes_out_encrypted_alone() -> None:
    with pytest.raises(RecipeError, match="XRAY_CLEARANCE_URL must be https"):
        check_address("XRAY_CLEARANCE_URL", "http://clearance.example/query")
