"""What `make scale` makes of what it measures; nothing is measured here."""

import io
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import xray

ROOT = Path(__file__).parent.parent


def test_only_the_time_in_which_every_worker_inspects_counts(bench: None) -> None:
    import stamps

    early = [float(k) for k in range(100)]  # a scan a second, from 0 s to 99 s
    late = [50.5 + k / 2 for k in range(100)]  # two a second, from 50.5 s to 100 s
    # From 58 s, when the late one has inspected 16, to 99 s: 41 scans of one and 82 of the other.
    assert stamps.rate([early, late], 2) == (41 + 82) / 41
    assert stamps.rate([early], 1) == 1.0


@pytest.mark.parametrize(
    ("stamps_of", "counts"), [([], "none"), ([16], "16"), ([40], "40"), ([40, 3], "40, 3")]
)
def test_workers_that_had_too_little_to_do_are_no_measure(bench: None, stamps_of, counts) -> None:
    import stamps

    each = [[float(k) for k in range(count)] for count in stamps_of]
    with pytest.raises(ValueError, match=f"expected 2 processes .* got scans of each: {counts};"):
        stamps.rate(each, 2)
    with pytest.raises(ValueError, match="never at work at the same time"):
        stamps.rate([[float(k) for k in range(40)], [100.0 + k for k in range(40)]], 2)


def test_what_cannot_be_inspected_leaves_no_stamp(
    bench: None, standin: Path, tmp_path: Path
) -> None:
    import stamps

    settings = pickle.loads(pickle.dumps(stamps.Stamping(model=str(standin), stamps=tmp_path)))
    detector = settings.detector()
    scan = xray.Scan("bag", np.full((240, 320, 3), 200, np.uint8), xray.Encoding.PSEUDOCOLOR)
    assert detector.inspect(scan).scan_id == "bag"
    with pytest.raises(xray.ScanError):
        detector.inspect(xray.read(b"no scan"))
    ((stamp,),) = stamps.left(tmp_path)
    assert stamp > 0


def test_an_archive_that_keeps_no_worker_busy_is_refused(bench: None, tmp_path: Path) -> None:
    import scale

    for number in range(16):
        (tmp_path / f"{number}.jpg").touch()
    with pytest.raises(SystemExit, match="expected 128 files or more, got 16"):
        scale.main(tmp_path)


def test_rows_of_ray_say_that_it_is_not_installed_and_what_to_do(
    bench: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import scale

    monkeypatch.setattr(scale, "find_spec", lambda name: None)
    monkeypatch.setattr(scale, "_rate", lambda archive, out, engine, workers: 30.0 * workers)
    rates = dict(scale._rates(tmp_path, tmp_path))
    assert rates == {("local", 1): 30.0, ("local", 2): 60.0, ("ray", 1): None, ("ray", 2): None}
    console = Console(width=120, record=True, file=io.StringIO())
    scale._show_rates(console, rates, "800 files")
    shown = console.export_text()
    assert shown.count("not installed: .venv/bin/pip install -e '.[ray]'") == 2
    assert "100%" in shown


def test_part_of_a_core_is_a_core_and_the_page_says_what_the_rates_on_it_give(bench: None) -> None:
    import scale

    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    rate = re.search(r"A core does about (\d+) scans a second", page)
    assert rate
    for need, words in ((scale.PEAK_HOUR, "exports"), (scale.ARCHIVE, "24 hours")):
        told = re.search(rf"{words} \| ([\d,]+) \| (\d+) \| (\d+)", page)
        assert told
        scans_s, cores, machines = (int(number.replace(",", "")) for number in told.groups())
        assert scans_s == round(need.scans_s)
        assert cores == need.cores(float(rate[1]))
        assert machines == -(-cores // scale.CORES)
        assert cores * float(rate[1]) * scale.USED >= need.scans_s
