"""The command `xray-train`: fit, export, evaluate, robustness, calibrate, ship, and the loop."""

import sys
from importlib.util import find_spec

import typer

from xray import ending
from xray.errors import MissingExtra
from xray_train.commands import promotion, realism, release, scoring, training, trials

NEEDED = ("torch", "torchvision", "albumentations", "onnx", "faster_coco_eval", "numba")

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Train, export and score.")
for command in (
    *(training.fit, training.export),
    *(scoring.evaluate, scoring.folds, scoring.learning_curve, scoring.compare),
    *(trials.robustness, trials.strangers, trials.calibrate, trials.coverage),
    realism.realism,
    *(release.familiar, release.ship),
    *(promotion.promote, promotion.rollback, promotion.loop),
):
    app.command()(command)


def main() -> None:
    """Entry point."""
    ending.run(_with_all_it_needs)


def _with_all_it_needs() -> None:
    if "--help" not in sys.argv and not all(map(find_spec, NEEDED)):
        raise MissingExtra("xray-train", "train")
    app()


if __name__ == "__main__":
    main()
