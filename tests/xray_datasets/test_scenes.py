import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

import xray
from xray.errors import DataError, MissingExtra
from xray.scan import Encoding
from xray_datasets import layouts, scenes
from xray_datasets.scenefiles import Extras


@dataclass
class Thing:
    label: str | None
    name: str
    xyxy_px: tuple[int, int, int, int]
    visible_fraction: float | None = 1.0
    materials: tuple[str, ...] = ("steel",)
    mass_g: float = 100.0
    material: str = "steel"
    material_class: str = "metal"
    effective_z: float | None = 26.0
    height_mm: float = 12.0
    depth_order: int = 1
    contrast_sigma: float | None = 20.0
    steel_mm: float | None = None
    area_px: int | None = 16
    mask_rle: str | None = "0"

    @property
    def tight_xyxy_px(self) -> tuple[int, int, int, int]:
        return self.xyxy_px

    @property
    def visible(self) -> bool | None:
        return None if self.visible_fraction is None else self.visible_fraction > 0.3


@dataclass
class Scene:
    low: Any
    high: Any
    objects: tuple[Thing, ...]
    group: str
    pixel_mm: float = 1.5
    parameters = {"kv": 160}  # noqa: RUF012


def simulate(kind: str, seed: int, side_px: int, outlines: bool = False) -> Scene:
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 1.05, (side_px, side_px)).astype(np.float32)
    things = (
        Thing("gun", "hidden pistol", (3, 3, 9, 9), visible_fraction=0.05),
        SHOE_WITH_OUTLINE if outlines else SHOE,
        Thing("knife", "bread knife", (1, 2, 9, 4), visible_fraction=0.8),
    )
    return Scene(low, np.sqrt(low), things, f"{kind} {seed}")


SHOE_WITH_OUTLINE = Thing(None, "shoe", (0, 0, 5, 5))
SHOE = replace(
    SHOE_WITH_OUTLINE, visible_fraction=None, contrast_sigma=None, area_px=None, mask_rle=None
)


def shown(scene: Scene, rng: np.random.Generator) -> tuple[Any, dict[str, Any]]:
    return rng.integers(0, 256, (*scene.low.shape, 3), dtype=np.uint8), {"family": "belt"}


@pytest.fixture(autouse=True)
def _made_up_simulator(monkeypatch) -> None:
    monkeypatch.setattr(scenes, "_simulator", lambda: (simulate, shown))


def run(folder: Path, count: int, seed: int = 5, **extras: Any) -> list[str]:
    done = scenes.simulate(folder, "parcel", count, seed, 16, 1, Extras(**extras))
    return [path.name for path in done]


def everything(folder: Path) -> dict[str, bytes]:
    files = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(files)}


def test_scenes_become_a_data_set_that_our_own_reader_takes(tmp_path: Path) -> None:
    assert len(run(tmp_path, 2)) == 2
    assert scenes.finish(tmp_path) == tmp_path / "instances.json"
    first, second = layouts.read(tmp_path)
    assert [a.label for a in first.annotations] == ["knife"]
    assert [a.label for a in first.ignored] == ["gun"]  # hardly visible
    assert (first.group, second.group) == ("parcel 5", "parcel 6")
    assert first.scan.encoding is Encoding.DUAL
    assert first.scan.pixel_mm == 1.5
    made = np.minimum(simulate("parcel", 5, 16).low, 1)  # a scan holds nothing above air
    np.testing.assert_allclose(first.scan.low, made, atol=1 / 60_000)
    with tifffile.TiffFile(tmp_path / "images" / "parcel-00000005.tif") as file:
        assert [(page.shape, page.dtype) for page in file.pages] == [((16, 16), np.uint16)] * 2
    assert (tmp_path / "console" / "parcel-00000005.png").is_file()


def test_what_is_known_of_each_object_is_kept(tmp_path: Path) -> None:
    run(tmp_path, 1)
    document = json.loads(scenes.finish(tmp_path).read_text())
    knife = next(a for a in document["annotations"] if a["name"] == "bread knife")
    assert knife["visible_fraction"] == 0.8
    assert (knife["mass_g"], knife["materials"], knife["iscrowd"]) == (100.0, ["steel"], 0)
    assert (knife["material_class"], knife["effective_z"]) == ("metal", 26.0)
    assert (knife["height_mm"], knife["depth_order"], knife["contrast_sigma"]) == (12.0, 1, 20.0)
    assert knife["area"] == 16
    assert knife["segmentation"] == {"size": [16, 16], "counts": "0"}
    assert knife["tight_bbox"] == knife["bbox"] == [1, 2, 8, 2]
    assert document["images"][0]["parameters"] == {"kv": 160}
    assert document["images"][0]["console"] == {"family": "belt"}


def test_noise_above_air_survives_in_16_bits_and_in_floats(tmp_path: Path) -> None:
    run(tmp_path, 1, float_pages=True)
    made = simulate("parcel", 5, 16)
    assert made.low.max() > 1.02
    codes = tifffile.imread(tmp_path / "images" / "parcel-00000005.tif")
    np.testing.assert_allclose(codes[0] / 60_000, made.low, atol=1 / 60_000)
    path = tmp_path / "float" / "parcel-00000005.tif"
    pages = tifffile.imread(path)
    assert (pages.dtype, pages.shape) == (np.float32, (2, 16, 16))
    assert (pages == np.stack([made.low, made.high])).all()
    read = xray.read(path, white=1.0, dark=0.0)
    assert read.encoding is Encoding.DUAL
    assert (read.low == np.minimum(made.low, 1)).all()


def test_a_console_may_export_jpeg(tmp_path: Path) -> None:
    run(tmp_path / "good", 1, jpeg=95)
    run(tmp_path / "bad", 1, jpeg=20)
    good, bad = (tmp_path / name / "console" / "parcel-00000005.jpg" for name in ("good", "bad"))
    assert good.read_bytes()[:2] == bad.read_bytes()[:2] == b"\xff\xd8"
    assert bad.stat().st_size < good.stat().st_size
    assert not [*tmp_path.rglob("*.png")]


@pytest.mark.parametrize("outlines", [False, True])
def test_unlabelled_things_are_told_of_and_what_is_unknown_of_them_is_null(
    tmp_path: Path, outlines: bool
) -> None:
    (name,) = run(tmp_path, 1, outlines=outlines)
    (shoe,) = json.loads((tmp_path / "scenes" / name).read_text())["things"]
    assert (shoe["name"], shoe["mass_g"], shoe["tight_bbox"]) == ("shoe", 100.0, [0, 0, 5, 5])
    assert shoe["visible_fraction"] == (1.0 if outlines else None)
    assert ("segmentation" in shoe) == outlines
    assert "things" not in json.loads(scenes.finish(tmp_path).read_text())["images"][0]


def test_a_run_that_was_cut_off_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    run(whole, 4)
    scenes.finish(whole)
    for _ in zip(range(2), scenes.simulate(parts, "parcel", 4, 5, 16, workers=1), strict=False):
        pass  # stopped after two or three
    with pytest.raises(DataError, match="scenes are missing"):
        scenes.finish(parts)
    there = {p: p.stat().st_mtime_ns for p in (parts / "scenes").iterdir()}
    assert len(run(parts, 4)) == 4
    scenes.finish(parts)
    assert all(path.stat().st_mtime_ns == time for path, time in there.items())
    assert everything(whole) == everything(parts)


def test_a_shorter_run_can_be_lengthened(tmp_path: Path) -> None:
    run(tmp_path, 1)
    run(tmp_path, 3)
    assert len(json.loads(scenes.finish(tmp_path).read_text())["images"]) == 3


def test_a_folder_of_other_scenes_is_left_alone(tmp_path: Path) -> None:
    run(tmp_path, 1)
    before = everything(tmp_path)
    with pytest.raises(DataError, match="scenes of seed 5, not 6"):
        run(tmp_path, 1, seed=6)
    assert everything(tmp_path) == before


def test_scenes_of_an_older_simulator_are_not_mixed_with_new_ones(tmp_path: Path, change) -> None:
    run(tmp_path, 1)
    change(tmp_path / "manifest.json", lambda manifest: manifest.update(simulator="older"))
    with pytest.raises(DataError, match="scenes of simulator older, not"):
        run(tmp_path, 2)


def test_packages_that_are_missing_are_named_with_the_command_that_installs_them(
    monkeypatch, tmp_path: Path
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(scenes, "find_spec", lambda name: None if name == "numba" else name)
    with pytest.raises(MissingExtra, match=r'pip install "xray-cargo\[data\]"'):
        run(tmp_path, 1)
