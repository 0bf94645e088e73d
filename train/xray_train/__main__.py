"""The command `xray-train`: fit, export, evaluate, robustness, calibrate, ship, and the loop."""

import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from xray.errors import RecipeError, XrayError
from xray_train import commands

ON = (
    "sixray-cal | sixray-val, either with +benign | dual-energy | sim-baggage | sim-parcel | FOLDER"
)

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Train, export and score.")
for command in (commands.promote, commands.rollback, commands.loop):
    app.command()(command)


@app.command()
def fit(
    recipe: Annotated[Path | None, typer.Argument(help="TOML file of settings.")] = None,
    out: Annotated[Path, typer.Option(help="Folder of this run; goes on where one stands.")] = Path(
        "runs/mine"
    ),
    minutes: Annotated[float | None, typer.Option(help="End after this long.")] = None,
    pool: Annotated[list[str] | None, typer.Option(help="Folder of simulated scenes.")] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    workers: Annotated[int, typer.Option(help="Processes that prepare scans.")] = 0,
    start: Annotated[
        str | None,
        typer.Option("--from", help="Shipped model by name, its file, or a run's last.pt."),
    ] = None,
    data: Annotated[
        list[Path] | None, typer.Option(help="Folder of marked scans or decided cases.")
    ] = None,
    network: Annotated[
        str | None, typer.Option(help="plain; ssdlite, a baseline; lite, a teacher.")
    ] = None,
    teacher: Annotated[
        list[Path] | None,
        typer.Option(help="last.pt of a network to learn from beside the marks; several at will."),
    ] = None,
    tensorboard: Annotated[
        Path | None, typer.Option(help="Folder to write figures to that TensorBoard shows.")
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, help="With Ray: how many share each batch.")
    ] = None,
    ray_address: Annotated[
        str, typer.Option(help="Of a Ray cluster, such as ray://head:10001 or auto.")
    ] = "local",
) -> None:
    """Train a network, or go on with a run that was cut off.

    For scans of your own, no recipe is needed:
    xray-train fit --from parcel-sim --data my-scans/

    With --processes, Ray starts them, here or on a cluster, in place of torchrun.
    """
    from xray_train import mine, progress
    from xray_train import recipe as recipes
    from xray_train.fit import fit as run

    if processes and tensorboard:
        raise RecipeError(
            "--tensorboard shows nothing of processes that Ray starts; leave out one of "
            "--tensorboard and --processes (figures of every step stand in log.jsonl)"
        )
    init = mine.weights(start) if start else None
    folders = tuple(map(str, data or ()))
    if recipe is None:
        settings = mine.recipe(init, folders)
    else:
        settings = recipes.load(recipe)
        settings = replace(settings, data=folders or settings.data)
    if pool:
        settings = replace(settings, pools=tuple(pool))
    if network:
        settings = replace(settings, network=network)
    if teacher:
        settings = replace(settings, teachers=tuple(map(str, teacher)))
    if processes:
        from xray_train import cluster

        job = cluster.Job(settings, out, minutes, device, workers, init)
        cluster.fit(job, processes, ray_address)
        return
    also = progress.tensorboard(tensorboard) if tensorboard else progress.silent
    run(settings, out, minutes=minutes, device=device, workers=workers, init=init, also=also)


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
    on: Annotated[str, typer.Option(help=ON)] = "sixray-cal",
    out: Annotated[Path | None, typer.Option(help="JSON file to write.")] = None,
    html: Annotated[Path | None, typer.Option(help="Page to write, pictures in it.")] = None,
    split: Annotated[str | None, typer.Option(help="Split of the folder.")] = None,
    count: Annotated[int, typer.Option(help="Scans of a simulated set.")] = 300,
) -> None:
    """Score an exported file on scans that it has not seen."""
    from xray.detector import Detector
    from xray_train import evaluate as scores
    from xray_train import page, sets
    from xray_train.judged import judge

    detector = Detector(model, threads=1)
    judged = judge(detector, sets.read(on, split, count))
    figures = scores.figures(detector.card, judged, on)
    if out is not None or html is not None:
        figures |= scores.details(detector.card, judged)
    if out is not None:
        scores.save(figures, out)
    if html is not None:
        page.write(html, detector.card, figures, judged)
    typer.echo(f"{figures['model']} on {on}: {figures['scans']} scans")
    typer.echo(f"mAP50 {figures['map50']:.3f}  mAP50:95 {figures['map50_95']:.3f}")
    for label, row in figures["labels"].items():
        points = "  ".join(f"Pd {p['pd']:.2f} at Pfa {p['pfa']}" for p in row["screening"])
        typer.echo(f"{label:12} {row['objects']:4} objects  AP50 {row['ap50']:.3f}  {points}")


@app.command()
def robustness(
    model: Annotated[str, typer.Argument(help="Name of a shipped model, or an ONNX file.")],
    on: Annotated[str, typer.Option(help=ON)] = "sixray-val",
    out: Annotated[Path | None, typer.Option(help="JSON file to write.")] = None,
    into_card: Annotated[
        bool, typer.Option("--into-card", help="Write the table into the model's own card.")
    ] = False,
    split: Annotated[str | None, typer.Option(help="Split of the folder.")] = None,
    count: Annotated[int, typer.Option(help="Scans of a simulated set.")] = 300,
) -> None:
    """Say what noise, blur, dead lines, drift, JPEG, palettes and turns cost."""
    from xray.detector import Detector, available
    from xray_train import evaluate as scores
    from xray_train import robustness as trial
    from xray_train import sets
    from xray_train.ship import note

    table = trial.robustness(Detector(model, threads=1), sets.read(on, split, count), on)
    if out is not None:
        scores.save(table, out)
    if into_card:
        note(available().get(model, Path(model)), robustness=table)
    typer.echo("\n".join(trial.lines(table)))


@app.command()
def calibrate(
    data: Annotated[str, typer.Option(help=f"Scans that taught nothing: {ON}")],
    miss_rate: Annotated[float, typer.Option(help="Share of threats that may be cleared.")],
    model: Annotated[
        str, typer.Option(help="Name of a shipped model, or an ONNX file.")
    ] = "parcel",
    confidence: Annotated[
        float, typer.Option(help="With which it holds; 0: on average over calibrations alone.")
    ] = 0.95,
    scanner: Annotated[
        str | None, typer.Option(help="Which made them, if they do not say.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Split of the folder.")] = None,
    profile: Annotated[Path | None, typer.Option(help="Rules: a TOML or JSON file.")] = None,
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("clearance.json"),
) -> None:
    """Bound the share of scans with an alarming object that would be cleared without a human."""
    from xray import profile as profiles
    from xray.detector import Detector
    from xray_train import calibrate as bounding
    from xray_train import sets

    rules = profiles.read(profile) if profile else None
    detector = Detector(model, profile=rules)
    rule = bounding.calibrate(
        detector, sets.read(data, split), miss_rate, confidence or None, scanner
    )
    rule.save(out)
    typer.echo("\n".join((*bounding.said(rule), f"written to {out}")))


@app.command()
def coverage(
    model: Annotated[str, typer.Argument(help="Name of a shipped model, or an ONNX file.")],
    on: Annotated[str, typer.Option(help=ON)] = "sim-baggage",
    count: Annotated[int, typer.Option(help="Scans of a simulated set.")] = 10_000,
    seen: Annotated[int, typer.Option(help="Scans with a threat that calibrate.")] = 200,
    miss_rate: Annotated[float, typer.Option(help="Share of threats that may be cleared.")] = 0.05,
    confidence: Annotated[float, typer.Option(help="0: on average alone.")] = 0.95,
    shift: Annotated[str, typer.Option(help="Damage that stands for another scanner.")] = "palette",
    out: Annotated[Path | None, typer.Option(help="JSON file to write.")] = None,
) -> None:
    """Try the bounded miss rate: calibrate on some scans, count on others, a thousand times."""
    from xray.detector import Detector
    from xray_train import calibrate as bounding
    from xray_train import evaluate as scores
    from xray_train import sets
    from xray_train.damage import named

    found = bounding.trial(
        Detector(model, threads=1),
        sets.read(on, count=count),
        miss_rate,
        confidence or None,
        seen,
        named(shift),
    )
    if out is not None:
        scores.save(found, out)
    for name in ("same", "shifted"):
        if name in found:
            row = found[name]
            typer.echo(
                f"{name:8} miss rate {row['mean_miss_rate']:.4f} on average; at most "
                f"{miss_rate:g} in {row['kept']:.1%} of splits; {found['scans']} scans"
            )


@app.command()
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


@app.command()
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


def main() -> None:
    """Entry point: our own errors are sentences, not tracebacks."""
    try:
        app()
    except XrayError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
