"""Decided cases leave as a table and as a COCO folder; what is not live never does."""

import csv
import hashlib
import io
import json
import struct
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from fastapi.testclient import TestClient
from sqlalchemy import insert, update

import xray
from xray.errors import DataError
from xray_app.access.roles import Role
from xray_app.cases import audit, looks, tables
from xray_app.exchange import export, parquet, pixels, reviews
from xray_app.exchange.export import CASES
from xray_app.exchange.findings import FINDINGS
from xray_app.inspectors import bare
from xray_app.inspectors.process import BrokeOff
from xray_app.service import Service
from xray_datasets import layouts
from xray_datasets.findings import Findings

SignIn = Callable[..., TestClient]


@pytest.fixture
def case_id(
    scanner: TestClient, scan: bytes, inspect_all: Callable[[], None], sign_in: SignIn
) -> str:
    """A case that was searched: the officer drew one box."""
    about = json.dumps({"scanner": "=cmd()", "declaration": {"hs_code": "640399"}})
    files = {"scan": ("bag.PNG", scan)}
    scanner.post("/api/v1/scans", files=files, data={"about": about})
    inspect_all()
    kim = sign_in(Role.SCREENER, "kim")
    case = kim.post("/api/v1/queue/take").json()
    mark = {"label": "gun", "xyxy_px": [10, 20, 40, 60]}
    said = {"version": case["version"], "verdict": "search", "code": "weapon"}
    said["marks"] = [mark] if case["outcome"] else []  # nothing is drawn on what is no scan
    case = kim.post(f"/api/v1/cases/{case['id']}/decision", json=said).json()
    form = {"version": case["version"], "found": "true", "what": ["gun"]}
    kim.post(f"/api/v1/cases/{case['id']}/search", data=form)
    return str(case["id"])


def table(who: TestClient, of: str = "cases") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(who.get(f"/api/v1/export/{of}.csv").text)))


def test_a_table_holds_what_was_said_and_runs_nothing(sign_in: SignIn, case_id: str) -> None:
    (row,) = table(sign_in(Role.RESEARCHER))
    assert (row["case"], row["verdict"], row["found"]) == (case_id, "search", "True")
    assert (row["labels"], row["what"], row["hs_code"]) == ("gun wrench", "gun", "640399")
    assert row["scanner"] == "'=cmd()"


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(first: str) -> None:
    assert export.cell(f"{first}cmd()") == f"'{first}cmd()"


def test_a_coco_folder_holds_the_scan_the_boxes_and_each_opinion_apart(
    service: Service, case_id: str, scan: bytes, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert reviews.as_coco(service.database, service.contents, out, bare.written) == 1
    said = json.loads((out / "annotations.json").read_text())
    (image,), (box,) = said["images"], said["annotations"]
    assert image["file_name"] == f"{case_id}-0.tif"
    assert np.array_equal(xray.read(out / "images" / image["file_name"]).pixels, shown(scan))
    assert (image["width"], image["height"], image["group"]) == (160, 120, case_id)
    assert box["bbox"] == [10, 20, 30, 40]
    assert said["categories"] == [{"id": 1, "name": "gun"}]
    assert image["review"]["found"] is True
    assert [d["label"] for d in image["review"]["model"]] == ["gun", "wrench"]
    with pytest.raises(DataError, match="there already"):
        reviews.as_coco(service.database, service.contents, out, bare.written)


def shown(scan: bytes) -> np.ndarray:
    return xray.read(scan).pixels


BAG = np.full((120, 160, 3), 250, np.uint8)
BAG[40:80, 40:120] = 40, 120, 200
PAIR = np.full((2, 120, 160), 60_000, np.uint16)
PAIR[:, 40:80, 40:120] = np.array([9_000, 20_000])[:, None, None]
WHOSE = "ACME Ltd"


def png() -> bytes:
    plain = cv2.imencode(".png", BAG)[1].tobytes()
    text = b"tEXtComment\0" + WHOSE.encode()
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    return plain[:33] + chunk + plain[33:]


def jpeg() -> bytes:
    plain = cv2.imencode(".jpg", BAG)[1].tobytes()
    comment = WHOSE.encode()
    return plain[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + plain[2:]


def tiff() -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, PAIR, photometric="minisblack", description=WHOSE)
    return file.getvalue()


@pytest.mark.parametrize("scan", [png(), jpeg(), tiff()], ids=["png", "jpeg", "tiff"])
def test_the_pixels_leave_and_nothing_that_was_written_beside_them(
    service: Service, case_id: str, scan: bytes, tmp_path: Path
) -> None:
    assert WHOSE.encode() in scan
    assert reviews.as_coco(service.database, service.contents, tmp_path / "out", bare.written) == 1
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not any(WHOSE.encode() in path.read_bytes() for path in files)
    (sample,) = layouts.read(tmp_path / "out", findings=Findings())
    assert np.array_equal(sample.scan.pixels, shown(scan))


def cargo() -> bytes:
    """Dense at the border and thinner within: without its header, a negative."""
    plane = np.full((120, 160), 60_000, np.uint16)
    plane[20:100, 20:140] = np.linspace(5_000, 45_000, 120).astype(np.uint16)
    file = io.BytesIO()
    tifffile.imwrite(file, plane, photometric="miniswhite")
    return file.getvalue()


@pytest.mark.parametrize(
    ("scan", "why"),
    [(b"no scan at all", pixels.UNREAD), (cargo(), pixels.ALONE)],
    ids=["no scan", "told by its header"],
)
def test_what_is_no_scan_without_its_header_is_left_out_and_counted(
    service: Service, case_id: str, tmp_path: Path, why: str
) -> None:
    assert reviews.as_coco(service.database, service.contents, tmp_path / "out", bare.written) == 0
    said = json.loads((tmp_path / "out" / "annotations.json").read_text())
    assert said["info"]["left_out"] == {why: 1}
    assert list((tmp_path / "out" / "images").iterdir()) == []


@pytest.mark.parametrize("answer", ["broke off", "unknown", "elsewhere", "a link", "nothing"])
def test_a_scan_that_ends_its_process_is_left_out_and_counted(
    service: Service, case_id: str, tmp_path: Path, answer: str
) -> None:
    out = tmp_path / "out"

    def ask(said: Mapping[str, Any]) -> dict[str, Any]:
        if answer == "broke off":
            raise BrokeOff("the inspecting process died")
        name = f"{case_id}-0.tif"
        if answer == "a link":
            (Path(said["folder"]) / name).symlink_to("/etc/passwd")
        names = {"elsewhere": "../annotations.json"}.get(answer, name)
        return {"why": "whatever" if answer == "unknown" else None, "names": [names]}

    assert reviews.as_coco(service.database, service.contents, out, ask) == 0
    said = json.loads((out / "annotations.json").read_text())
    assert said["info"]["left_out"] == {pixels.BROKE_OFF: 1}
    assert list((out / "images").iterdir()) == []


def test_a_scan_that_was_changed_on_the_disk_teaches_nobody(
    service: Service, case_id: str, scan: bytes, tmp_path: Path
) -> None:
    service.contents.path(hashlib.sha256(scan).hexdigest()).write_bytes(png())
    assert reviews.as_coco(service.database, service.contents, tmp_path / "out", bare.written) == 0
    said = json.loads((tmp_path / "out" / "annotations.json").read_text())
    assert said["info"]["left_out"] == {pixels.CHANGED: 1}


def test_a_disk_that_is_full_ends_an_export_and_blames_no_scan(
    service: Service, case_id: str, tmp_path: Path
) -> None:
    asked = (service.database, service.contents, tmp_path / "out")
    with pytest.raises(DataError, match="is the disk full"):
        reviews.as_coco(*asked, lambda _: {"why": "unwritten"})


@pytest.mark.slow
def test_the_command_opens_scans_in_a_process_of_its_own(
    typed: Callable[..., tuple[int, str]],
    case_id: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(bare, "written", lambda _: pytest.fail("opened in this process"))
    out = tmp_path / "out"
    assert typed("export", "coco", "--out", out) == (0, f"{out}: 1 images\n")
    assert [file.name for file in (out / "images").iterdir()] == [f"{case_id}-0.tif"]
    monkeypatch.setenv("XRAY_INSPECT_SECONDS", "0.000001")  # stands for a file that takes for ever
    again = tmp_path / "again"
    assert typed("export", "coco", "--out", again) == (0, f"{again}: 0 images\n")
    assert f"view 0 of case {case_id} is left out: {pixels.BROKE_OFF}" in caplog.text


@pytest.fixture
def marked_id(
    scanner: TestClient, scan: bytes, inspect_all: Callable[[], None], sign_in: SignIn
) -> str:
    """A cleared case: the gun was rejected, the wrench confirmed as a saw, a knife drawn."""
    scanner.post("/api/v1/scans", files={"scan": ("bag.png", scan)})
    inspect_all()
    kim = sign_in(Role.SCREENER, "kim")
    case = kim.post("/api/v1/queue/take").json()
    at, of = {"version": case["version"]}, f"/api/v1/cases/{case['id']}"
    box = {"drawn": "0" * 32, "label": "knife", "xyxy_px": [10, 20, 40, 60]}
    for said in (
        {"says": "rejected", "finding": 1},
        {"says": "confirmed", "finding": 2, "label": "saw"},
        {"says": "drawn", **box},
    ):
        assert kim.post(f"{of}/opinions", json=at | said).status_code == 200
    kim.post(f"{of}/decision", json=at | {"verdict": "clear"})
    return str(case["id"])


def test_confirmed_and_drawn_boxes_are_annotations_and_rejected_ones_are_not(
    service: Service, marked_id: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert reviews.as_coco(service.database, service.contents, out, bare.written) == 1
    said = json.loads((out / "annotations.json").read_text())
    names = {category["id"]: category["name"] for category in said["categories"]}
    saw, knife = said["annotations"]
    assert [names[box["category_id"]] for box in (saw, knife)] == ["saw", "knife"]
    assert knife["bbox"] == [10, 20, 30, 40]
    review = said["images"][0]["review"]
    assert [(o["says"], o["label"]) for o in review["officer"]] == [
        *(("rejected", "gun"), ("confirmed", "saw"), ("drawn", "knife"))
    ]
    assert {o["by"] for o in review["officer"]} == {review["by"]} == {saw["by"]} == {1}
    assert (review["overruled"], review["looked_s"], review["found"]) == (False, 0.0, None)
    assert set(review["alarming"]) >= {"gun", "knife"}
    assert said["info"]["cleared_by_machine"] == 0
    assert "kim" not in (out / "annotations.json").read_text()


def test_what_leaves_is_read_as_what_it_teaches(
    service: Service, marked_id: str, tmp_path: Path
) -> None:
    reviews.as_coco(service.database, service.contents, tmp_path / "out", bare.written)
    assert layouts.name(tmp_path / "out") == layouts.REVIEWS
    (sample,) = layouts.read(tmp_path / "out", findings=Findings())
    assert [a.label for a in sample.annotations] == ["saw", "knife"]
    assert [a.label for a in sample.rejected] == ["gun", "wrench"]  # a wrench was called a saw
    assert sample.judged == frozenset()  # nobody looks over a scan in no time
    assert sample.group == marked_id
    assert (sample.scan.height, sample.scan.width) == (120, 160)


def test_scans_of_one_consignment_or_with_one_picture_are_one_group(
    service: Service, scanner: TestClient, write_scan: Callable[..., Path], clock: Any
) -> None:
    def send(picture: float, **about: str) -> str:
        clock.move(seconds=1)
        files = {"scan": ("bag.png", write_scan("bag.png", bright=picture).read_bytes())}
        sent = scanner.post("/api/v1/scans", files=files, data={"about": json.dumps(about)})
        with service.database.write() as connection:  # so that none is turned away
            connection.execute(update(tables.cases).values(state="closed"))
        return str(sent.json()["id"])

    first, second = send(0.1, consignment="B/L 7"), send(0.2, consignment="B/L 8")
    alone, again = send(0.3), send(0.4, consignment="B/L 7")
    both = send(0.2, consignment="B/L 7")  # the second's picture, in the first's consignment
    with service.database.read() as connection:
        found = reviews.groups(connection)
        alone_still = reviews.consignments(connection)
    assert [found[case] for case in (first, second, again, both)] == [first] * 4
    assert found[alone] == alone
    names = {first: first, second: second, again: first, both: first, alone: alone}
    assert alone_still == names  # whatever came together since


def test_an_officer_keeps_a_number_whoever_comes_later(service: Service, case_id: str) -> None:
    def said(name: str, at: str) -> None:
        row = {"case_version": 9, "verdict": "clear", "reason": "", "marks": "[]"}
        row |= {"case_id": case_id, "decided_by": name, "decided_at": datetime.fromisoformat(at)}
        with service.database.write() as connection:
            connection.execute(insert(tables.decisions).values(**row))

    said("ann", "2027-01-01T00:00:00+00:00")
    with service.database.read() as connection:
        assert reviews.officers(connection) == {"kim": 1, "ann": 2}


@pytest.mark.parametrize("kind", ["demo", "test", "projected"])
def test_opinions_on_cases_that_are_not_live_never_leave(
    service: Service, marked_id: str, tmp_path: Path, kind: str
) -> None:
    with service.database.write() as connection:
        connection.execute(update(tables.cases).values(kind=kind))
    assert reviews.as_coco(service.database, service.contents, tmp_path / "out", bare.written) == 0
    assert json.loads((tmp_path / "out/annotations.json").read_text())["annotations"] == []


@pytest.mark.parametrize("kind", ["demo", "test", "projected"])
def test_cases_that_are_not_live_never_leave(
    sign_in: SignIn, service: Service, case_id: str, tmp_path: Path, kind: str
) -> None:
    with service.database.write() as connection:
        connection.execute(update(tables.cases).values(kind=kind))
    assert table(sign_in(Role.RESEARCHER)) == []
    assert table(sign_in(Role.RESEARCHER), "findings") == []
    assert reviews.as_coco(service.database, service.contents, tmp_path / "out", bare.written) == 0


def test_what_is_not_decided_stays(
    sign_in: SignIn, scanner: TestClient, scan: bytes, inspect_all: Any
) -> None:
    scanner.post("/api/v1/scans", files={"scan": ("bag.png", scan)})
    inspect_all()
    assert table(sign_in(Role.RESEARCHER)) == []


def test_the_table_as_parquet_has_types(service: Service, case_id: str, tmp_path: Path) -> None:
    import pyarrow.parquet

    out = tmp_path / "cases.parquet"
    assert parquet.as_parquet(service.database, out, CASES) == 1
    (row,) = pyarrow.parquet.read_table(out).to_pylist()
    assert tuple(row) == export.COLUMNS
    assert (row["case"], row["found"], row["labels"]) == (case_id, True, "gun wrench")
    assert row["received_at"].tzinfo is not None
    assert isinstance(row["score"], float)
    with pytest.raises(DataError, match="there already"):
        parquet.as_parquet(service.database, out, CASES)


def test_a_table_of_findings_says_what_officers_said_of_each_and_what_was_found(
    sign_in: SignIn, case_id: str
) -> None:
    gun, wrench, drawn = table(sign_in(Role.RESEARCHER), "findings")
    assert {row["case"] for row in (gun, wrench, drawn)} == {case_id}
    assert [row["scanner"] for row in (gun, wrench)] == ["'=cmd()"] * 2
    said = [(r["by"], r["finding"], r["label"], r["tier"], r["officer"]) for r in (gun, wrench)]
    assert said == [("machine", "1", "gun", "alarm", ""), ("machine", "2", "wrench", "finding", "")]
    assert 0 < float(gun["score"]) <= 1
    assert float(gun["x1_px"]) < float(gun["x2_px"])
    assert gun["model"].count("@") == 1
    assert (drawn["by"], drawn["tier"], drawn["score"]) == ("officer", "drawn", "")
    box = [float(drawn[corner]) for corner in ("x1_px", "y1_px", "x2_px", "y2_px")]
    assert (drawn["label"], drawn["officer_label"], box) == ("gun", "gun", [10, 20, 40, 60])
    truth = {(row["verdict"], row["found"], row["what"]) for row in (gun, wrench, drawn)}
    assert truth == {("search", "True", "gun")}


def test_who_takes_a_table_out_stands_in_the_audit_chain(
    sign_in: SignIn, service: Service, case_id: str
) -> None:
    who = sign_in(Role.RESEARCHER, "roe")
    table(who)
    table(who, "findings")
    with service.database.read() as connection:
        said = [(e.actor, e.action, e.body) for e in audit.of(connection, looks.EXPORT)]
    assert said == [
        *(("roe", "taken out", f'{{"what":"{of}.csv"}}') for of in ("cases", "findings"))
    ]


def test_findings_that_were_rejected_renamed_or_drawn_say_so_and_nobody_is_named(
    sign_in: SignIn, service: Service, marked_id: str, tmp_path: Path
) -> None:
    import pyarrow.parquet

    who = sign_in(Role.RESEARCHER)
    rows = table(who, "findings")
    assert [(r["label"], r["officer"], r["officer_label"]) for r in rows] == [
        *(("gun", "rejected", "gun"), ("wrench", "confirmed", "saw"), ("knife", "drawn", "knife"))
    ]
    assert "kim" not in who.get("/api/v1/export/findings.csv").text
    out = tmp_path / "findings.parquet"
    assert parquet.as_parquet(service.database, out, FINDINGS) == 3
    gun, _, knife = pyarrow.parquet.read_table(out).to_pylist()
    assert tuple(gun) == FINDINGS.columns
    assert (gun["view"], gun["finding"], gun["found"]) == (0, 1, None)
    assert (knife["finding"], knife["score"], knife["x2_px"]) == (None, None, 40.0)
