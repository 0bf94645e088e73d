"""Messages go out signed, again until they arrive, and never about what is not live."""

import errno
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import TimeoutError as NoConnection

from xray.errors import RecipeError
from xray_app import addresses
from xray_app.addresses import Outgoing
from xray_app.cases import audit, outbox, tables
from xray_app.cases.case import load
from xray_app.cases.database import Database
from xray_app.cases.errors import NotFound
from xray_app.cases.outbox import MOST_TRIES
from xray_app.cases.states import Kind, Target
from xray_app.exchange.webhooks import Webhooks

URL, SECRET = "https://customs.example/hook", "0123456789abcdef" * 2
TELLS = frozenset({Target.WEBHOOK})
Answer = Callable[[httpx.Request], httpx.Response]


def put(database: Database, clock: Any, kind: Kind = Kind.LIVE) -> str:
    """A message about a new case."""
    with database.write() as connection:
        case_id = f"{len(connection.execute(select(tables.cases.c.id)).all()):032}"
        row = {"id": case_id, "kind": kind, "state": "waiting", "version": 1, "level": 0}
        row |= {"place_at": clock(), "received_at": clock(), "flags": "[]", "tries": 1}
        row |= {"checks_machine": False, "submitted_by": "scanner"}
        row |= {"identity_sha256": case_id * 2, "content_sha256": case_id * 2}
        connection.execute(insert(tables.cases).values(**row))
        case = load(connection, case_id)
        outbox.put(connection, clock(), TELLS, "case.decided", case, verdict="search")
    return case_id


def webhooks(database: Database, clock: Any, answer: Answer, url: str = URL) -> Webhooks:
    http = httpx.Client(transport=httpx.MockTransport(answer))
    return Webhooks(database, clock, url, SECRET, http)


def rows(database: Database) -> list[Any]:
    with database.read() as connection:
        return list(connection.execute(select(tables.outbox).order_by(tables.outbox.c.id)))


def test_a_message_arrives_once_and_its_signature_can_be_checked(
    database: Database, clock: Any
) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(204)

    case_id = put(database, clock)
    sender = webhooks(database, clock, answer)
    assert [sender.send_due(), sender.send_due()] == [1, 0]
    (request,) = seen
    said = json.loads(request.content)
    assert (said["event"], said["case"], said["verdict"]) == ("case.decided", case_id, "search")
    at = request.headers["x-xray-timestamp"]
    assert int(at) == int(clock().timestamp())
    expected = hmac.new(SECRET.encode(), f"{at}.".encode() + request.content, hashlib.sha256)
    assert request.headers["x-xray-signature"] == f"sha256={expected.hexdigest()}"


def test_a_message_that_is_not_taken_is_sent_again_later_and_later_then_given_up(
    database: Database, clock: Any
) -> None:
    tries: list[Any] = []

    def answer(_: httpx.Request) -> httpx.Response:
        tries.append(clock())
        if len(tries) % 2:
            raise httpx.ConnectError("gone")
        return httpx.Response(500)

    put(database, clock)
    sender = webhooks(database, clock, answer)
    for _ in range(MOST_TRIES + 3):
        sender.send_due()
        sender.send_due()
        clock.move(days=2)
    assert len(tries) == MOST_TRIES
    (row,) = rows(database)
    assert row.dead_at is not None
    assert row.next_at is None
    assert "500" in row.problem


def test_the_first_waits_are_one_and_two_minutes(database: Database, clock: Any) -> None:
    put(database, clock)
    sender = webhooks(database, clock, lambda _: httpx.Response(503))
    for minutes in (1, 2):
        before = clock()
        sender.send_due()
        assert (rows(database)[0].next_at - before).total_seconds() == 60 * minutes
        clock.move(minutes=minutes)


def test_a_message_from_before_the_clock_was_set_back_is_sent(
    database: Database, clock: Any
) -> None:
    clock.move(days=365)
    put(database, clock)
    clock.move(days=-365)
    assert webhooks(database, clock, lambda _: httpx.Response(200)).send_due() == 1


def test_a_message_that_nobody_can_make_holds_up_no_other(database: Database, clock: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["x-xray-delivery"] == "1":
            raise ValueError("cannot be said\0")
        return httpx.Response(204)

    put(database, clock)
    put(database, clock)
    assert webhooks(database, clock, answer).send_due() == 1
    first, second = rows(database)
    assert (first.tries, first.problem) == (1, "it could not be made or sent: ValueError")
    assert (second.problem, second.sent_at) == (None, clock())


@pytest.mark.parametrize(
    "error",
    [NoConnection("QueuePool limit"), OSError(errno.ENOSPC, "full"), OSError(errno.EMFILE, "none")],
    ids=("no connection", "a full disk", "no handle"),
)
def test_what_the_machine_is_at_fault_for_spends_no_try_and_ends_the_round(
    database: Database, clock: Any, error: Exception
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise error

    put(database, clock)
    with pytest.raises(type(error)):
        webhooks(database, clock, answer).send_due()
    (row,) = rows(database)
    assert (row.tries, row.problem, row.next_at) == (0, None, clock())


def test_a_stop_waits_for_the_message_that_is_on_its_way_and_for_no_other(
    database: Database, clock: Any
) -> None:
    stopping = threading.Event()

    def answer(_: httpx.Request) -> httpx.Response:
        stopping.set()
        return httpx.Response(204)

    put(database, clock)
    put(database, clock)
    assert webhooks(database, clock, answer).send_due(stopping) == 1
    assert [row.tries for row in rows(database)] == [1, 0]


def test_redirects_are_not_followed(database: Database, clock: Any) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(307, headers={"location": "https://evil.example/"})

    case_id = put(database, clock)
    assert webhooks(database, clock, answer).send_due() == 0
    assert seen == [URL]
    assert "a redirect, which is not followed" in rows(database)[0].problem
    assert refusals(database, case_id) == [("customs.example", "redirect")]


def test_a_target_that_leads_inside_is_not_told_and_the_audit_chain_says_so_once(
    database: Database, clock: Any
) -> None:
    case_id = put(database, clock)
    found = ["10.0.0.7"]
    outgoing = Outgoing({"customs.example": ()}, lambda _host, _port: found)
    with addresses.client(outgoing) as http:
        sender = Webhooks(database, clock, URL, SECRET, http)
        for _ in range(3):
            assert sender.send_due() == 0
            clock.move(days=1)
        (row,) = rows(database)
        assert (row.tries, row.dead_at) == (3, None)  # it goes again: settings can be mended
        assert "customs.example is at 10.0.0.7, which is no public address" in row.problem
        assert refusals(database, case_id) == [("customs.example", "not public")]
        found[:] = ["10.0.0.8"]
        sender.send_due()
    assert refusals(database, case_id) == [("customs.example", "not public")] * 2
    with database.read() as connection:
        assert audit.verify(connection).problem is None


def refusals(database: Database, case_id: str) -> list[tuple[str, str]]:
    """What the audit chain says of calls about a case that were refused."""
    with database.read() as connection:
        entries = [e for e in audit.of(connection, case_id) if e.action == outbox.CALL_REFUSED]
    bodies = [json.loads(entry.body) for entry in entries]
    return [(body["host"], body["why"]) for body in bodies]


@pytest.mark.parametrize("kind", [Kind.DEMO, Kind.TEST, Kind.PROJECTED])
def test_nothing_is_told_of_cases_that_are_not_live(
    database: Database, clock: Any, kind: Kind
) -> None:
    put(database, clock, kind)
    assert rows(database) == []


@pytest.mark.parametrize(
    "url", ["http://customs.example/", "ftp://x/", "https://user:pw@x/", "http://10.0.0.1/", ""]
)
def test_addresses_that_are_not_safe_are_refused(database: Database, clock: Any, url: str) -> None:
    with pytest.raises(RecipeError, match="XRAY_WEBHOOK_URL"):
        webhooks(database, clock, lambda _: httpx.Response(200), url)


def test_plain_http_is_fine_on_this_machine(database: Database, clock: Any) -> None:
    put(database, clock)
    url = "http://127.0.0.1:9/hook"
    assert webhooks(database, clock, lambda _: httpx.Response(200), url).send_due() == 1


def test_no_message_is_kept_where_nobody_is_told(database: Database, clock: Any) -> None:
    case_id = put(database, clock)
    with database.write() as connection:
        outbox.put(connection, clock(), (), "case.decided", load(connection, case_id))
    assert len(rows(database)) == 1


def test_what_was_given_up_is_kept_and_goes_again_while_what_arrived_is_forgotten(
    database: Database, clock: Any
) -> None:
    put(database, clock)
    outbox.tidy(database, clock(), TELLS)
    assert rows(database)[0].next_at is not None
    outbox.tidy(database, clock(), ())
    (row,) = rows(database)
    assert (row.next_at, row.dead_at, row.problem) == (None, clock(), outbox.UNWANTED)
    clock.move(days=31)
    outbox.tidy(database, clock(), TELLS)
    with database.read() as connection:
        assert [one["id"] for one in outbox.undelivered(connection)] == [row.id]
    for tells, numbers in (((), [row.id]), (TELLS, [row.id, row.id + 1])):
        with pytest.raises(NotFound, match="was not given up"):
            outbox.send_again(database, clock(), "lee", tells, numbers)
    assert outbox.send_again(database, clock(), "lee", TELLS) == 1
    assert webhooks(database, clock, lambda _: httpx.Response(200)).send_due() == 1
    outbox.tidy(database, clock(), TELLS)
    with database.read() as connection:
        (entry,) = audit.of(connection, outbox.ACTOR)
    assert rows(database) == []
    assert (entry.actor, entry.action) == ("lee", outbox.SENT_AGAIN)
    assert json.loads(entry.body) == {"messages": [row.id]}


def test_messages_are_tidied_some_at_a_time_and_in_nobodys_turn_where_nothing_is_to_be_done(
    database: Database, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "TIDIED_AT_ONCE", 2)
    for _ in range(3):
        put(database, clock)
    assert webhooks(database, clock, lambda _: httpx.Response(200)).send_due() == 3
    monkeypatch.setattr(database, "_turn_s", 0.1)
    with database.write():  # another's
        outbox.tidy(database, clock(), TELLS)
    clock.move(days=31)
    counts = []
    for _ in range(3):
        outbox.tidy(database, clock(), TELLS)
        counts.append(len(rows(database)))
    assert counts == [1, 0, 0]
