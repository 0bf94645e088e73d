"""A dossier proves itself elsewhere, and its scans can be inspected again."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient

from tests.xray_app.here import Here
from xray.card import Card
from xray.clearance import Rule
from xray.detector import Detector
from xray.errors import DataError, ModelError
from xray.profile import Profile
from xray.scan import Encoding
from xray_app import service as services
from xray_app.access.roles import Role
from xray_app.cases import first_verdicts, inspection
from xray_app.cases.rules import Officer
from xray_app.cases.states import Verdict
from xray_app.exchange import dossier
from xray_app.exchange.replay import replay
from xray_app.inspectors.dispatch import Dispatch
from xray_app.intake import Inspector
from xray_app.service import Service, keep_calibration, keep_model


@pytest.fixture
def case_id(
    service: Service,
    scanner: TestClient,
    scan: bytes,
    inspect_all: Callable[[], None],
    sign_in: Callable[..., TestClient],
) -> str:
    """A case that was searched, with a photo."""
    scanner.post("/api/v1/scans", files={"scan": ("bag.png", scan)})
    inspect_all()
    kim = sign_in(Role.SCREENER, "kim")
    case = kim.post("/api/v1/queue/take").json()
    opinion = {"version": case["version"], "says": "confirmed", "finding": 1}
    kim.post(f"/api/v1/cases/{case['id']}/opinions", json=opinion)
    where = (service.queue, case["id"], case["version"], Officer("kim"))
    first_verdicts.keep(*where, Verdict.CLEAR)
    said = {"version": case["version"], "verdict": "search", "reason": "a pistol"}
    case = kim.post(f"/api/v1/cases/{case['id']}/decision", json=said).json()
    form = {"version": case["version"], "found": "true", "what": ["gun"]}
    photo = {"photo": ("p.jpg", b"photo")}
    kim.post(f"/api/v1/cases/{case['id']}/search", data=form, files=photo)
    return str(case["id"])


@pytest.fixture
def key(service: Service) -> Ed25519PrivateKey:
    return dossier.signing_key(service.settings.signing_key)


@pytest.fixture
def packed(service: Service, case_id: str, key: Ed25519PrivateKey) -> bytes:
    return dossier.write(service.database, service.contents, case_id, key)


def changed(packed: bytes, change: Callable[[dict[str, bytes]], object]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(packed)) as there:
        files = {name: there.read(name) for name in there.namelist()}
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as again:
        for name, data in files.items():
            again.writestr(name, data)
    return out.getvalue()


def test_a_dossier_holds_the_scan_the_pictures_and_every_word(
    packed: bytes, key: Ed25519PrivateKey, scan: bytes
) -> None:
    checked = dossier.verify(packed, key.public_key())
    assert checked.files["scans/0"] == scan
    assert checked.files["photos/0.jpg"] == b"photo"
    assert checked.files["pictures/0.jpg"][:2] == b"\xff\xd8"
    said = checked.manifest
    (opinion,) = said["opinions"]
    assert (opinion["says"], opinion["label"], opinion["said_by"]) == ("confirmed", "gun", "kim")
    assert [one["verdict"] for one in said["first_verdicts"]] == ["clear"]
    assert said["decisions"][0]["reason"] == "a pistol"
    assert said["searches"][0]["found"] is True
    actions = [entry["action"] for entry in said["audit"]]
    said_of_it = ["marked", "first verdict", "decided", "searched"]
    assert actions == ["received", "inspected", "taken", *said_of_it]


def test_the_same_case_gives_the_same_bytes(
    packed: bytes, service: Service, case_id: str, key: Ed25519PrivateKey
) -> None:
    assert dossier.write(service.database, service.contents, case_id, key) == packed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda files: files.update({"scans/0": b"another"}), "scans/0 was changed"),
        (lambda files: files.pop("photos/0.jpg"), "photos/0.jpg was changed, is missing"),
        (lambda files: files.update({"more": b""}), "more was changed, is missing or was added"),
        (lambda files: files.pop("manifest.sig"), "cannot be read"),
        (
            lambda files: files.update(
                {"manifest.json": files["manifest.json"].replace(b"pistol", b"toy___")}
            ),
            "manifest was changed",
        ),
    ],
)
def test_whatever_is_changed_is_found(
    packed: bytes, key: Ed25519PrivateKey, change: Callable[[dict[str, bytes]], Any], said: str
) -> None:
    with pytest.raises(DataError, match=said):
        dossier.verify(changed(packed, change), key.public_key())


def test_another_key_and_no_zip_are_refused(packed: bytes) -> None:
    stranger = Ed25519PrivateKey.generate().public_key()
    with pytest.raises(DataError, match="another key"):
        dossier.verify(packed, stranger)
    with pytest.raises(DataError, match="cannot be read"):
        dossier.verify(b"no zip", stranger)


def test_a_signing_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    dossier.signing_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(DataError, match="chmod 600"):
        dossier.signing_key(path)


def test_a_replay_says_the_same_and_another_model_is_refused(
    packed: bytes,
    key: Ed25519PrivateKey,
    standin: Path,
    standin_card: Card,
    make_model: Callable[[Card], Path],
) -> None:
    checked = dossier.verify(packed, key.public_key())
    (view,) = replay(checked, standin)
    assert view.same
    other = make_model(replace(standin_card, name="other"))
    with pytest.raises(DataError, match="pass the file that was kept"):
        replay(checked, other)


def inspected(
    service: Service, scanner: TestClient, here: Any, key: Ed25519PrivateKey, **files: bytes
) -> dossier.Dossier:
    """The dossier of these files as a new case, inspected here."""
    sent = {name: (f"{name}.png", data) for name, data in files.items()}
    data = {"about": json.dumps({"scanner": "gate 1"})}
    answer = scanner.post("/api/v1/scans", files=sent, data=data).json()
    case = inspection.claim(service.database, service.now)
    assert case is not None
    Dispatch(service.queue, service.contents, here).inspect(case, here)
    packed = dossier.write(service.database, service.contents, answer["id"], key)
    return dossier.verify(packed, key.public_key())


def test_a_low_and_a_high_file_give_the_same_report_again_and_no_path_of_the_server(
    service: Service,
    scanner: TestClient,
    here: Any,
    key: Ed25519PrivateKey,
    write_scan: Callable[..., Path],
    standin: Path,
) -> None:
    sent = {}
    for name, bright in (("scan", 0.4), ("high", 0.6)):
        grey = cv2.imread(str(write_scan(f"{name}.png", bright=bright)), cv2.IMREAD_GRAYSCALE)
        assert grey is not None
        with_alpha = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGRA)  # each file has something to guess
        sent[name] = cv2.imencode(".png", with_alpha)[1].tobytes()
    checked = inspected(service, scanner, here, key, **sent)
    (view,) = replay(checked, standin)
    assert view.same
    assumed = checked.manifest["reports"]["0"]["assumed"]
    said = "the alpha channel is opaque everywhere and was dropped"
    assert {f"low: {said}", f"high: {said}"} < set(assumed)
    assert str(service.settings.data_dir) not in json.dumps(checked.manifest)


def test_a_report_that_a_calibration_made_eligible_is_the_same_by_the_file_that_was_kept(
    service: Service,
    scanner: TestClient,
    key: Ed25519PrivateKey,
    scan: bytes,
    standin_card: Card,
    make_model: Callable[[Card], Path],
    tmp_path: Path,
) -> None:
    lenient = Profile(name="lenient", thresholds={"gun": 0.95})
    model = make_model(replace(standin_card, profile=lenient))
    said = {"scanner": "gate 1", "encodings": frozenset(Encoding), "profile": lenient}
    rule = Rule(0.93, 0.05, 0.95, **said, model="standin@1", sha256=Detector(model).card.sha256)  # type: ignore[arg-type]
    file = tmp_path / "clearance.json"
    rule.save(file)
    told = replace(service.settings, model=str(model), calibration_file=str(file))
    keep_model(told)
    kept = keep_calibration(told)
    assert kept is not None
    here = Here(Inspector.load(str(model), str(kept)))
    checked = inspected(service, scanner, here, key, scan=scan)
    assert checked.manifest["reports"]["0"]["clearance"]["eligible"]
    (view,) = replay(checked, told.models_dir)
    assert view.same
    kept.unlink()
    (view,) = replay(checked, told.models_dir)
    assert (view.same, view.close) == (False, True)


def test_a_calibration_file_that_cannot_be_read_is_refused_at_the_start(
    service: Service, tmp_path: Path
) -> None:
    (tmp_path / "none.json").write_text("{}")
    for name, said in (("none.json", "xray-train calibrate"), ("away.json", "cannot be read")):
        told = replace(service.settings, calibration_file=str(tmp_path / name))
        with pytest.raises(ModelError, match=said):
            services.build(told)


def test_an_auditor_fetches_it_and_nothing_of_the_key(
    sign_in: Callable[..., TestClient], case_id: str, packed: bytes
) -> None:
    answer = sign_in(Role.AUDITOR).get(f"/api/v1/audit/cases/{case_id}/dossier")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as there:
        manifest = json.loads(there.read("manifest.json"))
    assert manifest["case"]["id"] == case_id
    assert "PRIVATE" not in answer.content.decode("latin-1")
