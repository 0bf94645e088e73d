"""The watched folder: complete files only, plain files only, nothing lost."""

import errno
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from xray_app import folder as watching
from xray_app import service as services
from xray_app.access.passwords import Passwords
from xray_app.cases import tables
from xray_app.cases.case import Case
from xray_app.cases.database import Database
from xray_app.folder import Folder
from xray_app.service import Service
from xray_app.settings import Settings


@pytest.fixture
def service(tmp_path: Path, database_url: str, clock: Any, quick_passwords: Passwords) -> Any:
    settings = Settings(
        data_dir=tmp_path / "data", database_url=database_url, max_upload_mb=1, max_waiting=2
    )
    built = services.build(settings, clock, quick_passwords)
    yield built
    built.database.dispose()


@pytest.fixture
def folder(service: Service, tmp_path: Path) -> Folder:
    return Folder(tmp_path / "watched", service)


def cases(database: Database) -> list[Case]:
    with database.read() as connection:
        return [Case.of(row) for row in connection.execute(select(tables.cases)).mappings()]


def put(folder: Folder, name: str, data: bytes = b"scan") -> Path:
    path = folder.path / name
    path.write_bytes(data)
    return path


def test_a_complete_file_becomes_a_case_and_moves_to_done(folder: Folder) -> None:
    put(folder, "bag.png")
    put(folder, "bag.png.json", json.dumps({"container": "csqu 3054383", "lane": "2"}).encode())
    assert [folder.look(), folder.look()] == [0, 1]
    (case,) = cases(folder.service.database)
    assert (case.container, case.lane, case.submitted_by) == ("CSQU3054383", "2", "watched folder")
    kept = sorted(path.name for path in (folder.path / "done").iterdir())
    assert kept == ["bag.png", "bag.png.case.json", "bag.png.json"]
    said = json.loads((folder.path / "done" / "bag.png.case.json").read_text())
    assert said == {"case": case.id, "new": True}


def test_a_file_that_still_grows_is_left_alone(folder: Folder) -> None:
    path = put(folder, "bag.png", b"half")
    folder.look()
    path.write_bytes(b"half and more")
    assert folder.look() == 0
    assert folder.look() == 1


def test_a_scan_waits_until_the_file_beside_it_stands_still_too(folder: Folder) -> None:
    put(folder, "bag.png")
    put(folder, "bag.png.json", b'{"lane": "1"')
    folder.look()
    put(folder, "bag.png.json", b'{"lane": "12"}')
    assert folder.look() == 0
    assert folder.look() == 1
    assert cases(folder.service.database)[0].lane == "12"


@pytest.mark.parametrize("where", ["done", "failed", "taking"])
def test_a_folder_that_becomes_a_link_later_leads_nowhere_else(
    folder: Folder, tmp_path: Path, where: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    put(folder, "bag.png", b"" if where == "failed" else b"scan")
    folder.look()
    (folder.path / where).rmdir()
    (folder.path / where).symlink_to(elsewhere)
    with pytest.raises(OSError, match=where):
        folder.look()
    assert list(elsewhere.iterdir()) == []
    assert [path.parent.name for path in folder.path.rglob("bag.png")] in (["1"], ["watched"])


def test_what_is_said_of_a_file_goes_through_no_link(folder: Folder, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text("keep")
    for make in ("symlink_to", "hardlink_to"):
        said = folder.path / "done" / "bag.png.case.json"
        said.unlink(missing_ok=True)
        getattr(said, make)(theirs)
        put(folder, "bag.png", make.encode())
        folder.look()
        assert folder.look() == 1
        (folder.path / "done" / "bag.png").unlink()
        assert "case" in said.read_text()
        assert theirs.read_text() == "keep"


def test_names_of_unfinished_files_are_left_alone(folder: Folder) -> None:
    for name in ("bag.png.part", ".bag.png", "bag.tmp"):
        put(folder, name)
    assert [folder.look(), folder.look()] == [0, 0]
    assert cases(folder.service.database) == []


@pytest.mark.parametrize("kind", ["link", "dangling link", "hard link", "pipe"])
def test_only_plain_files_are_taken(folder: Folder, tmp_path: Path, kind: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not yours")
    path = folder.path / "bag.png"
    make: dict[str, Callable[[], object]] = {
        "link": lambda: path.symlink_to(secret),
        "dangling link": lambda: path.symlink_to(tmp_path / "nothing"),
        "hard link": lambda: path.hardlink_to(secret),
        "pipe": lambda: os.mkfifo(path),
    }
    make[kind]()
    folder.look()
    assert folder.look() == 0
    assert cases(folder.service.database) == []
    assert (folder.path / "failed" / "bag.png.reason.txt").exists()
    assert secret.read_text() == "not yours"


def test_a_link_as_the_file_beside_is_refused_too(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "about").write_text("{}")
    put(folder, "bag.png")
    (folder.path / "bag.png.json").symlink_to(tmp_path / "about")
    folder.look()
    assert folder.look() == 0


@pytest.mark.parametrize(
    ("data", "about", "reason"),
    [
        (b"", b"{}", "is empty"),
        (b"x" * (2**20 + 1), b"{}", "larger than the 1 MB taken"),
        (b"scan", b'{"container": "CSQU3054384"}', "check digit must be 3"),
        (b"scan", b"\xff", "not JSON in UTF-8"),
    ],
)
def test_what_cannot_be_taken_moves_to_failed_with_the_reason(
    folder: Folder, data: bytes, about: bytes, reason: str
) -> None:
    put(folder, "bag.png", data)
    put(folder, "bag.png.json", about)
    folder.look()
    assert folder.look() == 0
    assert reason in (folder.path / "failed" / "bag.png.reason.txt").read_text()
    assert not (folder.path / "bag.png").exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EMFILE, errno.EIO])
def test_a_fault_of_the_machine_is_no_fault_of_the_scan(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def failing(whole: Callable[..., Any]) -> Callable[..., Any]:
        def fail(name: Any, *rest: Any, **more: Any) -> Any:
            if name == "bag.png" or (isinstance(name, Path) and name != folder.path):
                raise OSError(number, os.strerror(number), str(name))
            return whole(name, *rest, **more)

        return fail

    put(folder, "bag.png")
    folder.look()
    for where, name in ((Path, "mkdir"), (os, "open")):
        with monkeypatch.context() as broken:
            broken.setattr(where, name, failing(getattr(where, name)))
            with pytest.raises(OSError, match=re.escape(os.strerror(number))):
                folder.look()
        assert (folder.path / "taking" / "1" / "bag.png").read_bytes() == b"scan"
    assert folder.look() == 1
    assert list((folder.path / "taking").iterdir()) == []


def test_a_scan_on_a_damaged_place_of_the_disk_holds_up_no_other(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = folder._taking.open

    def damaged(number: str, name: str) -> Any:
        if name == "1.png":
            raise OSError(errno.EIO, os.strerror(errno.EIO), name)
        return whole(number, name)

    monkeypatch.setattr(folder._taking, "open", damaged)
    for name in ("1.png", "2.png"):
        put(folder, name, name.encode())
    folder.look()
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        folder.look()
    kept = ("taking/1/1.png", "done/2.png")
    assert [(folder.path / where).exists() for where in kept] == [True, True]


def test_a_stop_waits_for_the_scan_in_hand_and_for_no_other(folder: Folder) -> None:
    stopping = threading.Event()
    put(folder, "bag.png")
    folder.look()
    stopping.set()
    assert [folder.look(stopping), folder.look()] == [0, 1]


def test_what_is_said_of_no_scan_is_said_to_be_in_vain(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "ALONE_LOOKS", 3)
    names = ("late.png.json", "CAPITALS.PNG.JSON", "slow.png.part", "slow.png.json", ".new.json")
    names += ("copied.png.json", ".copied.png.a1B2c3")  # as rsync names what it still writes
    for name in names:
        put(folder, name)
    folder.look()
    folder.look()
    assert all((folder.path / name).exists() for name in names)
    folder.look()
    assert sorted(path.name for path in folder.path.iterdir() if path.is_file()) == [
        *(".copied.png.a1B2c3", ".new.json"),
        *("copied.png.json", "slow.png.json", "slow.png.part"),
    ]
    said = (folder.path / "failed" / "late.png.json.reason.txt").read_text()
    assert said.startswith("late.png.json lay alone for ten minutes; if late.png came before it")


def test_what_is_said_of_a_file_is_utf_8_whatever_the_service_speaks(folder: Folder) -> None:
    put(folder, "bag.png")
    move = "import sys; from pathlib import Path; from xray_app.taking import Taking; "
    move += "t = Taking(Path(sys.argv[1])); n = t.hold('bag.png', tuple(map(int, sys.argv[2:]))); "
    move += r"t.put_away(n, 'bag.png', 'failed', '.txt', '\uc218\uc785')"
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    about = (folder.path / "bag.png").stat()
    seen = (str(about.st_size), str(about.st_mtime_ns))
    command = [sys.executable, "-c", move, folder.path, *seen]
    subprocess.run(command, env=os.environ | plain, check=True)
    assert (folder.path / "failed" / "bag.png.txt").read_text(encoding="utf-8") == "\uc218\uc785"


def test_files_of_one_name_do_not_overwrite_each_other(folder: Folder) -> None:
    for data in (b"one", b"two"):
        put(folder, "bag.png", data)
        folder.look()
        folder.look()
    done = folder.path / "done"
    assert (done / "bag.png").read_bytes() == b"one"
    assert (done / "2-bag.png").read_bytes() == b"two"


def test_when_too_much_waits_files_stay_until_there_is_room(folder: Folder) -> None:
    for number in range(3):
        put(folder, f"{number}.png", f"scan {number}".encode())
    folder.look()
    assert folder.look() == 2
    assert len([p for p in folder.path.iterdir() if p.is_file()]) == 1
    roomy = replace(folder.service.queue.rules, max_waiting=9)
    folder.service = replace(folder.service, queue=replace(folder.service.queue, rules=roomy))
    assert folder.look() == 1


def test_a_file_that_was_kept_before_a_crash_is_the_same_case_again(folder: Folder) -> None:
    put(folder, "bag.png")
    folder.look()
    folder.look()
    (folder.path / "done" / "bag.png").rename(folder.path / "bag.png")
    again = Folder(folder.path, folder.service)
    again.look()
    again.look()
    assert len(cases(folder.service.database)) == 1
    assert "false" in (folder.path / "done" / "bag.png.case.json").read_text()


@pytest.mark.parametrize("said", [False, True])
def test_the_next_scan_of_the_same_name_is_a_case_of_its_own(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, said: bool
) -> None:
    def scanned(number: int) -> None:
        """A scanner that calls every scan the same, renames its next one into place."""
        for name, data in (("latest.png.json", b'{"lane": "%d"}'), ("latest.png", b"scan %d")):
            if said or name == "latest.png":
                put(folder, name + ".part", data % number)
                (folder.path / f"{name}.part").rename(folder.path / name)

    def keep_and_scan(*given: Any) -> Any:
        kept = keep(*given)
        if len(cases(folder.service.database)) == 1:
            scanned(2)
        return kept

    keep = watching.keep_scan
    monkeypatch.setattr(watching, "keep_scan", keep_and_scan)
    scanned(1)
    assert [folder.look() for _ in range(4)] == [0, 1, 0, 1]
    lanes = ["1", "2"] if said else [None, None]
    assert [case.lane for case in cases(folder.service.database)] == lanes
    done = folder.path / "done"
    assert [(done / name).read_bytes() for name in ("latest.png", "2-latest.png")] == [
        *(b"scan 1", b"scan 2")
    ]
    first, second = (
        json.loads((done / f"{name}.case.json").read_text())["case"]
        for name in ("latest.png", "2-latest.png")
    )
    assert first != second


class Killed(BaseException):
    """Stands for SIGKILL: nothing of the service runs after it."""


def kill_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the step-th change of a folder, or of a file in it."""
    left = iter(range(step))

    def dying(whole: Callable[..., Any]) -> Callable[..., Any]:
        def change(*given: Any, **where: Any) -> Any:
            reading = given[1:2] == (os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK,)
            if where.keys() & {"dir_fd", "src_dir_fd"} and not reading and next(left, None) is None:
                raise Killed
            return whole(*given, **where)

        return change

    for name in ("mkdir", "rename", "unlink", "rmdir"):
        monkeypatch.setattr(os, name, dying(getattr(os, name)))


def test_what_was_half_taken_when_the_service_was_killed_is_taken_once_by_the_next(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in range(20):
        put(folder, "bag.png", b"scan %d" % step)
        put(folder, "bag.png.json", b'{"lane": "%d"}' % step)
        folder.look()
        killed = False
        with monkeypatch.context() as killing:
            kill_at(step, killing)
            try:
                folder.look()
            except Killed:
                killed = True
        roomy = replace(folder.service.queue.rules, max_waiting=99)
        service = replace(folder.service, queue=replace(folder.service.queue, rules=roomy))
        folder = Folder(folder.path, service)
        for _ in range(3):
            folder.look()
        lanes = [case.lane for case in cases(service.database)]
        assert [lane for lane in lanes if lane] == [str(n) for n in range(step + 1)]
        assert list((folder.path / "taking").iterdir()) == []
        done = [path.read_bytes() for path in (folder.path / "done").glob("*bag.png")]
        done = [data for data in done if data.startswith(b"scan")]
        assert sorted(done) == sorted(b"scan %d" % n for n in range(step + 1))
        put(folder, "bag.png", b"next %d" % step)  # which brings nothing that is said of it
        for _ in range(3):
            folder.look()
        assert [case.lane for case in cases(service.database)].count(None) == step + 1
        if not killed:
            break
    assert step >= 6
    left = sorted(path.name for path in (folder.path / "failed").iterdir())
    assert left == ["bag.png.json", "bag.png.json.reason.txt"]  # killed between scan and this
    assert "while bag.png.json was being put away" in (folder.path / "failed" / left[1]).read_text()


def test_what_was_half_given_back_when_the_service_was_killed_is_taken_whole_by_the_next(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in range(20):
        name = f"{step}.png"
        put(folder, name, b"half of %d" % step)
        put(folder, name + ".json", b'{"lane": "%d"}' % step)
        seen = folder._there()
        put(folder, name, b"the whole of %d" % step)  # it is still being written
        folder._seen = {name: (*seen[name], *seen[name + ".json"])}
        killed = False
        with monkeypatch.context() as killing:
            kill_at(step, killing)
            try:
                assert not folder._take(name)
            except Killed:
                killed = True
        roomy = replace(folder.service.queue.rules, max_waiting=99)
        service = replace(folder.service, queue=replace(folder.service.queue, rules=roomy))
        folder = Folder(folder.path, service)
        assert folder.look() == 0  # whatever is held, nobody knows whether it was complete
        for _ in range(2):
            folder.look()
        assert [case.lane for case in cases(service.database)] == [str(n) for n in range(step + 1)]
        assert list((folder.path / "taking").iterdir()) == []
        if not killed:
            break
    assert step >= 6
    assert list((folder.path / "failed").iterdir()) == []


def test_names_that_are_long_or_no_text_hold_up_nothing(folder: Folder) -> None:
    for name in ("y" * 251 + ".png", os.fsdecode(b"\xfe.png")):  # NAME.json beside it cannot be
        put(folder, name, b"")
    for name in ("x" * 244 + ".png", os.fsdecode(b"\xff.png")):
        put(folder, name, name[:1].encode(errors="ignore") or b"scan")
    folder.look()
    assert [folder.look(), folder.look()] == [2, 0]
    for where, count in (("done", 4), ("failed", 4), ("taking", 0)):
        assert len(list((folder.path / where).iterdir())) == count
