"""The command `xray-train`: fit, export, evaluate."""

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xray.errors import DataError, XrayError

if TYPE_CHECKING:
    from xray_datasets.sample import Sample

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Train, export and score.")

HELD_OUT_SEED = 900_000_000  # far from the seeds of any pool
SETS = ("sixray-cal", "sixray-val", "sixray-cal+benign", "sixray-val+benign")


@app.command()
def fit(
    recipe: Annotated[Path, typer.Argument(help="TOML file of settings.")],
    out: Annotated[Path, typer.Option(help="Folder of this run; goes on where one stands.")],
    minutes: Annotated[float | None, typer.Option(help="End after this long.")] = None,
    pool: Annotated[list[str] | None, typer.Option(help="Folder of simulated scenes.")] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    workers: Annotated[int, typer.Option(help="Processes that prepare scans.")] = 0,
    init: Annotated[Path | None, typer.Option(help="Checkpoint to start from.")] = None,
    network: Annotated[str | None, typer.Option(help="plain, or ssdlite: a baseline.")] = None,
) -> None:
    """Train a network, or go on with a run that was cut off."""
    from xray_train import recipe as recipes
    from xray_train.fit import fit as run

    settings = recipes.load(recipe)
    if pool:
        settings = replace(settings, pools=tuple(pool))
    if network:
        settings = replace(settings, network=network)
    run(settings, out, minutes=minutes, device=device, workers=workers, init=init)


@app.command()
def export(
    checkpoint: Annotated[Path, typer.Argument(help="last.pt of a run.")],
    out: Annotated[Path, typer.Argument(help="ONNX file to write.")],
    integer: Annotated[bool, typer.Option(help="Eight-bit integers.")] = True,
    version: Annotated[str, typer.Option(help="As in parcel@0.1.0.")] = "0.0.0",
    pool: Annotated[list[str] | None, typer.Option(help="Pools, if they moved.")] = None,
) -> None:
    """Write the file that scanners run."""
    from xray_train.export import export as write
    from xray_train.quantize import calibration_pictures, quantize

    source = out.with_suffix(".float.onnx") if integer else out
    card = write(checkpoint, source, version)
    if integer:
        quantize(source, out, calibration_pictures(checkpoint, tuple(pool or ())))
    typer.echo(f"{out}: {card.name}@{card.version}, {len(card.labels)} labels")


@app.command()
def evaluate(
    model: Annotated[str, typer.Argument(help="Name of a shipped model, or an ONNX file.")],
    on: Annotated[str, typer.Option(help=" | ".join(SETS))] = "sixray-cal",
    out: Annotated[Path | None, typer.Option(help="JSON file to write.")] = None,
) -> None:
    """Score an exported file on scans that it has not seen."""
    from xray_train import evaluate as scores

    figures = scores.evaluate(model, _samples(on), on)
    if out is not None:
        scores.save(figures, out)
    typer.echo(f"{figures['model']} on {on}: {figures['scans']} scans")
    typer.echo(f"mAP50 {figures['map50']:.3f}  mAP50:95 {figures['map50_95']:.3f}")
    for label, row in figures["labels"].items():
        points = "  ".join(f"Pd {p['pd']:.2f} at Pfa {p['pfa']}" for p in row["screening"])
        typer.echo(f"{label:12} {row['objects']:4} objects  AP50 {row['ap50']:.3f}  {points}")


@app.command()
def ship(
    model: Annotated[Path, typer.Argument(help="ONNX file that export wrote.")],
    version: Annotated[str, typer.Option(help="As in parcel@0.1.0.")],
    weights: Annotated[Path, typer.Option(help="Folder of shipped models.")] = Path("weights"),
    device: Annotated[str, typer.Option(help="What it was trained on, for the card.")] = "CPU",
    tune: Annotated[int, typer.Option(help="Simulated scans that set thresholds.")] = 300,
    limit: Annotated[list[str] | None, typer.Option(help="A limit to name first.")] = None,
) -> None:
    """Set thresholds, score, and put a model with its card and licence among the shipped ones."""
    from xray.card import read
    from xray_datasets import simulated
    from xray_train import evaluate as scores
    from xray_train import ship as shipping
    from xray_train.sources import real_folder

    real_folder()
    free = len(read(model).data) == 1  # simulated scans are its only source
    terms = shipping.FREE if free else shipping.ACADEMIC
    held_out = simulated.read("baggage", tune, seed=HELD_OUT_SEED)
    tuned = shipping.thresholds(model, held_out if free else _samples("sixray-cal+benign"))
    card = shipping.ship(
        model,
        weights,
        version=version,
        profile_thresholds=tuned,
        scores={"SIXray val": scores.evaluate(model, _samples("sixray-val"), "sixray-val")},
        training={"device": device},
        terms=replace(terms, limits=(*(limit or ()), *terms.limits)),
    )
    typer.echo((weights / f"{card.name}.LICENSE").read_text(encoding="utf-8"))


def _samples(on: str) -> Iterable["Sample"]:
    from xray_datasets import real
    from xray_train.sources import real_folder

    if on not in SETS:
        raise DataError(f"no set named {on}; expected one of {', '.join(SETS)}")
    root, (split, *more) = real_folder(), on.removeprefix("sixray-").split("+")
    yield from real.sixray(root, split)
    if more:
        yield from real.sixray_benign(root, split)


def main() -> None:
    """Entry point: our own errors are sentences, not tracebacks."""
    try:
        app()
    except XrayError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
