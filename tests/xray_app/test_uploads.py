"""Files between their arrival and their inspection."""

from collections.abc import Callable
from pathlib import Path

import pytest

from xray.errors import ScanError
from xray_app.uploads import MAX_WAITING, Inbox, TooLarge, discard, file_name

PNG = b"\x89PNG\r\n\x1a\n"
Send = Callable[..., str]


def test_a_file_is_kept_under_its_name_until_it_is_taken_once(tmp_path: Path, send: Send) -> None:
    inbox = Inbox(tmp_path, max_bytes=99)
    key = send(inbox, "bag.png", PNG, b"cd")
    (file,) = inbox.take((key,))
    assert file.name == "bag.png"
    assert file.read_bytes() == PNG + b"cd"
    with pytest.raises(ScanError, match="add the scan again"):
        inbox.take((key,))


def test_a_discarded_file_leaves_nothing_behind(tmp_path: Path, send: Send) -> None:
    inbox = Inbox(tmp_path, max_bytes=99)
    for file in inbox.take((send(inbox, "a.png", PNG), send(inbox, "a.png", PNG))):
        discard(file)
    assert list(tmp_path.iterdir()) == []


def test_too_large_a_file_is_refused_and_leaves_nothing_behind(tmp_path: Path, send: Send) -> None:
    with pytest.raises(TooLarge, match=r"bag\.png is larger than the desk takes"):
        send(Inbox(tmp_path, max_bytes=3), "bag.png", b"ab", b"cd")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("README.md", b"# Readme, and more of it", "found text"),
        ("letter.pdf", b"%PDF-1.7", "found a PDF"),
        ("empty.png", b"", "an empty file"),
    ],
)
def test_what_is_no_picture_is_refused_by_its_name_and_leaves_nothing_behind(
    tmp_path: Path, send: Send, name: str, content: bytes, found: str
) -> None:
    with pytest.raises(ScanError, match=rf"^{name}: .*{found}"):
        send(Inbox(tmp_path, max_bytes=99), name, content)
    assert list(tmp_path.iterdir()) == []


def test_of_files_that_nobody_asks_for_the_oldest_go(tmp_path: Path, send: Send) -> None:
    inbox = Inbox(tmp_path, max_bytes=99)
    keys = [send(inbox, "a.png", PNG) for _ in range(MAX_WAITING + 1)]
    assert len(list(tmp_path.iterdir())) == MAX_WAITING
    with pytest.raises(ScanError):
        inbox.take((keys[0],))
    assert inbox.take(tuple(keys[1:3]))


@pytest.mark.parametrize("keys", [("unknown",), ("twice", "twice"), ("../../etc/passwd",)])
def test_only_keys_that_were_given_out_are_taken(tmp_path: Path, keys: tuple[str, ...]) -> None:
    with pytest.raises(ScanError):
        Inbox(tmp_path, max_bytes=99).take(keys)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("bag.png", "bag.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\scans\\bag.png", "bag.png"),
        ("수화물.png", "수화물.png"),
        ("a\0b\n\u202egnp.png", "abgnp.png"),  # no control characters, no turning of direction
        ("..", "scan"),
        ("", "scan"),
    ],
)
def test_names_are_safe_to_write_and_to_show(given: str, kept: str) -> None:
    assert file_name(given) == kept


def test_the_end_of_a_long_name_is_kept() -> None:
    short = file_name("수" * 300 + ".png")
    assert short.endswith("수.png")
    assert len(short.encode()) <= 200
