"""A dossier's scans are looked at again as they were looked at."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import xray
from xray.card import Card
from xray.detector import Detector
from xray_app.exchange.dossier import Dossier
from xray_app.exchange.replay import replay
from xray_app.inspectors import again
from xray_app.inspectors.process import BrokeOff


@pytest.mark.parametrize("preset", [None, "fast"])
def test_a_report_of_a_preset_is_made_again_by_the_preset(
    make_model: Callable[[Card], Path], standin_card: Card, preset: str | None
) -> None:
    model = make_model(replace(standin_card, name="quick", presets={"fast": 160}))
    bag = np.random.default_rng(0).integers(60, 255, (240, 320, 3), np.uint8)
    content = cv2.imencode(".png", bag)[1].tobytes()
    then = Detector(model, preset=preset).inspect(xray.read(content, id="bag"))
    view = {"position": 0, "name": None, "pixel_mm": None}
    manifest = {
        "views": [view],
        "reports": {"0": then.to_dict()},
        "case": {"scanner": None},
    }
    (compared,) = replay(Dossier(manifest, {"scans/0": content}), model, again.inspected)
    assert (compared.same, compared.close) == (True, True)


def three(model: Path) -> Dossier:
    """Three views of one bag."""
    bag = np.random.default_rng(0).integers(60, 255, (240, 320, 3), np.uint8)
    content = cv2.imencode(".png", bag)[1].tobytes()
    said = Detector(model).inspect(xray.read(content, id="bag")).to_dict()
    views = [{"position": n, "name": None, "pixel_mm": None} for n in range(3)]
    manifest = {"views": views, "reports": {str(n): said for n in range(3)}}
    return Dossier(
        manifest | {"case": {"scanner": None}}, {f"scans/{n}": content for n in range(3)}
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (BrokeOff("the inspecting process died"), "process died"),
        ({"report": None, "problem": "scan: cut off"}, "scan: cut off"),
        ({"report": [1]}, "no report"),
        ({}, "no report"),
    ],
)
def test_a_view_that_cannot_be_inspected_keeps_no_other_from_it(
    standin: Path, answer: Any, said: str
) -> None:
    asked: list[dict[str, Any]] = []

    def ask(request: dict[str, Any]) -> dict[str, Any]:
        asked.append(request)
        if len(asked) != 2:
            return again.inspected(request)
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    first, second, third = replay(three(standin), standin, ask)
    assert (first.same, third.same) == (True, True)
    assert (second.same, second.close, said in str(second.problem)) == (False, False, True)
    assert not any(Path(request["files"][0]).exists() for request in asked)


def test_what_is_no_scan_any_more_is_said_without_the_folder_it_lay_in(standin: Path) -> None:
    dossier = three(standin)
    broken = replace(dossier, files={**dossier.files, "scans/1": b"no scan"})
    _, second, _ = replay(broken, standin, again.inspected)
    assert second.problem is not None
    assert second.problem.startswith("scan: ")
