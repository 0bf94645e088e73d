"""A batch from a folder to its results, however often it is broken off on the way."""

import json
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from pyarrow import parquet

import xray
from xray import batch
from xray.batch import Format, Settings, files


@pytest.fixture
def settings(standin: Path) -> Settings:
    return Settings(model=str(standin))


def read_lines(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_reports_lie_in_order_of_path_and_what_is_no_scan_is_set_aside_with_the_reason(
    make_archive, settings: Settings, engine, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    summary = batch.run(make_archive(7), out, settings, Format.JSONL, engine)
    reports = read_lines(out / "reports/00000.jsonl")
    assert [r["scan_id"] for r in reports] == [
        *("night-0/0000.png", "night-0/0003.png", "night-0/0006.png"),
        *("night-1/0001.png", "night-1/0004.png", "night-2/0002.png", "night-2/0005.png"),
    ]
    aside = {line["id"]: line["reason"] for line in read_lines(out / "set_aside.jsonl")}
    assert list(aside) == ["a note.txt", "night-1/cut.png"]
    assert "found text" in aside["a note.txt"]
    assert (summary["scans"], summary["inspected"], summary["set_aside"]) == (9, 7, 2)
    assert summary["outcomes"] == {"ALARM": 7}
    assert summary["labels"]["gun"] == {"found": 7, "alarming": 7, "scans": 7}
    assert summary["settings"]["model"] == "standin@1"


def test_reports_are_canonical_and_those_of_the_detector(
    make_archive, settings: Settings, engine, tmp_path: Path
) -> None:
    archive, out = make_archive(2), tmp_path / "out"
    batch.run(archive, out, settings, Format.JSONL, engine)
    told = (out / "reports/00000.jsonl").read_text(encoding="utf-8").splitlines()
    name = "night-0/0000.png"
    assert told[0] == settings.detector().inspect(xray.read(archive / name, id=name)).canonical()


def test_parquet_holds_columns_to_ask_for_and_the_whole_report_as_text(
    make_archive, settings: Settings, engine, tmp_path: Path
) -> None:
    archive = make_archive(5)
    batch.run(archive, tmp_path / "a", settings, Format.PARQUET, engine)
    batch.run(archive, tmp_path / "b", settings, Format.JSONL, engine)
    rows = parquet.read_table(tmp_path / "a/reports").to_pylist()
    text = (tmp_path / "b/reports/00000.jsonl").read_text(encoding="utf-8")
    assert "".join(row["report"] + "\n" for row in rows) == text
    assert rows[0]["outcome"] == "ALARM"
    assert rows[0]["detections"][0]["label"] == "gun"
    assert (
        rows[0]["detections"][0]["xyxy_px"]
        == json.loads(rows[0]["report"])["detections"][0]["xyxy_px"]
    )


def test_the_results_are_the_same_in_whatever_order_shards_are_done(
    make_archive, settings: Settings, engine, results, tmp_path: Path
) -> None:
    archive = make_archive(50)  # 4 shards

    def shuffled(shards, settings, saw):
        done = list(engine(shards, settings, saw))
        random.Random(3).shuffle(done)
        yield from done

    batch.run(archive, tmp_path / "a", settings, Format.PARQUET, engine)
    batch.run(archive, tmp_path / "b", settings, Format.PARQUET, shuffled)
    assert results(tmp_path / "a") == results(tmp_path / "b")


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("format", Format)
def test_broken_off_before_or_after_any_file_it_goes_on_and_nothing_is_lost_or_done_twice(
    make_archive, settings: Settings, engine, results, tmp_path: Path, monkeypatch, format: Format
) -> None:
    archive, inspected = make_archive(36), []  # 3 shards

    def counted(shards, settings, saw):
        for number, lines in engine(shards, settings, saw):
            yield number, lines
            inspected.append(number)  # reached only when the shard was written

    batch.run(archive, tmp_path / "calm", settings, format, counted)
    # work, plan, 3 shards; reports, aside and counts of the part; aside, summary
    moves, replace = 10, Path.replace
    for broken_at in range(2 * moves):
        left, out = broken_at // 2, tmp_path / f"out-{broken_at}"

        def breaking(path: Path, target: Path, before: bool = broken_at % 2 == 0) -> None:
            nonlocal left
            left -= 1
            if left < 0 and before:
                raise Killed
            replace(path, target)
            if left < 0:
                raise Killed

        inspected.clear()
        with monkeypatch.context() as patched:
            patched.setattr(files.Path, "replace", breaking)
            with pytest.raises(Killed):
                batch.run(archive, out, settings, format, counted)
        batch.run(archive, out, settings, format, counted)
        assert results(out) == results(tmp_path / "calm")
        assert len(inspected) == len(set(inspected))
        assert not (out / "shards").exists()


def test_a_batch_that_is_done_says_so_again_without_inspecting(
    make_archive, settings: Settings, engine, tmp_path: Path
) -> None:
    archive, out = make_archive(3), tmp_path / "out"
    first = batch.run(archive, out, settings, Format.JSONL, engine)
    for _ in range(2):
        again = batch.run(archive, out, settings, Format.JSONL, lambda *_: pytest.fail("inspected"))
        assert again == first
        if archive.exists():
            archive.rename(tmp_path / "elsewhere")  # the second time, its share is not there


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"min_score": 0.5}, "begun with min_score null, now it is 0.5"),
        ({"reading": {"scanner": "Acme"}}, 'begun with scanner null, now it is "Acme"'),
        ({"profile": xray.Profile(name="strict")}, "begun with profile"),
    ],
)
def test_a_batch_does_not_go_on_with_other_settings(
    make_archive, standin: Path, engine, tmp_path: Path, change: dict, said: str
) -> None:
    archive, out = make_archive(3), tmp_path / "out"
    batch.run(archive, out, Settings(str(standin)), Format.JSONL, engine)
    with pytest.raises(xray.RecipeError, match=said):
        batch.run(archive, out, Settings(str(standin), **change), Format.JSONL, engine)


def test_a_list_of_files_is_taken_from_its_own_folder_each_once_and_in_order(
    make_archive, settings: Settings, engine, tmp_path: Path
) -> None:
    archive = make_archive(4)
    (archive / "todo.txt").write_text(
        "night-1/0001.png\nnight-0/0000.png\n\nmissing.png\nnight-1/0001.png\n"
    )
    summary = batch.run(archive / "todo.txt", tmp_path / "out", settings, Format.JSONL, engine)
    assert (summary["scans"], summary["set_aside"]) == (3, 1)
    reports = (tmp_path / "out/reports/00000.jsonl").read_text().splitlines()
    assert [json.loads(r)["scan_id"] for r in reports] == ["night-0/0000.png", "night-1/0001.png"]


def test_results_within_the_folder_of_scans_are_not_taken_for_scans(
    make_archive, settings: Settings, engine
) -> None:
    archive = make_archive(4)
    out = archive / "results"
    out.mkdir()
    (out / "old.png").write_bytes(b"not for us")
    assert batch.run(archive, out, settings, Format.JSONL, engine)["scans"] == 6


@pytest.mark.parametrize(("make", "said"), [(Path.mkdir, "holds no files"), (None, "no such")])
def test_where_there_is_nothing_to_inspect_it_says_so(
    settings: Settings, engine, tmp_path: Path, make: Callable[[Path], None] | None, said: str
) -> None:
    if make:
        make(tmp_path / "empty")
    with pytest.raises(xray.RecipeError, match=said):
        batch.run(tmp_path / "empty", tmp_path / "out", settings, Format.JSONL, engine)


def test_names_that_are_no_text_are_shown_as_they_can_be(
    settings: Settings, engine, tmp_path: Path, make_archive
) -> None:
    archive = make_archive(2)
    bad = archive / "\udcff.png"
    try:
        bad.write_bytes((archive / "night-0/0000.png").read_bytes())
    except OSError:
        pytest.skip("this file system takes text alone")
    batch.run(archive, tmp_path / "out", settings, Format.PARQUET, engine)
    rows = parquet.read_table(tmp_path / "out/reports").to_pylist()
    assert [row["id"] for row in rows] == ["night-0/0000.png", "night-1/0001.png", "\\xff.png"]


def test_a_damaged_shard_is_named(make_archive, settings: Settings, engine, tmp_path: Path) -> None:
    archive, out = make_archive(20), tmp_path / "out"

    def spoiled(shards, settings, saw):
        for number, lines in engine(shards, settings, saw):
            yield number, lines[:-1] if number == 1 else lines

    with pytest.raises(xray.DataError, match=r"000001\.jsonl: damaged; delete it"):
        batch.run(archive, out, settings, Format.JSONL, spoiled)
    (out / "shards/000/000001.jsonl").unlink()
    assert batch.run(archive, out, settings, Format.JSONL, engine)["scans"] == 22


def test_only_one_batch_works_in_a_folder(
    make_archive, settings: Settings, engine, tmp_path: Path
) -> None:
    archive, out = make_archive(3), tmp_path / "out"

    def second(shards, settings, saw):
        batch.run(archive, out, Settings(settings.model), Format.JSONL, engine)
        yield from engine(shards, settings, saw)

    with pytest.raises(xray.RecipeError, match="another xray batch is at work there"):
        batch.run(archive, out, settings, Format.JSONL, second)


def test_without_pyarrow_json_lines_are_written_and_parquet_names_its_extra(monkeypatch) -> None:
    assert batch.known(None) is Format.PARQUET
    monkeypatch.setattr("xray.batch.tables.find_spec", lambda name: None)
    assert batch.known(None) is Format.JSONL
    with pytest.raises(xray.MissingExtra, match=r"xray-cargo\[parquet\]"):
        batch.known("parquet")
    with pytest.raises(xray.RecipeError, match="one of parquet, jsonl, got 'csv'"):
        batch.known("csv")


def test_where_nothing_could_be_read_there_is_an_empty_table_of_the_usual_columns(
    make_archive, settings: Settings, engine, tmp_path: Path
) -> None:
    batch.run(make_archive(2), tmp_path / "one", settings, Format.PARQUET, engine)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad/a note.txt").write_text("gone for lunch")
    batch.run(tmp_path / "bad", tmp_path / "none", settings, Format.PARQUET, engine)
    none, one = (parquet.read_table(tmp_path / name / "reports") for name in ("none", "one"))
    assert none.num_rows == 0
    assert none.schema == one.schema


def test_the_summary_says_which_versions_did_it_and_where_they_changed(
    make_archive, settings: Settings, engine, tmp_path: Path, monkeypatch, capsys
) -> None:
    archive, out = make_archive(36), tmp_path / "out"

    def first(shards, settings, saw):
        yield next(engine(shards, settings, saw))
        raise KeyboardInterrupt

    for version, does in (("1.0", first), ("2.0", engine)):
        monkeypatch.setattr("xray.batch.versions", lambda version=version: {"xray-cargo": version})
        with suppress(KeyboardInterrupt):
            batch.run(archive, out, settings, Format.JSONL, does)
    assert "16 scans were done with xray-cargo 1.0, the others" in capsys.readouterr().err
    assert json.loads((out / "summary.json").read_text())["versions"] == [
        {"from_scans": 0, "xray-cargo": "1.0"},
        {"from_scans": 16, "xray-cargo": "2.0"},
    ]
