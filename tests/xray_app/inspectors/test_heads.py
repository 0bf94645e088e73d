"""Heads of DICOM files are read in a process of their own, and nothing of pydicom in this one."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from xray_app.cases.errors import Refused
from xray_app.inspectors.heads import Heads


@pytest.fixture(scope="module")
def heads() -> Iterator[Heads]:
    with Heads() as heads:
        yield heads


def dicom(path: Path, said: str) -> Path:
    made = pydicom.Dataset()
    made.PatientID = said
    made.PixelData, made["PixelData"].VR = b"x" * 2**21, "OB"
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID = "1.2.3"
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID = "1.2.3.4"
    made.save_as(path, enforce_file_format=True)
    return path


def test_the_id_of_an_object_is_read_again_and_again(heads: Heads, tmp_path: Path) -> None:
    for said in ("CSQU3054383", "", "BAG 7"):
        assert heads.object_id(dicom(tmp_path / "one.dcm", said)) == said


def test_what_is_no_dicom_is_refused_and_the_next_one_is_read(heads: Heads, tmp_path: Path) -> None:
    broken = tmp_path / "broken.dcm"
    broken.write_bytes(b"no DICOM" * 99)
    with pytest.raises(Refused, match="the header cannot be read"):
        heads.object_id(broken)
    assert heads.object_id(dicom(tmp_path / "good.dcm", "A")) == "A"


def test_a_process_that_stands_still_or_dies_refuses_its_file_and_is_replaced(
    tmp_path: Path,
) -> None:
    file = dicom(tmp_path / "one.dcm", "A")
    with Heads() as heads:
        heads.seconds = 0.2
        running = heads.process.start()
        os.kill(running.pid, signal.SIGSTOP)  # stands for a header that takes for ever
        with pytest.raises(Refused, match="reading a header took over"):
            heads.object_id(file)
        assert running.poll() is not None
        heads.seconds = 60.0
        assert heads.object_id(file) == "A"


def test_it_is_told_no_setting_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XRAY_DATABASE_URL", "postgresql://xray:hunter2@db/xray")
    with Heads() as heads:
        running = heads.process.start()
        told = Path(f"/proc/{running.pid}/environ").read_bytes()
    assert b"hunter2" not in told
    assert b"PATH=" in told
