"""Threat detection reports arrive at the configured peer: the machine's, then the officer's."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pydicom
import pytest
from pynetdicom import AE, evt
from sqlalchemy import select, update

from xray.errors import RecipeError
from xray.tdr import TDR_STORAGE
from xray_app.addresses import Outgoing
from xray_app.cases import audit, inspection, outbox, tables
from xray_app.cases.decisions import Decision, correct, decide
from xray_app.cases.opinions import Opinion, say
from xray_app.cases.rules import Officer
from xray_app.cases.states import Level, Says, Verdict
from xray_app.dicos.keeping import keep
from xray_app.dicos.peers import Peer
from xray_app.dicos.receiving import known_to_pynetdicom
from xray_app.dicos.sending import Reports
from xray_app.inspectors.heads import Heads
from xray_app.service import Service
from xray_app.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # pynetdicom leaves sockets
HERE = Outgoing({"127.0.0.1": ()})
MARK = {"label": "gun", "xyxy_px": [1.0, 2.0, 30.0, 40.0], "view": 0}


@pytest.fixture
def peer() -> Iterator[SimpleNamespace]:
    """A control room that takes reports, unless it is told to refuse them."""
    known_to_pynetdicom(TDR_STORAGE)
    there = SimpleNamespace(taken=[], status=0x0000)

    def store(event: Any) -> int:
        if there.status == 0:
            said = event.dataset
            said.file_meta = event.file_meta
            there.taken.append(said)
        return int(there.status)

    entity = AE(ae_title="CONTROL")
    entity.require_called_aet, entity.require_calling_aet = True, ["XRAY"]
    entity.add_supported_context(TDR_STORAGE)
    handlers = [(evt.EVT_C_STORE, store)]
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
    there.address = Peer("CONTROL", "127.0.0.1", server.server_address[1])
    yield there
    server.shutdown()


def sent_file(dataset: pydicom.Dataset) -> bytes:
    file = BytesIO()
    dataset.save_as(file)
    return file.getvalue()


@pytest.fixture
def case_id(
    service: Service, heads: Heads, dx: Callable[..., Any], inspect_all: Callable[[], None]
) -> str:
    dataset = dx()
    kept = keep(service, heads, sent_file(dataset), "GATE1", dataset.SOPInstanceUID)
    inspect_all()
    return kept.case.id


def reports(service: Service, peer: SimpleNamespace) -> Reports:
    return Reports(service.database, service.queue.clock, peer.address, "XRAY", HERE)


def source(service: Service, case_id: str) -> pydicom.Dataset:
    with service.database.read() as connection:
        found = select(tables.views.c.sha256).where(tables.views.c.case_id == case_id)
        return pydicom.dcmread(service.contents.path(connection.execute(found).scalar_one()))


def test_what_the_machine_found_is_told_with_what_it_was_found_in(
    service: Service, peer: SimpleNamespace, case_id: str
) -> None:
    assert reports(service, peer).send_due() == 1
    (said,) = peer.taken
    scan = source(service, case_id)
    assert (said.TDRType, said.AlarmDecision, said.PatientID) == ("MACHINE", "ALARM", "CSQU3054383")
    assert said.StudyInstanceUID == scan.StudyInstanceUID
    seen = said.ThreatSequence[0].PTORepresentationSequence[0]
    instance = seen.ReferencedInstanceSequence[0]
    assert instance.ReferencedSOPInstanceUID == scan.SOPInstanceUID
    assert said.OOIType == "BAGGAGE"
    assert reports(service, peer).send_due() == 0


def test_what_an_officer_decides_and_a_supervisor_corrects_is_told_too(
    service: Service, peer: SimpleNamespace, case_id: str
) -> None:
    kim, lee = Officer("Kim Minji"), Officer("Lee", Level.SUPERVISOR)
    case = service.queue.take(kim)
    assert case is not None
    after = decide(
        service.queue, case_id, case.version, kim, Decision(Verdict.SEARCH, "odd", (MARK,))
    )
    correct(service.queue, case_id, after.version, lee, Decision(Verdict.CLEAR, "an empty tin"))
    assert reports(service, peer).send_due() == 3
    _, decided, corrected = peer.taken
    assert (decided.TDRType, decided.AlarmDecision) == ("OPERATOR", "ALARM")
    person = decided.OperatorIdentificationSequence[0].PersonIdentificationCodeSequence[0]
    assert person.CodeMeaning == "Kim Minji"
    threat = decided.ThreatSequence[0]
    assert list(threat.PTORepresentationSequence[0].BoundingPolygon) == [1, 2, 0, 30, 40, 0]
    assert threat.ATDAssessmentSequence[0].ATDAssessmentFlag == "THREAT"
    assert (corrected.AlarmDecision, len(corrected.ThreatSequence)) == ("CLEAR", 0)
    assert len({said.SOPInstanceUID for said in peer.taken}) == 3


def test_an_officers_report_holds_what_they_confirmed_and_drew_and_not_what_they_rejected(
    service: Service, peer: SimpleNamespace, case_id: str
) -> None:
    kim = Officer("kim")
    case = service.queue.take(kim)
    assert case is not None
    told = (service.queue, case_id, case.version, kim)
    say(*told, Opinion(0, Says.REJECTED, finding=1))
    say(*told, Opinion(0, Says.CONFIRMED, finding=2))
    say(*told, Opinion(0, Says.DRAWN, drawn="0" * 32, label="knife", xyxy_px=(1, 2, 30, 40)))
    decide(*told, Decision(Verdict.SEARCH, "odd"))
    assert reports(service, peer).send_due() == 2
    wrench, knife = (t.ATDAssessmentSequence[0] for t in peer.taken[1].ThreatSequence)
    assert (wrench.ThreatCategoryDescription, wrench.ATDAssessmentFlag) == ("wrench", "UNKNOWN")
    assert (knife.ThreatCategoryDescription, knife.ATDAssessmentFlag) == ("knife", "THREAT")


def test_a_report_that_is_not_taken_is_sent_again_as_the_same_object(
    service: Service, peer: SimpleNamespace, case_id: str
) -> None:
    peer.status = 0xA700
    assert reports(service, peer).send_due() == 0
    with service.database.read() as connection:
        row = connection.execute(select(tables.outbox)).mappings().one()
    assert (row["target"], row["problem"], row["tries"]) == ("dicos", "status 0xA700", 1)
    assert row["next_at"] is not None


def test_a_report_that_nobody_can_make_holds_up_no_other(
    service: Service, peer: SimpleNamespace, case_id: str
) -> None:
    kim = Officer("kim")
    case = service.queue.take(kim)
    assert case is not None
    decide(service.queue, case_id, case.version, kim, Decision(Verdict.CLEAR))
    table = tables.outbox
    with service.database.write() as connection:
        connection.execute(update(table).where(table.c.id == 1).values(body="{}"))
    assert reports(service, peer).send_due() == 1
    with service.database.read() as connection:
        said = connection.execute(select(table.c.problem).order_by(table.c.id)).scalars().all()
    assert said == ["it could not be made or sent: KeyError", None]


def test_a_peer_that_is_away_is_tried_again(service: Service, case_id: str) -> None:
    nobody = Peer("CONTROL", "127.0.0.1", 1)
    assert Reports(service.database, service.queue.clock, nobody, "XRAY", HERE).send_due() == 0
    with service.database.read() as connection:
        row = connection.execute(select(tables.outbox)).mappings().one()
    assert "cannot be reached" in row["problem"]


@pytest.mark.parametrize(
    ("hosts", "at", "why"),
    [({}, [], "not listed"), ({"control.example": ()}, ["127.0.0.1"], "not public")],
)
def test_a_peer_that_may_not_be_called_is_not_and_the_audit_chain_says_so_once(
    service: Service, peer: SimpleNamespace, case_id: str, clock: Any, hosts: Any, at: Any, why: str
) -> None:
    named = replace(peer.address, host="Control.example")
    outgoing = Outgoing(hosts, lambda *_: at)
    told = replace(reports(service, peer), peer=named, outgoing=outgoing, clock=clock)
    clock.now = service.now
    for _ in range(2):
        clock.move(days=1)
        assert told.send_due() == 0
    with service.database.read() as connection:
        row = connection.execute(select(tables.outbox)).mappings().one()
        entries = [e for e in audit.of(connection, case_id) if e.action == outbox.CALL_REFUSED]
    assert (row["tries"], "control.example" in row["problem"]) == (2, True)
    (body,) = [json.loads(entry.body) for entry in entries]
    assert body == {"target": "dicos", "host": "control.example", "why": why}
    assert peer.taken == []


def test_a_listed_peer_is_called_at_the_address_that_was_checked(
    service: Service, peer: SimpleNamespace, case_id: str
) -> None:
    """Nobody listens at the first; the name itself leads nowhere."""
    inside = Outgoing.of(Settings(outgoing_hosts=("control.example@127.0.0.0/8",)))
    outgoing = replace(inside, look_up=lambda *_: ["127.0.0.2", "127.0.0.1"])
    named = replace(peer.address, host="control.example")
    told = replace(reports(service, peer), peer=named, outgoing=outgoing)
    assert told.send_due() == 1
    assert len(peer.taken) == 1


def test_a_peer_whose_name_has_no_address_is_tried_again(
    service: Service, peer: SimpleNamespace, case_id: str
) -> None:
    def look_up(*_: Any) -> list[str]:
        raise OSError("no such name")

    outgoing = Outgoing({"127.0.0.1": (), "gone.example": ()}, look_up)
    named = replace(peer.address, host="gone.example")
    assert replace(reports(service, peer), peer=named, outgoing=outgoing).send_due() == 0
    with service.database.read() as connection:
        row = connection.execute(select(tables.outbox)).mappings().one()
    assert (row["tries"], "cannot be reached" in row["problem"]) == (1, True)


def test_of_a_scan_that_could_not_be_read_the_machine_says_that_it_did_not_review_it(
    service: Service,
    heads: Heads,
    peer: SimpleNamespace,
    dx: Callable[..., Any],
    inspect_all: Callable[[], None],
) -> None:
    broken = dx()
    del broken.Rows
    keep(service, heads, sent_file(broken), "GATE1", broken.SOPInstanceUID)
    inspect_all()
    assert reports(service, peer).send_due() == 1
    check_not_reviewed(peer)


def test_a_scan_whose_inspection_broke_off_to_the_last_is_told_too(
    service: Service, heads: Heads, peer: SimpleNamespace, dx: Callable[..., Any]
) -> None:
    dataset = dx()
    keep(service, heads, sent_file(dataset), "GATE1", dataset.SOPInstanceUID)
    while (case := inspection.claim(service.database, service.now)) is not None:
        assert reports(service, peer).send_due() == 0
        inspection.give_back(service.database, case, service.now, service.queue.rules)
    assert reports(service, peer).send_due() == 1
    check_not_reviewed(peer)
    with service.database.read() as connection:
        body = connection.execute(select(tables.outbox.c.body)).scalars().first()
    told = json.loads(str(body))
    assert (told["event"], told["state"], told["outcome"]) == ("case.inspected", "waiting", None)


def check_not_reviewed(peer: SimpleNamespace) -> None:
    (said,) = peer.taken
    assert (said.TDRType, said.AlarmDecision, said.PatientID) == (
        *("MACHINE", "UNKNOWN", "CSQU3054383"),
    )
    assert (said.AbortFlag, said.AbortReason) == ("ABORT", "NOT_REVIEWED")
    assert (said.NumberOfTotalObjects, len(said.ThreatSequence)) == (0, 0)


@pytest.mark.parametrize("text", ["CONTROL", "CONTROL@host", "CONTROL@host:x", "@host:104", ""])
def test_a_peer_is_a_title_a_host_and_a_port(text: str) -> None:
    with pytest.raises(RecipeError, match="XRAY_DICOS_REPORTS_TO"):
        Peer.read(text)
    assert Peer.read("CONTROL@[fd00::7]:104") == Peer("CONTROL", "fd00::7", 104)
