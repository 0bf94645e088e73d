"""A real scanner's side, by pynetdicom, sends real objects over a real connection."""

import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any

import pydicom
import pytest
from pynetdicom import AE
from pynetdicom.association import Association
from pynetdicom.sop_class import Verification
from sqlalchemy import select

from xray.errors import RecipeError
from xray_app.cases import tables
from xray_app.cases.case import Case
from xray_app.dicos import peers
from xray_app.dicos.keeping import keep
from xray_app.dicos.objects import SCANS
from xray_app.dicos.peers import Sender
from xray_app.dicos.receiving import KEPT, NO_ROOM, NOT_UNDERSTOOD, Receiver, known_to_pynetdicom
from xray_app.inspectors.heads import Heads
from xray_app.service import Service
from xray_app.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # pynetdicom leaves sockets
Dx = Callable[..., pydicom.Dataset]
HERE = "127.0.0.1"
LISTED = frozenset({Sender("GATE1", HERE)})
Listen = Callable[..., Receiver]


@pytest.fixture
def listen(service: Service, heads: Heads) -> Iterator[Listen]:
    """Listens on loopback, for GATE1 on this machine."""
    with ExitStack() as until:

        def listen(senders: frozenset[Sender] = LISTED, **more: Any) -> Receiver:
            usual = {"keep": partial(keep, service, heads), "max_bytes": 2**20}
            return until.enter_context(Receiver((HERE, 0), "XRAY", senders, **usual | more))

        yield listen


@contextmanager
def calling(
    port: int, title: str = "GATE1", to: str = "XRAY", **more: Any
) -> Iterator[Association]:
    """An association as a scanner asks for one."""
    known_to_pynetdicom(SCANS[1])
    entity = AE(ae_title=title)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = 20
    entity.add_requested_context(Verification)
    entity.add_requested_context(SCANS[1])
    association = entity.associate(more.pop("host", HERE), port, ae_title=to, **more)
    try:
        yield association
    finally:
        if association.is_established:
            association.release()


def cases(service: Service) -> list[Case]:
    with service.database.read() as connection:
        rows = connection.execute(select(tables.cases).order_by(tables.cases.c.received_at))
        return [Case.of(row) for row in rows.mappings()]


def test_an_echo_is_answered_and_a_scan_becomes_a_case(
    service: Service, listen: Listen, dx: Dx
) -> None:
    sent = dx()
    with calling(listen().port) as scanner:
        assert scanner.send_c_echo().Status == 0
        assert scanner.send_c_store(sent).Status == KEPT
    (case,) = cases(service)
    assert (case.container, case.scanner, case.submitted_by) == (
        *("CSQU3054383", "GATE1", "dicos GATE1"),
    )
    with service.database.read() as connection:
        view = connection.execute(select(tables.views)).mappings().one()
    kept = pydicom.dcmread(service.contents.path(view["sha256"]))
    assert kept.SOPInstanceUID == sent.SOPInstanceUID
    assert kept.PixelData == sent.PixelData


def test_the_same_object_is_the_same_case_and_another_under_its_uid_is_refused(
    service: Service, listen: Listen, dx: Dx
) -> None:
    first, other = dx(), dx(bright=20_000)
    other.SOPInstanceUID = first.SOPInstanceUID
    other.file_meta.MediaStorageSOPInstanceUID = first.SOPInstanceUID
    with calling(listen().port) as scanner:
        said = [scanner.send_c_store(one).Status for one in (first, first, other)]
    assert said == [KEPT, KEPT, NOT_UNDERSTOOD]
    assert len(cases(service)) == 1


def test_an_id_that_is_no_container_number_is_the_consignment(
    service: Service, listen: Listen, dx: Dx
) -> None:
    with calling(listen().port) as scanner:
        assert scanner.send_c_store(dx(thing="BAG-17")).Status == KEPT
    (case,) = cases(service)
    assert (case.container, case.consignment) == (None, "BAG-17")


def test_when_too_much_waits_the_scanner_is_told_and_may_try_again(
    service: Service, listen: Listen, dx: Dx
) -> None:
    most = service.queue.rules.max_waiting
    object.__setattr__(service.queue.rules, "max_waiting", 1)
    with calling(listen().port) as scanner:
        one, two = dx(), dx(bright=20_000)
        assert [scanner.send_c_store(d).Status for d in (one, two)] == [KEPT, NO_ROOM]
        object.__setattr__(service.queue.rules, "max_waiting", most)
        assert scanner.send_c_store(two).Status == KEPT


def test_a_broken_object_costs_nothing_else(
    service: Service, listen: Listen, dx: Dx, inspect_all: Callable[[], None]
) -> None:
    broken = dx()
    del broken.Rows
    with calling(listen().port) as scanner:
        said = [scanner.send_c_store(one).Status for one in (broken, dx(bright=20_000))]
    assert said == [KEPT, KEPT]
    inspect_all()
    problems = [case.problem for case in cases(service)]
    assert "the header lacks Rows" in str(problems[0])
    assert problems[1] is None


def test_an_object_that_is_too_large_ends_its_association_and_no_other(
    service: Service, listen: Listen, dx: Dx
) -> None:
    receiver = listen(max_bytes=20_000)
    large = dx()
    large.add_new(0x00420011, "OB", b"x" * 30_000)
    with calling(receiver.port) as scanner:
        assert "Status" not in scanner.send_c_store(large)
    with calling(receiver.port) as scanner:
        assert scanner.send_c_store(dx()).Status == KEPT
    assert len(cases(service)) == 1


@pytest.mark.parametrize(
    ("title", "to", "senders"),
    [
        ("GATE2", "XRAY", LISTED),
        ("GATE1", "OTHER", LISTED),
        ("GATE1", "XRAY", frozenset({Sender("GATE1", "127.0.0.9"), Sender("GATE2", HERE)})),
        ("GATE1", "XRAY", frozenset({Sender("GATE1", "10.0.0.7")})),
    ],
)
def test_who_is_not_listed_by_title_and_address_is_refused_and_logged(
    listen: Listen,
    caplog: pytest.LogCaptureFixture,
    title: str,
    to: str,
    senders: frozenset[Sender],
) -> None:
    with (
        caplog.at_level(logging.WARNING, "xray_app.dicos"),
        calling(listen(senders).port, title, to) as scanner,
    ):
        assert not scanner.is_established
    assert "was refused" in caplog.text
    assert HERE in caplog.text


def tls(certificates: SimpleNamespace, **more: Any) -> Settings:
    paths = {"certificate": certificates.own, "key": certificates.key}
    paths |= {"authority": certificates.authority}
    return Settings(**{f"dicos_{name}": str(path) for name, path in paths.items()} | more)


def test_over_tls_both_ends_show_their_certificates(
    service: Service, listen: Listen, dx: Dx, certificates: SimpleNamespace
) -> None:
    settings = tls(certificates)
    port = listen(tls=peers.listening_tls(settings)).port
    stranger = ssl.create_default_context(cafile=str(certificates.authority))
    for context, good in ((stranger, False), (peers.calling_tls(settings), True)):
        with calling(port, tls_args=(context, "localhost")) as scanner:
            assert scanner.is_established == good
            if good:
                assert scanner.send_c_store(dx()).Status == KEPT
    with calling(port) as plain:
        assert not plain.is_established
    assert len(cases(service)) == 1


def test_who_stands_still_while_shaking_hands_holds_up_nobody(
    listen: Listen, certificates: SimpleNamespace
) -> None:
    settings = tls(certificates)
    port = listen(tls=peers.listening_tls(settings)).port
    with (
        socket.create_connection((HERE, port)),
        calling(port, tls_args=(peers.calling_tls(settings), "localhost")) as scanner,
    ):
        assert scanner.send_c_echo().Status == 0


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "names no scanner"),
        ({"dicos_senders": ("GATE1",)}, "expected TITLE@ADDRESS"),
        ({"dicos_senders": ("A-TITLE-THAT-IS-TOO-LONG@10.0.0.1",)}, "1 to 16 ASCII letters"),
        ({"dicos_senders": ("G@10.0.0.1",), "dicos_host": "0.0.0.0"}, "XRAY_OPEN_NETWORK"),
    ],
)
def test_settings_that_name_nobody_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        peers.senders(Settings(**settings))


def test_a_certificate_without_its_key_is_refused(certificates: SimpleNamespace) -> None:
    with pytest.raises(RecipeError, match="needs both"):
        peers.listening_tls(Settings(dicos_certificate=str(certificates.own)))
    wrong = tls(certificates, dicos_key=str(certificates.own))
    with pytest.raises(RecipeError, match="PEM files that fit"):
        peers.listening_tls(wrong)
