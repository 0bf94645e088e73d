"""A service inspects by the very files that it kept when it began, or not at all."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from xray.card import Card
from xray.clearance import Rule
from xray.detector import Detector
from xray.profile import Profile
from xray.scan import Encoding
from xray_app import service as services
from xray_app.inspectors.pool import Pool
from xray_app.settings import Settings

pytestmark = pytest.mark.slow


def rule(model: Path, threshold: float) -> Rule:
    said = {"scanner": "gate 1", "encodings": frozenset(Encoding), "profile": Profile()}
    sha256 = Detector(model).card.sha256
    return Rule(threshold, 0.05, 0.95, **said, model="standin@1", sha256=sha256)  # type: ignore[arg-type]


def absence(pool: Pool) -> str:
    """What a process that begins now says of its model."""
    with pool.lend() as process:
        process.process.kill()
        process.start()
        return process.absence


@pytest.mark.parametrize("changed", ["*.onnx", "*.clearance.json"])
def test_a_process_that_begins_again_loads_nothing_that_was_changed_since_it_was_kept(
    *, tmp_path: Path, standin: Path, standin_card: Card, make_model: Callable[[Card], Path],
    changed: str,
) -> None:  # fmt: skip
    calibration = tmp_path / "clearance.json"
    rule(standin, 0.05).save(calibration)
    told = Settings(data_dir=tmp_path / "data", workers=1, model=str(standin))
    built = services.build(replace(told, calibration_file=str(calibration)))
    try:
        assert absence(built.pool) == ""
        (kept,) = built.settings.models_dir.glob(changed)
        if kept.suffix == ".onnx":
            kept.write_bytes(make_model(replace(standin_card, name="another")).read_bytes())
        else:
            rule(standin, 0.95).save(kept)
        assert "damaged or was replaced" in absence(built.pool)
    finally:
        built.pool.close()
        built.database.dispose()
