"""The public names: what users' code relies on changes only on purpose."""

import inspect
import subprocess
import sys
from dataclasses import fields

import xray


def names(cls: type) -> list[str]:
    return [f.name for f in fields(cls)]


def test_the_package_offers_these_names_and_no_others() -> None:
    assert sorted(xray.__all__) == [
        *("Annotation", "Card", "Clearance", "DataError", "Detection", "Detector", "Encoding"),
        *("MissingExtra", "ModelError", "Opaque", "Outcome", "Profile", "RecipeError", "Report"),
        *("Scan", "ScanError", "XrayError", "read"),
    ]
    assert all(hasattr(xray, name) for name in xray.__all__)


def test_the_values_have_these_fields() -> None:
    assert names(xray.Scan) == [
        *("id", "pixels", "encoding", "pixel_mm", "view", "acquired_at", "scanner", "meta")
    ]
    assert names(xray.Annotation) == ["label", "xyxy_px"]
    assert names(xray.Detection) == [
        *("label", "score", "xyxy_px", "alarming", "material", "mass_g")
    ]
    assert names(xray.Report) == [
        *("scan_id", "width_px", "height_px", "model", "profile", "detections", "opaque"),
        *("outcome", "reasons", "assumed", "clearance", "presence", "prior", "embedding"),
        *("made_at", "elapsed_ms", "preset"),
    ]
    assert [str(o) for o in xray.Outcome] == ["ALARM", "UNKNOWN", "CLEAR"]
    assert [str(e) for e in xray.Encoding] == ["pseudocolor", "single", "dual"]


def test_the_calls_take_these_arguments() -> None:
    assert list(inspect.signature(xray.Detector).parameters) == [
        *("model", "threads", "profile", "clearance", "prior", "backend", "preset"),
        "sha256",
    ]
    assert list(inspect.signature(xray.Detector.inspect).parameters) == [
        *("self", "scan", "min_score")
    ]
    read = list(inspect.signature(xray.read).parameters)
    assert {"high", "encoding", "white", "dark", "polarity", "pixel_mm", "scanner", "view"} <= set(
        read
    )


def test_importing_brings_nothing_heavy() -> None:
    heavy = [
        "torch",
        "gradio",
        "onnxruntime",
        "openvino",
        "pydicom",
        "tifffile",
        "pandas",
        "matplotlib",
        "rich",
        "typer",
    ]
    code = f"import sys, xray; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
