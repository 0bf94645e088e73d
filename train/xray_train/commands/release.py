"""The commands that put a model among the shipped ones: familiar, ship."""

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer


def familiar(
    model: Annotated[str, typer.Argument(help="Name of a shipped model, or an ONNX file.")],
    count: Annotated[int, typer.Option(help="A measure of the simulated scans to look at.")] = 300,
) -> None:
    """Write into a model's card what its scans look like, so that it knows a stranger."""
    from xray.card import read
    from xray.detector import available
    from xray_train import familiar as looks
    from xray_train.ship import note

    path = available().get(model, Path(model))
    found = looks.of_model(read(path), count)
    note(path, familiar=found)
    typer.echo("\n".join(looks.lines(found)))


def ship(
    model: Annotated[
        Path, typer.Argument(help="ONNX file that export wrote, NAME.float.onnx beside.")
    ],
    version: Annotated[str, typer.Option(help="As in parcel@0.1.0.")],
    weights: Annotated[Path, typer.Option(help="Folder of shipped models.")] = Path("weights"),
    device: Annotated[
        str | None, typer.Option(help="What it was trained on, where the run did not note it.")
    ] = None,
    tune: Annotated[int, typer.Option(help="Simulated scans that set thresholds.")] = 300,
    count: Annotated[
        int | None,
        typer.Option(help="Scans of each simulated set that scores: 600, of containers 2000."),
    ] = None,
    fast_px: Annotated[
        int, typer.Option(help="Side of the preset fast, a multiple of 32; 0: none.")
    ] = 320,
    folds: Annotated[
        Path | None, typer.Option(help="Figures of xray-train folds, for the card.")
    ] = None,
    limit: Annotated[list[str] | None, typer.Option(help="A limit to name first.")] = None,
) -> None:
    """Fit probabilities, set thresholds, score, and put a model among the shipped ones.

    Without a folder of real scans, models that learned from simulated ones alone are scored on
    simulated ones alone.
    """
    from xray.card import read
    from xray_train import prints, scorecard, sets
    from xray_train import ship as shipping
    from xray_train.evaluate import pooled
    from xray_train.sources import real_folder

    asked = read(model)
    terms = shipping.terms_of(asked.data)
    first = scorecard.fitted_on(terms)
    if first not in sets.SIMULATED + sets.CONTAINERS:
        real_folder()
    floating = scorecard.float_of(model)
    presets = {"fast": fast_px} if fast_px and asked.overlap_px is None else {}
    with TemporaryDirectory() as folder:
        seen = list(sets.read(first, count=tune, seed=sets.TUNING_SEED))
        real = first not in sets.SIMULATED + sets.CONTAINERS  # others are known by their seeds
        tuned = prints.tuned(asked, first, (one.scan for one in seen) if real else ())
        made = scorecard.complete(model, Path(folder), seen, presets, tune, version)
        measured = scorecard.measured(made, floating, count)
    scores = measured.scores
    if folds is not None:
        scores[scorecard.POOLED] = pooled(json.loads(folds.read_text(encoding="utf-8")))
    card = shipping.ship(
        model,
        weights,
        version=version,
        profile_thresholds=made.thresholds,
        scores=scores,
        training={**tuned, **({"device": device} if device else {})},
        terms=replace(terms, limits=(*(limit or ()), *scorecard.limits(scores), *terms.limits)),
        fit=made.fit,
        reliability=measured.reliability,
        familiar=made.familiar,
        operating=made.operating,
        robustness=measured.robustness,
        presets=presets,
    )
    typer.echo((weights / f"{card.name}.LICENSE").read_text(encoding="utf-8"))
