"""From officers' decided cases to a better model in one go: read, train, compare, promote.

What was held out, searched and never taught says whether the new model takes the old one's place.
Whether that can be said at all is known before the first step of training.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from xray.card import read as read_card
from xray.errors import DataError
from xray_datasets import layouts
from xray_datasets.findings import Findings
from xray_datasets.sample import Sample
from xray_train import gate, gate_page, mine
from xray_train.export import export
from xray_train.fit import fit
from xray_train.gate import Comparison
from xray_train.promote import Trial, alarming, promote
from xray_train.quantize import calibration_pictures, quantize
from xray_train.recipe import Recipe


def loop(
    cases: Path,
    over: Path,
    trial: Trial,
    *,
    minutes: float | None = None,
    recipe: Recipe | None = None,
    device: str = "cpu",
    workers: int = 0,
    say: Callable[[str], None] = print,
) -> Comparison:
    """Train on decided cases and put the new model in place where it passes.

    Args:
        cases: folder of `xray-app export coco`.
        over: file of the model in use, which the new one starts from.
        trial: where to write, and what somebody answers for.
        minutes: of training; None: as many steps as the recipe says.
        recipe: settings; its data is `cases`. None: those of fine-tuning.
        device, workers: as `fit` takes them.
        say: hears of each step.

    Raises:
        DataError: no export of decided cases, or too few searched ones to prove anything.
    """
    samples = examined(cases, say)
    lacking = gate.lacking(samples, alarming(read_card(over), ()))
    accepted = {*trial.accept} - {gate.OVERALL}  # somebody must have been found at all
    missing = [why for label, why in lacking.items() if label not in accepted]
    if missing:
        raise DataError(
            f"{cases}: nothing was trained, for nothing could be proven of it; "
            + "; ".join(missing)
            + "; wait for more searches, or answer for a label: --accept LABEL"
        )
    settings = recipe or mine.recipe(over, (str(cases),))
    settings = replace(settings, name=over.stem, data=(str(cases),))
    last = fit(settings, trial.out, minutes=minutes, device=device, workers=workers, init=over)
    exact, new = trial.out / "new.float.onnx", trial.out / "new.onnx"
    export(last, exact)
    quantize(exact, new, calibration_pictures(last))
    say(f"{new}: trained; comparing on {len(samples)} scans")
    found = promote(new, over, samples, trial)
    for line in gate_page.lines(found):
        say(line)
    return found


def examined(cases: Path, say: Callable[[str], None]) -> list[Sample]:
    """The held-out scans that were searched; says what all the cases hold and what was left out."""
    if layouts.name(cases) != layouts.REVIEWS:
        raise DataError(f"{cases}: expected decided cases; xray-app export coco --out FOLDER")
    findings = Findings()
    taught = list(layouts.read(cases, "train", findings=findings))
    held = list(layouts.read(cases, "val", findings=findings))
    say(f"{cases}: {_said(taught)} to learn from, {_said(held)} to examine with")
    for note in (*findings.notes, *findings.problems):
        say(f"  {note}")
    return gate.proven(held)


def _said(samples: Iterable[Sample]) -> str:
    samples = list(samples)
    boxes = sum(len(sample.annotations) for sample in samples)
    denied = sum(len(sample.rejected) for sample in samples)
    searched = sum(bool(sample.meta.get("searched")) for sample in samples)
    return f"{len(samples)} scans ({searched} searched, {boxes} objects, {denied} hard negatives)"
