"""Path lengths and masses that geometry gives at once."""

import numpy as np
import pytest

from xray_datasets.simulator import paths
from xray_datasets.simulator import shapes as s
from xray_datasets.simulator.item import Item
from xray_datasets.simulator.scene import blank
from xray_datasets.simulator.textures import textures
from xray_datasets.simulator.transmission import RANK


def path_mm(item: Item, turn: np.ndarray | None = None, side_px: int = 64) -> np.ndarray:
    """Path through an item, one pixel a millimetre, the beam along z."""
    depth = np.zeros((side_px, side_px, RANK), np.float32)
    own = np.zeros((side_px, side_px, RANK), np.float32)
    scratch = np.zeros((2 * side_px, 2 * side_px), np.float32)
    pose = np.zeros((3, 4))
    pose[:, :3] = np.eye(3) if turn is None else turn
    pose[:2, 3] = side_px / 2
    parts = len(item.parts)
    unit = np.ones((parts, RANK), np.float32)
    touched = np.empty(4)
    paths.paint(
        depth, own, False, scratch, *item.packed(), unit, textures(),
        np.full(parts, -1), np.zeros((parts, 4)), pose, 1.0, touched,
    )  # fmt: skip
    assert not scratch.any()
    return depth[..., 0]


def test_path_through_a_tilted_slab_is_its_thickness_over_the_cosine() -> None:
    slab = Item("slab").add("steel", s.box((200, 200, 5)))
    for degrees in (0, 30, 60):
        path = path_mm(slab, s.rotation(0.4, np.radians(degrees), 0.0))
        assert path[24:40, 24:40] == pytest.approx(5 / np.cos(np.radians(degrees)), rel=1e-4)


def test_path_through_a_sphere_is_its_chord() -> None:
    a = np.linspace(0, np.pi, 60)
    ball = s.lathe(np.stack([-20 * np.cos(a), 20 * np.sin(a) + 1e-6], 1), 60)
    path = path_mm(Item("ball").add("steel", ball))
    assert path[32, 32] == pytest.approx(40, rel=0.01)
    assert path[32, 32 + 12] == pytest.approx(2 * np.sqrt(400 - 12.5**2 - 0.25), rel=0.02)


def test_a_hole_leaves_the_walls_alone() -> None:
    box = Item("box").add("steel", s.shell((40, 40, 20), 2.0))
    path = path_mm(box)
    assert path[32, 32] == pytest.approx(4.0, abs=1e-4)
    assert path[32, 13] == pytest.approx(20.0, abs=1e-4)


def test_a_concave_outline_needs_no_triangulation() -> None:
    star = s.extrude(
        np.array([(20, 0), (2, 2), (0, 20), (-2, 2), (-20, 0), (-2, -2), (0, -20), (2, -2)]), 0, 3
    )
    path = path_mm(Item("star").add("steel", star))
    assert path[32, 32] == pytest.approx(3.0, abs=1e-4)
    assert path[32 + 10, 32 + 10] == 0.0
    assert path.sum() == pytest.approx(s.volume_mm3(star), rel=0.02)


def test_path_times_area_is_volume_in_any_pose() -> None:
    ring = s.tube(15, 3, -10, 10, 40)
    true = np.pi * (15**2 - 12**2) * 20
    assert s.volume_mm3(ring) == pytest.approx(true, rel=0.01)
    rng = np.random.default_rng(3)
    for _ in range(4):
        path = path_mm(Item("ring").add("steel", ring), s.rotation(*rng.uniform(0, 6, 3)))
        assert path.sum() == pytest.approx(true, rel=0.02)


@pytest.mark.parametrize("radius", [0.3, 1.0, 3.0])
def test_a_wire_keeps_its_volume_however_thin(radius: float) -> None:
    points = np.array([(-20.0, -3, 0), (20, 9, 0)])
    path = path_mm(Item("wire").wire("copper", points, radius))
    true = np.pi * radius**2 * np.hypot(40, 12)
    assert path.sum() == pytest.approx(true, rel=0.06)


def test_mass_is_volume_times_density() -> None:
    assert Item("bar").add("steel", s.box((100, 10, 10))).mass_g() == pytest.approx(78.5)
    assert Item("wire").wire("copper", np.array([(0.0, 0, 0), (1000, 0, 0)]), 1.0).mass_g() == (
        pytest.approx(np.pi * 8.96)
    )


@pytest.mark.parametrize(
    ("long_mm", "tilt", "y_mm"), [(250, 45, 200), (400, 20, 250), (600, 12, 280)]
)
def test_a_leaning_rod_lies_no_farther_off_than_the_page_says(
    long_mm: int, tilt: int, y_mm: int
) -> None:
    """The fan bends a straight edge that leans along the belt and towards the source."""
    side_px, seen = 572, []
    end = np.array([np.cos(np.radians(tilt)), 0, np.sin(np.radians(tilt))]) * long_mm / 2
    for pieces in (1, 64):
        canvas = blank(side_px, 640.0, 150)
        path = np.linspace(-end, end, pieces + 1) + np.array([0, y_mm, 0])
        assert canvas.paint(np.random.default_rng(0), Item("rod").add("steel", s.bar(path, 4.0, 8)))
        shadow = 1 - canvas.passed()[1]
        seen.append((np.average(np.arange(side_px), weights=shadow[:, side_px // 2]), shadow.sum()))
    (straight, whole), (bent, cut) = seen
    assert abs(straight - bent) < 1.6
    assert whole == pytest.approx(cut, rel=0.021)
