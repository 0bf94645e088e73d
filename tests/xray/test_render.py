"""Pictures for people: colours by material, and findings drawn where they are."""

import numpy as np

from xray import Detection, Encoding, Opaque, Profile, Report, Scan
from xray.render import ALARM_RGB, FINDING_RGB, OPAQUE_RGB, overlay, pseudocolor
from xray.report import ModelId


def report(*detections: Detection, opaque: tuple[Opaque, ...] = ()) -> Report:
    return Report("s", 200, 200, ModelId("m", "1", ""), Profile(), detections, opaque)


def slab(low: float, high: float) -> Scan:
    return Scan("slab", np.full((9, 9, 2), (low, high), np.float32), Encoding.DUAL)


def test_air_is_white() -> None:
    assert pseudocolor(slab(1.0, 1.0)).min() > 200


def test_water_is_orange_and_steel_is_blue() -> None:
    # -ln T at both energies in the proportion of each material at 140 kV
    red, green, blue = pseudocolor(slab(np.exp(-1.17), np.exp(-1.0)))[4, 4].tolist()
    assert red > green > blue
    red, green, blue = pseudocolor(slab(np.exp(-1.8), np.exp(-1.0)))[4, 4].tolist()
    assert blue > max(red, green)


def test_a_single_energy_is_grey() -> None:
    picture = pseudocolor(Scan("slab", np.full((4, 4, 1), 0.5, np.float32), Encoding.SINGLE))
    assert (picture[..., 0] == picture[..., 1]).all()
    assert (picture[..., 1] == picture[..., 2]).all()


def test_alarms_and_findings_are_boxed_in_their_colours_and_the_picture_is_left_alone() -> None:
    picture = np.full((200, 200, 3), 255, np.uint8)
    drawn = overlay(
        picture,
        report(
            Detection("gun", 0.9, (40, 60, 90, 100), alarming=True),
            Detection("wrench", 0.5, (120, 120, 180, 180)),
        ),
    )
    assert drawn[80, 40].tolist() == list(ALARM_RGB)
    assert drawn[150, 120].tolist() == list(FINDING_RGB)
    assert (picture == 255).all()


def test_what_is_opaque_is_hatched_so_that_the_picture_still_shows() -> None:
    square = ((50.0, 50.0), (150.0, 50.0), (150.0, 150.0), (50.0, 150.0))
    drawn = overlay(np.zeros((200, 200, 3), np.uint8), report(opaque=(Opaque(square, 10_000),)))
    lines = (drawn == OPAQUE_RGB).all(axis=2)
    assert 0.1 < lines[60:140, 60:140].mean() < 0.3
    assert not lines[:49].any()


def test_a_box_at_the_edge_is_drawn_with_its_words_inside_the_picture() -> None:
    scan = Scan("edge", np.full((60, 80, 3), 255, np.uint8), Encoding.PSEUDOCOLOR)
    found = Detection("screwdriver", 1.0, (70, 0, 80, 10))
    assert overlay(pseudocolor(scan), report(found)).shape == (60, 80, 3)
