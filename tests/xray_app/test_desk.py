"""The desk's thinking, without a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest

from xray.detector import Detector
from xray.errors import ScanError
from xray_app.demo import Sample
from xray_app.desk.desk import Desk
from xray_app.intake import Inspector
from xray_app.uploads import Inbox

WriteScan = Callable[..., Path]
Upload = Callable[[], str]


@pytest.fixture
def desk(standin: Path, tmp_path: Path, write_scan: WriteScan) -> Desk:
    folder = tmp_path / "inbox"
    folder.mkdir()
    samples = (Sample("A bag", write_scan("1.png")), Sample("A parcel", write_scan("2.png")))
    return Desk(Inspector(Detector(standin)), Inbox(folder, 2**20), samples)


@pytest.fixture
def upload(desk: Desk, send: Callable[..., str], write_scan: WriteScan) -> Upload:
    """Sends the desk a scan called mine.png and says its key."""
    return lambda: send(desk.inbox, "mine.png", write_scan("mine.png").read_bytes())


def test_it_opens_on_the_first_sample_already_inspected(desk: Desk) -> None:
    first = desk.first()
    assert first is not None
    assert "A bag" in desk.case(first)
    assert "gun" in desk.case(first)


def test_an_upload_joins_its_own_sessions_queue_alone(desk: Desk, upload: Upload) -> None:
    key = desk.add((upload(),))
    assert "mine.png" in desk.queue((key,), key)
    assert "mine.png" not in desk.queue((), None)
    assert "mine.png" in desk.case(key)


def test_uploaded_files_are_gone_once_they_were_inspected(
    desk: Desk, tmp_path: Path, upload: Upload
) -> None:
    desk.add((upload(),))
    assert list((tmp_path / "inbox").iterdir()) == []


def test_an_upload_is_inspected_once(desk: Desk, upload: Upload) -> None:
    sent = (upload(),)
    desk.add(sent)
    with pytest.raises(ScanError, match="add the scan again"):
        desk.add(sent)


def test_a_case_that_is_not_here_says_what_to_do(desk: Desk) -> None:
    assert "Add it again" in desk.case("unknown")
    assert "choose one from the queue" in desk.case(None)
