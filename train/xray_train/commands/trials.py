"""The commands that try a model: robustness, strangers, calibrate, coverage."""

from pathlib import Path
from typing import Annotated

import typer

from xray_train.commands import ON


def robustness(
    model: Annotated[str, typer.Argument(help="Name of a shipped model, or an ONNX file.")],
    on: Annotated[str, typer.Option(help=ON)] = "sixray-val",
    raw: Annotated[
        str, typer.Option(help="Set for what scans of the other cannot have; empty: none.")
    ] = "sim-baggage-raw",
    out: Annotated[Path | None, typer.Option(help="JSON file to write.")] = None,
    into_card: Annotated[
        bool, typer.Option("--into-card", help="Write the table into the model's own card.")
    ] = False,
    split: Annotated[str | None, typer.Option(help="Split of the folder.")] = None,
    count: Annotated[int, typer.Option(help="Scans of a simulated set.")] = 300,
) -> None:
    """Say what noise, blur, dead lines, drift, JPEG, palettes, 8 bits and turns cost."""
    from xray.detector import Detector, available
    from xray_train import evaluate as scores
    from xray_train import robustness as trial
    from xray_train import sets
    from xray_train.ship import note

    detector = Detector(model, threads=1)
    table = trial.robustness(detector, sets.read(on, split, count), on)
    lacking = trial.not_there(table) if raw else []
    if lacking:
        other = trial.robustness(detector, sets.read(raw, count=count), raw, lacking)
        table = trial.filled(table, other)
    if out is not None:
        scores.save(table, out)
    if into_card:
        note(available().get(model, Path(model)), robustness=table)
    typer.echo("\n".join(trial.lines(table)))


def strangers(
    model: Annotated[str, typer.Argument(help="Name of a shipped model, or an ONNX file.")],
    count: Annotated[int, typer.Option(help="Pictures of each kind.")] = 40,
    out: Annotated[Path | None, typer.Option(help="JSON file to write.")] = None,
) -> None:
    """Say how many drawn pictures that are no scans are known to be none, kind by kind."""
    from xray.detector import Detector
    from xray_train import evaluate as scores
    from xray_train import strangers as pictures

    found = pictures.caught(Detector(model, threads=1), count)
    if out is not None:
        scores.save(found, out)
    typer.echo("\n".join(pictures.lines(found)))


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
    ungrouped: Annotated[
        bool,
        typer.Option(
            "--ungrouped", help="Every scan without a group shows another bag: seek none."
        ),
    ] = False,
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("clearance.json"),
) -> None:
    """Bound the share of scans with an alarming object that would be cleared without a human."""
    from xray import profile as profiles
    from xray.detector import Detector
    from xray_train import calibrate as bounding
    from xray_train import sets
    from xray_train.progress import shown
    from xray_train.untaught import refuse_taught

    rules = profiles.read(profile) if profile else None
    detector = Detector(model, profile=rules)
    refuse_taught(detector.card, data, split)
    rule = bounding.calibrate(
        detector,
        sets.read(data, split),
        miss_rate,
        confidence or None,
        scanner,
        ungrouped=ungrouped,
        shown=shown,
    )
    rule.save(out)
    typer.echo("\n".join((*bounding.said(rule), f"written to {out}")))


def coverage(
    model: Annotated[str, typer.Argument(help="Name of a shipped model, or an ONNX file.")],
    on: Annotated[str, typer.Option(help=ON)] = "sim-baggage",
    count: Annotated[int, typer.Option(help="Scans of a simulated set.")] = 10_000,
    seen: Annotated[int, typer.Option(help="Scans with a threat that calibrate.")] = 200,
    miss_rate: Annotated[float, typer.Option(help="Share of threats that may be cleared.")] = 0.05,
    confidence: Annotated[float, typer.Option(help="0: on average alone.")] = 0.95,
    shift: Annotated[str, typer.Option(help="Damage that stands for another scanner.")] = "palette",
    split: Annotated[str | None, typer.Option(help="Split of the folder.")] = None,
    out: Annotated[Path | None, typer.Option(help="JSON file to write.")] = None,
) -> None:
    """Try the bounded miss rate: calibrate on some scans, count on others, a thousand times."""
    from xray.detector import Detector
    from xray_train import evaluate as scores
    from xray_train import sets
    from xray_train.damage import named
    from xray_train.trial import trial, tried
    from xray_train.untaught import refuse_taught

    detector = Detector(model, threads=1)
    refuse_taught(detector.card, on, split)
    found = trial(
        detector,
        sets.read(on, split, count),
        miss_rate,
        confidence or None,
        seen,
        named(shift),
    )
    if out is not None:
        scores.save(found, out)
    typer.echo("\n".join(tried(found, miss_rate)))
