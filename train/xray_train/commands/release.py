"""The commands that put a model among the shipped ones: familiar, ship."""

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
    model: Annotated[Path, typer.Argument(help="ONNX file that export wrote.")],
    version: Annotated[str, typer.Option(help="As in parcel@0.1.0.")],
    weights: Annotated[Path, typer.Option(help="Folder of shipped models.")] = Path("weights"),
    device: Annotated[str, typer.Option(help="What it was trained on, for the card.")] = "CPU",
    tune: Annotated[int, typer.Option(help="Simulated scans that set thresholds.")] = 300,
    limit: Annotated[list[str] | None, typer.Option(help="A limit to name first.")] = None,
) -> None:
    """Fit probabilities, set thresholds, score, and put a model among the shipped ones."""
    from xray.card import read
    from xray.detector import Detector
    from xray_datasets import simulated
    from xray_train import evaluate as scores
    from xray_train import familiar as looks
    from xray_train import reliability, sets
    from xray_train import ship as shipping
    from xray_train.judged import judge
    from xray_train.sources import real_folder

    real_folder()
    asked = read(model)
    terms = shipping.terms_of(asked.data)
    free = terms is shipping.FREE
    held_out = simulated.read("baggage", tune, seed=sets.TUNING_SEED)
    with TemporaryDirectory() as folder:
        raw = shipping.uncalibrated(model, Path(folder, "raw.onnx"))
        seen = judge(Detector(raw), held_out if free else sets.read("sixray-cal+benign"))
        fit = reliability.fit(seen, asked.labels)
        said = shipping.calibrated(raw, Path(folder, "calibrated.onnx"), fit)
        judged = judge(Detector(said), sets.read("sixray-val+benign"))
    marked = [j for j in judged if j.sample.origin == "sixray val"]
    card = shipping.ship(
        model,
        weights,
        version=version,
        profile_thresholds=shipping.thresholds(seen, asked.labels, fit.boxes),
        scores={"SIXray val": scores.figures(asked, marked, "sixray-val")},
        training={"device": device},
        terms=replace(terms, limits=(*(limit or ()), *terms.limits)),
        fit=fit,
        reliability={"SIXray val": reliability.measure(judged, asked.labels)},
        familiar=looks.of_model(asked, tune),
    )
    typer.echo((weights / f"{card.name}.LICENSE").read_text(encoding="utf-8"))
