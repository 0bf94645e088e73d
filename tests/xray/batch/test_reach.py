"""A share that is away for a while costs no scan; what was set aside can be done again."""

import errno
import json
import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

import xray
from xray import batch
from xray.batch import Format, Settings, crew, inspecting, reach
from xray.batch.reach import Away


@pytest.fixture
def settings(standin: Path) -> Settings:
    return Settings(model=str(standin))


@pytest.fixture(autouse=True)
def impatient(monkeypatch) -> None:
    monkeypatch.setattr(reach, "WAITS_S", ())


def aside(out: Path) -> dict[str, str]:
    lines = (out / "set_aside.jsonl").read_text(encoding="utf-8").splitlines()
    return {line["id"]: line["reason"] for line in map(json.loads, lines)}


def test_an_archive_that_goes_away_stops_the_batch_and_costs_nothing_when_it_is_back(
    make_archive, settings: Settings, engine, results, tmp_path: Path
) -> None:
    archive, out, elsewhere = make_archive(50), tmp_path / "out", tmp_path / "elsewhere"

    def interrupted(shards, settings, saw):
        for number, lines in engine(shards, settings, saw):
            yield number, lines
            archive.rename(elsewhere)

    with pytest.raises(Away, match=r"cannot be reached \(.*archive is not there\)"):
        batch.run(archive, out, settings, Format.JSONL, interrupted)
    assert len(list(out.glob("shards/*/*"))) == 1  # the one before
    elsewhere.rename(archive)
    batch.run(archive, out, settings, Format.JSONL, engine)
    batch.run(archive, tmp_path / "calm", settings, Format.JSONL, engine)
    assert results(out) == results(tmp_path / "calm")


def test_the_place_of_a_share_that_is_not_mounted_is_an_empty_folder(
    make_archive, settings: Settings, engine, tmp_path: Path
) -> None:
    archive = make_archive(6)
    (archive / "list.txt").write_text("night-0/0000.png\nnight-1/0001.png\n")

    def unmounted(shards, settings, saw):
        shutil.rmtree(archive / "night-1")
        (archive / "night-1").mkdir()
        yield from engine(shards, settings, saw)

    with pytest.raises(Away, match="night-1 is empty"):
        batch.run(archive / "list.txt", tmp_path / "out", settings, Format.JSONL, unmounted)


def test_a_file_deleted_since_next_to_others_is_set_aside(
    make_archive, settings: Settings, engine, tmp_path: Path
) -> None:
    archive, out = make_archive(6), tmp_path / "out"

    def deleting(shards, settings, saw):
        (archive / "night-0/0000.png").unlink()
        yield from engine(shards, settings, saw)

    assert batch.run(archive, out, settings, Format.JSONL, deleting)["set_aside"] == 3
    assert "no such file" in aside(out)["night-0/0000.png"]


def test_a_server_that_does_not_answer_is_waited_for_and_a_damaged_file_is_not(
    make_archive, settings: Settings, engine, tmp_path: Path, monkeypatch
) -> None:
    waited: list[float] = []
    reads = Counter[str]()
    monkeypatch.setattr(reach, "WAITS_S", (1.0, 4.0, 15.0))
    monkeypatch.setattr(inspecting.time, "sleep", waited.append)
    whole = Path.read_bytes

    def stale(path: Path) -> bytes:
        reads[path.name] += 1
        if path.name == "0003.png" and sum(waited) < 5:
            raise OSError(errno.ESTALE, "Stale file handle")
        return whole(path)

    monkeypatch.setattr(Path, "read_bytes", stale)
    summary = batch.run(make_archive(6), tmp_path / "out", settings, Format.JSONL, engine)
    assert summary["set_aside"] == 2
    assert [wait for wait in waited if wait] == [1.0, 4.0]
    assert (reads["0003.png"], reads["cut.png"], reads["a note.txt"]) == (4, 1, 1)


@pytest.mark.parametrize("number", [errno.EIO, errno.ETIMEDOUT])
def test_what_stays_away_stops_the_batch_or_is_passed_over_when_asked(
    make_archive, standin: Path, engine, tmp_path: Path, monkeypatch, number: int
) -> None:
    archive, out, whole = make_archive(6), tmp_path / "out", Path.read_bytes

    def failing(path: Path) -> bytes:
        if path.name == "0003.png":
            raise OSError(number, "sector")
        return whole(path)

    monkeypatch.setattr(Path, "read_bytes", failing)
    with pytest.raises(Away, match="--pass-over"):
        batch.run(archive, out, Settings(str(standin)), Format.JSONL, engine)
    monkeypatch.setattr(reach, "WAITS_S", (3600.0,))  # not for each of what is gone for good
    over = Settings(str(standin), pass_over=True)
    assert batch.run(archive, out, over, Format.JSONL, engine)["set_aside"] == 3
    assert "sector" in aside(out)["night-0/0003.png"]


SHORT = """
from xray.batch import reach
from xray.batch.inspecting import Settings

reach.WAITS_S = ()

class Impatient(Settings):
    pass
"""


def test_a_process_says_what_it_cannot_reach(
    make_archive, standin: Path, tmp_path: Path, monkeypatch
) -> None:
    (tmp_path / "impatient_settings.py").write_text(SHORT)
    monkeypatch.syspath_prepend(tmp_path)
    from impatient_settings import Impatient

    archive = make_archive(3)

    def engine(shards, settings, saw):
        shutil.rmtree(archive)
        return crew.finished(shards, Impatient(str(standin)), saw, 1)

    with pytest.raises(Away, match="archive is not there"):
        batch.run(archive, tmp_path / "out", Settings(str(standin)), Format.JSONL, engine)


@pytest.mark.parametrize("format", Format)
@pytest.mark.parametrize("done", [True, False])
def test_what_was_set_aside_is_done_again_and_nothing_else(
    make_archive, settings: Settings, engine, results, tmp_path: Path, format: Format, done: bool
) -> None:
    archive, out, looked = make_archive(36), tmp_path / "out", []
    good = (archive / "night-0/0000.png").read_bytes()

    def some(shards, settings, saw):
        for number, lines in engine(shards, settings, saw):
            yield number, lines
            if not done:
                raise KeyboardInterrupt

    def watched(shards, settings, saw):
        for shard in shards:
            looked.extend(item.id for item in shard.items)
            yield from engine([shard], settings, saw)

    if done:
        batch.run(archive, out, settings, format, some)
    else:
        with pytest.raises(KeyboardInterrupt):
            batch.run(archive, out, settings, format, some)
    (archive / "a note.txt").write_bytes(good)
    batch.run(archive, out, settings, format, watched, again=True)
    assert len(looked) == len(set(looked)) == (2 if done else 23)  # 22: two shards; and the note
    assert "a note.txt" in looked
    batch.run(archive, tmp_path / "calm", settings, format, engine)
    assert results(out) == results(tmp_path / "calm")


class Killed(BaseException):
    """The process is gone."""


def test_doing_it_again_may_be_broken_off_at_any_moment(
    make_archive, settings: Settings, engine, results, tmp_path: Path, monkeypatch
) -> None:
    archive, first = make_archive(36), tmp_path / "first"
    batch.run(archive, first, settings, Format.JSONL, engine)
    (archive / "a note.txt").write_bytes((archive / "night-0/0000.png").read_bytes())
    batch.run(archive, tmp_path / "calm", settings, Format.JSONL, engine)
    replace, moves = Path.replace, 0
    for broken_at in range(100):
        out, moves = tmp_path / f"out-{broken_at}", 0
        shutil.copytree(first, out)

        def breaking(path: Path, target: Path, broken_at: int = broken_at) -> None:
            nonlocal moves
            moves += 1
            if moves > broken_at:
                raise Killed
            replace(path, target)

        with monkeypatch.context() as patched:
            patched.setattr(batch.plan.Path, "replace", breaking)
            try:
                batch.run(archive, out, settings, Format.JSONL, engine, again=True)
                break
            except Killed:
                pass
        batch.run(archive, out, settings, Format.JSONL, engine, again=True)
        assert results(out) == results(tmp_path / "calm")
    assert moves > 8


def test_a_batch_of_many_parts_leaves_the_same_reports_and_keeps_what_is_written(
    make_archive, settings: Settings, engine, tmp_path: Path, monkeypatch
) -> None:
    archive, out = make_archive(70), tmp_path / "out"
    summary = batch.run(archive, tmp_path / "one", settings, Format.JSONL, engine)
    monkeypatch.setattr(batch.plan, "PART", 32)

    def broken(shards, settings, saw):
        for number, lines in engine(shards, settings, saw):
            if number == 3:
                raise xray.ModelError("no more")
            yield number, lines

    with pytest.raises(xray.ModelError):
        batch.run(archive, out, settings, Format.JSONL, broken)
    kept = (out / "reports/00000.jsonl").stat().st_mtime_ns
    assert not list(out.glob("shards/*/000000.jsonl"))  # its part is written
    again = batch.run(archive, out, settings, Format.JSONL, engine)
    assert (out / "reports/00000.jsonl").stat().st_mtime_ns == kept
    texts = [path.read_text() for path in sorted((out / "reports").iterdir())]
    assert len(texts) == 3
    assert "".join(texts) == (tmp_path / "one/reports/00000.jsonl").read_text()
    assert again["labels"] == summary["labels"]
    assert (out / "set_aside.jsonl").read_bytes() == (tmp_path / "one/set_aside.jsonl").read_bytes()


def test_a_high_energy_picture_out_of_reach_stops_the_batch_and_one_that_never_was_does_not(
    make_archive, standin: Path, engine, tmp_path: Path, monkeypatch
) -> None:
    archive, high = make_archive(3), tmp_path / "high"
    high.mkdir()
    settings = Settings(str(standin), high=str(high))
    with pytest.raises(Away, match="high is empty"):
        batch.run(archive, tmp_path / "out", settings, Format.JSONL, engine)
    (high / "other.png").touch()
    summary = batch.run(archive, tmp_path / "out", settings, Format.JSONL, engine)
    assert (summary["inspected"], summary["set_aside"]) == (0, 5)

    def stale(path: Path, other: Path) -> bool:
        raise OSError(errno.ESTALE, "Stale file handle")

    (high / "night-0").mkdir()
    shutil.copy(archive / "night-0/0000.png", high / "night-0/0000.png")
    monkeypatch.setattr(Path, "samefile", stale)
    with pytest.raises(Away, match="Stale file handle"):
        batch.run(archive, tmp_path / "out", settings, Format.JSONL, engine, again=True)


def test_a_login_that_ends_stops_the_batch_and_one_forbidden_file_is_set_aside(
    make_archive, settings: Settings, engine, tmp_path: Path, monkeypatch
) -> None:
    archive, out, whole, scan = make_archive(6), tmp_path / "out", Path.read_bytes, os.scandir
    ended = ["night-0"]  # what may not be opened

    def forbidden(path: Path) -> bytes:
        if any(f"{name}/" in str(path) for name in ended):
            raise PermissionError(errno.EACCES, "Permission denied")
        return whole(path)

    def closed(at: str):
        if str(at).endswith(ended[-1]):
            raise PermissionError(errno.EACCES, "Permission denied")
        return scan(at)

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    assert batch.run(archive, out, settings, Format.JSONL, engine)["set_aside"] == 4

    def logged_out(shards, settings, saw):
        ended.append("archive")
        monkeypatch.setattr(os, "scandir", closed)
        yield from engine(shards, settings, saw)

    with pytest.raises(Away, match=r"archive may not be listed \(Permission denied\)"):
        batch.run(archive, tmp_path / "later", settings, Format.JSONL, logged_out)


@pytest.mark.skipif(not hasattr(errno, "EKEYEXPIRED"), reason="Linux alone has these numbers")
@pytest.mark.parametrize("name", ["EKEYEXPIRED", "EKEYREJECTED", "EKEYREVOKED", "ENOKEY"])
def test_a_key_that_a_server_takes_no_more_is_no_fault_of_a_file(tmp_path: Path, name: str) -> None:
    error = OSError(getattr(errno, name), "key")
    assert reach.away(error, tmp_path / "a.png", tmp_path) == os.strerror(error.errno)


def test_a_login_that_ends_while_folders_are_walked_leaves_none_out(
    make_archive, settings: Settings, engine, tmp_path: Path, monkeypatch
) -> None:
    archive, scan, walked = make_archive(6), os.scandir, []

    def ending(at: str):
        walked.append(at)
        if len(walked) > 2:  # the archive and one folder in it
            raise PermissionError(errno.EACCES, "Permission denied", str(at))
        return scan(at)

    monkeypatch.setattr(os, "scandir", ending)
    with pytest.raises(PermissionError):
        batch.run(archive, tmp_path / "out", settings, Format.JSONL, engine)
    assert not (tmp_path / "out/plan.json").exists()
