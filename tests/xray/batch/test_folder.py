"""The folder of a batch: what is not its own there is neither deleted nor taken for a result."""

import json
from pathlib import Path

import pytest

import xray
from xray import batch
from xray.batch import Format, Settings, folder


@pytest.fixture
def settings(standin: Path) -> Settings:
    return Settings(model=str(standin))


def never(*_):
    pytest.fail("inspected")


def held(out: Path) -> dict[str, bytes]:
    """Every file in a folder but the lock, by name."""
    return {str(f): f.read_bytes() for f in out.rglob("*") if f.is_file() and f.name != folder.LOCK}


@pytest.mark.parametrize("name", folder.NEEDED)
def test_a_folder_that_holds_what_a_batch_would_write_over_is_refused_and_left_as_it_is(
    make_archive, settings: Settings, tmp_path: Path, name: str
) -> None:
    out = tmp_path / "out"
    own = out / name if "." in name else out / name / "thesis.txt"
    own.parent.mkdir(parents=True)
    own.write_text('{"mAP50": 0.8}\n')
    before = held(out)
    with pytest.raises(xray.RecipeError, match=rf"holds {name}, .* take another --out"):
        batch.run(make_archive(2), out, settings, Format.JSONL, never)
    assert held(out) == before


def test_the_list_of_work_of_a_batch_killed_before_its_plan_is_taken_for_its_own(
    make_archive, settings: Settings, engine, results, tmp_path: Path
) -> None:
    archive = make_archive(3)
    for name in ("calm", "killed"):
        batch.run(archive, tmp_path / name, settings, Format.JSONL, engine)
    (tmp_path / "out").mkdir()
    (tmp_path / "killed/work.jsonl").rename(tmp_path / "out/work.jsonl")
    batch.run(archive, tmp_path / "out", settings, Format.JSONL, engine)
    assert results(tmp_path / "out") == results(tmp_path / "calm")


def test_a_file_named_as_the_lock_keeps_what_it_holds(
    make_archive, settings: Settings, engine, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / folder.LOCK).write_text("mine")
    batch.run(make_archive(2), out, settings, Format.JSONL, engine)
    assert (out / folder.LOCK).read_text() == "mine"


@pytest.mark.parametrize("plan", ["[1]", '{"steps": 3}'])
def test_another_plan_is_not_taken_for_one_of_a_batch(
    make_archive, settings: Settings, tmp_path: Path, plan: str
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/plan.json").write_text(plan)
    with pytest.raises(
        xray.RecipeError, match=r"plan\.json: not the plan of a batch; take another"
    ):
        batch.run(make_archive(2), tmp_path / "out", settings, Format.JSONL, never)


@pytest.mark.parametrize("other", ['{"mAP50": 0.8}', "[]", "not JSON", None])
def test_a_summary_that_is_not_of_this_batch_ends_no_batch(
    make_archive, settings: Settings, engine, results, tmp_path: Path, other: str | None
) -> None:
    archive, out = make_archive(3), tmp_path / "out"

    def broken(shards, settings, saw):
        yield from ()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch.run(archive, out, settings, Format.JSONL, broken)
    summary = out / "summary.json"
    summary.write_text(
        json.dumps({"schema": batch.results.SCHEMA, "source": "/x"}) if other is None else other
    )
    for again in (False, True):
        with pytest.raises(xray.DataError, match=r"summary\.json: expected the summary of this"):
            batch.run(archive, out, settings, Format.JSONL, never, again)
    summary.rename(tmp_path / "moved.json")
    batch.run(archive, out, settings, Format.JSONL, engine)
    batch.run(archive, tmp_path / "calm", settings, Format.JSONL, engine)
    assert results(out) == results(tmp_path / "calm")


def test_results_are_not_put_among_the_scans_themselves(
    make_archive, settings: Settings, tmp_path: Path
) -> None:
    archive = make_archive(2)
    (tmp_path / "link").symlink_to(archive)
    before = held(archive)
    for out in (archive, tmp_path / "link"):
        with pytest.raises(xray.RecipeError, match="expected another folder"):
            batch.run(archive, out, settings, Format.JSONL, never)
    assert held(archive) == before
    assert not (archive / folder.LOCK).exists()
