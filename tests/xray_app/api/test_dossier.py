"""A dossier proves itself elsewhere, and its scans can be inspected again."""

import io
import json
import random
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
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
from xray_app.cases import audit, first_verdicts, inspection, looks
from xray_app.cases.errors import NotFound
from xray_app.cases.rules import Officer
from xray_app.cases.states import Verdict
from xray_app.exchange import dossier
from xray_app.exchange.replay import replay
from xray_app.inspectors import again
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
    photo = {"photo": ("p.jpg", b"\xff\xd8\xffphoto")}
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
    assert checked.files["photos/0.jpg"] == b"\xff\xd8\xffphoto"
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


def test_nothing_but_the_manifest_is_unpacked_before_its_signature_holds(
    packed: bytes, key: Ed25519PrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, unpacked = zipfile.ZipFile.open, list[str]()

    def noted(self: zipfile.ZipFile, name: Any, *more: Any) -> Any:
        unpacked.append(str(name))
        return opened(self, name, *more)

    bomb = changed(packed, lambda files: files.update({"scans/1": b"\0" * 2**20}))
    monkeypatch.setattr(zipfile.ZipFile, "open", noted)
    with pytest.raises(DataError, match="another key"):
        dossier.verify(bomb, Ed25519PrivateKey.generate().public_key())
    assert unpacked == ["manifest.json", "manifest.sig"]
    monkeypatch.setattr(dossier, "MAX_BYTES", 2**20)
    with pytest.raises(DataError, match="unpacks to over"):
        dossier.verify(bomb, key.public_key())
    monkeypatch.setattr(dossier, "MAX_MANIFEST_BYTES", 100)
    with pytest.raises(DataError, match="unpacks to over"):
        dossier.verify(packed, key.public_key())


@pytest.mark.parametrize(
    ("method", "said"),
    [
        (zipfile.ZIP_DEFLATED, "cannot be read"),
        (zipfile.ZIP_BZIP2, "stored or deflated"),
        (zipfile.ZIP_LZMA, "stored or deflated"),
    ],
)
def test_no_more_is_unpacked_than_a_dossier_says_it_holds(method: int, said: str) -> None:
    out, whole = io.BytesIO(), struct.pack("<L", 32 * 2**20)
    with zipfile.ZipFile(out, "w", method) as bomb:
        bomb.writestr("manifest.json", b"\0" * (32 * 2**20))
        bomb.writestr("manifest.sig", b"\0" * 64)
    lies = out.getvalue().replace(whole, struct.pack("<L", 10))
    stranger = Ed25519PrivateKey.generate().public_key()
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=said):
            dossier.verify(lies, stranger)
        assert tracemalloc.get_traced_memory()[1] < 4 * 2**20
    finally:
        tracemalloc.stop()


def test_a_damaged_dossier_is_refused_in_a_sentence_wherever_the_damage_is(
    packed: bytes, key: Ed25519PrivateKey
) -> None:
    with zipfile.ZipFile(io.BytesIO(packed)) as there:
        files = {name: there.read(name) for name in there.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as deflated:
        for name, data in files.items():
            deflated.writestr(name, data)
    chance, refused = random.Random(5), 0
    for _ in range(300):
        data = bytearray(out.getvalue())
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            dossier.verify(bytes(data[: chance.randint(1, 2) * len(data) // 2]), key.public_key())
        except DataError:
            refused += 1
    assert refused > 200  # the rest hit bytes that say nothing, such as dates


def test_a_signing_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    dossier.signing_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(DataError, match="chmod 600"):
        dossier.signing_key(path)


def test_all_who_ask_at_once_for_a_key_that_is_not_there_get_the_same(tmp_path: Path) -> None:
    for number in range(10):
        path, begin = tmp_path / f"key {number}", Barrier(8)

        def ask(path: Path = path, begin: Barrier = begin) -> bytes:
            begin.wait()
            return dossier.public_pem(dossier.signing_key(path))

        with ThreadPoolExecutor(8) as threads:
            asked = [threads.submit(ask) for _ in range(8)]
        assert len({one.result() for one in asked}) == 1
    assert len(list(tmp_path.iterdir())) == 10


def test_a_replay_says_the_same_and_another_model_is_refused(
    packed: bytes,
    key: Ed25519PrivateKey,
    standin: Path,
    standin_card: Card,
    make_model: Callable[[Card], Path],
) -> None:
    checked = dossier.verify(packed, key.public_key())
    (view,) = replay(checked, standin, again.inspected)
    assert view.same
    other = make_model(replace(standin_card, name="other"))
    with pytest.raises(DataError, match="pass the file that was kept"):
        replay(checked, other, again.inspected)


@pytest.mark.slow
def test_the_command_inspects_in_a_process_of_its_own_and_says_which_views_it_could_not(
    typed: Callable[..., tuple[int, str]],
    packed: bytes,
    key: Ed25519PrivateKey,
    standin: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(again, "inspected", lambda _: pytest.fail("opened in this process"))
    file, public = tmp_path / "case.zip", tmp_path / "public.pem"
    file.write_bytes(packed)
    public.write_bytes(dossier.public_pem(key))
    asked = ("dossier", "replay", file, "--key", public, "--model", standin)
    assert typed(*asked) == (0, "view 0: the same\n")
    monkeypatch.setenv("XRAY_INSPECT_SECONDS", "0.000001")  # stands for a file that takes for ever
    code, said = typed(*asked)
    assert (code, "view 0: NOT INSPECTED, opening a scan took over" in said) == (1, True)


def test_who_writes_a_dossier_by_the_command_stands_in_the_audit_chain(
    typed: Callable[..., tuple[int, str]],
    service: Service,
    case_id: str,
    key: Ed25519PrivateKey,
    tmp_path: Path,
) -> None:
    out = tmp_path / "case.zip"
    assert typed("dossier", "write", case_id, "--out", out)[0] == 0
    assert dossier.verify(out, key.public_key()).manifest["case"]["id"] == case_id
    with service.database.read() as connection:
        entry = audit.of(connection, case_id)[-1]
    assert (entry.actor, entry.action) == ("command line", looks.LOOKED)


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
    (view,) = replay(checked, standin, again.inspected)
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
    (view,) = replay(checked, told.models_dir, again.inspected)
    assert view.same
    kept.unlink()
    (view,) = replay(checked, told.models_dir, again.inspected)
    assert (view.same, view.close) == (False, True)


def test_every_inspecting_process_loads_the_weights_that_were_kept_when_the_service_began(
    service: Service, standin_card: Card, make_model: Callable[[Card], Path]
) -> None:
    model = make_model(replace(standin_card, name="other"))
    told, weights = replace(service.settings, model=str(model)), model.read_bytes()

    def loaded() -> Path:
        built = services.build(told)
        built.database.dispose()
        return Path(built.pool.all[0].process.command[3])

    kept = loaded()
    model.write_bytes(b"the next model")  # a process that begins now must not load it
    assert (kept.parent, kept.read_bytes()) == (told.models_dir, weights)
    assert loaded() != kept
    model.write_bytes(weights)
    kept.write_bytes(b"damaged")
    assert loaded().read_bytes() == weights
    model.unlink()
    assert loaded() == model  # who inspects says that it is not there


def test_a_dossier_signs_nothing_that_was_changed_on_the_disk(
    service: Service, case_id: str, key: Ed25519PrivateKey
) -> None:
    with service.database.read() as connection:
        (view,) = inspection.views_of(connection, case_id)
    service.contents.path(view["sha256"]).write_bytes(b"another scan")
    with pytest.raises(NotFound, match="was changed on the disk"):
        dossier.write(service.database, service.contents, case_id, key)


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
