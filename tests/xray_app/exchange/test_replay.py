"""A dossier's scans are looked at again as they were looked at."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

import xray
from xray.card import Card
from xray.detector import Detector
from xray_app.exchange.dossier import Dossier
from xray_app.exchange.replay import replay


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
    (compared,) = replay(Dossier(manifest, {"scans/0": content}), model)
    assert (compared.same, compared.close) == (True, True)
