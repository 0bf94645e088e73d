"""Findings as supervision has them; with the real one, where it is installed."""

import importlib
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.xray_train.samples import HERE, THERE, judged, sample
from xray import Annotation, Report
from xray.errors import DataError
from xray.supervision import annotations, detections, fields

LABELS = ("gun", "wrench")


@dataclass
class StandIn:
    """The fields of supervision 0.31's Detections that matter here."""

    xyxy: Any
    confidence: Any = None
    class_id: Any = None
    data: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(params=["a stand-in", "supervision"])
def made(request: pytest.FixtureRequest) -> Any:
    if request.param == "a stand-in":
        return StandIn
    try:
        return importlib.import_module("supervision").Detections
    except ModuleNotFoundError:
        pytest.skip("supervision is not installed: make adapters")


@pytest.fixture
def report() -> Report:
    return judged(sample("gun"), ("wrench", 0.75, THERE), ("gun", 0.5, HERE)).report


def test_a_report_s_findings_go_there_and_come_back(report: Report, made: Any) -> None:
    there = made(**fields(report, LABELS))
    assert there.class_id.tolist() == [1, 0]
    assert there.xyxy.tolist() == [list(THERE), list(HERE)]
    assert detections(there) == report.detections
    assert annotations(there) == (Annotation("wrench", THERE), Annotation("gun", HERE))


def test_a_report_without_findings_goes_both_ways(made: Any) -> None:
    empty = judged(sample("gun")).report
    there = made(**fields(empty, LABELS))
    assert there.xyxy.shape == (0, 4)
    assert (detections(there), annotations(there)) == ((), ())


def test_classes_of_another_model_get_their_names_from_labels(made: Any) -> None:
    other = made(xyxy=np.array([HERE], np.float32), class_id=np.array([1]))
    assert annotations(other, LABELS) == (Annotation("wrench", HERE),)
    with pytest.raises(DataError, match="class 1 has no name"):
        annotations(other, ["gun"])
    with pytest.raises(DataError, match="no confidence"):
        detections(other, LABELS)


def test_a_label_that_the_model_has_not_is_an_error(report: Report) -> None:
    with pytest.raises(DataError, match="'wrench' is no label of gun"):
        fields(report, ["gun"])
    with pytest.raises(DataError, match="no class_id"):
        annotations(SimpleNamespace(xyxy=[HERE], class_id=None, confidence=None, data={}))
