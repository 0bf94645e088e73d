"""Contact sheets and counts."""

import numpy as np
import pytest

from xray.annotation import Annotation
from xray.errors import DataError
from xray.scan import Encoding, Scan
from xray_datasets.sample import Sample
from xray_datasets.sheet import CAPTION_PX, COLOURS, contact_sheet
from xray_datasets.stats import count

GUN, KNIFE = Annotation("gun", (5, 5, 25, 15)), Annotation("knife", (0, 0, 40, 20))
WHITE = np.full((20, 40, 3), 255, np.uint8)


def sample(number: int, *annotations: Annotation, **more) -> Sample:
    scan = Scan(str(number), WHITE, Encoding.PSEUDOCOLOR)
    return Sample(f"é{number}", lambda: scan, annotations, **more)


def test_a_sheet_has_a_row_for_every_few_samples() -> None:
    sheet = contact_sheet([sample(i) for i in range(5)], columns=2, side_px=60)
    assert sheet.shape == (3 * (60 + CAPTION_PX), 2 * 60, 3)


def test_a_sheet_shows_boxes_in_colour_and_ignored_regions_in_grey() -> None:
    boxed = contact_sheet([sample(0, GUN)], side_px=40)[CAPTION_PX:]
    assert tuple(boxed[5, 15]) in COLOURS  # on its upper edge
    ignored = contact_sheet([sample(0, ignored=(GUN,))], side_px=40)[CAPTION_PX:]
    assert np.unique(ignored[5, 15]).tolist() == [150]


def test_one_label_has_one_colour_whatever_else_is_there() -> None:
    alone = contact_sheet([sample(0, GUN)], side_px=40)
    both = contact_sheet([sample(0, KNIFE, GUN)], side_px=40)
    assert alone[CAPTION_PX + 5, 15].tolist() == both[CAPTION_PX + 5, 15].tolist()


def test_two_energies_are_shown_too() -> None:
    scan = Scan("d", np.ones((20, 40, 2), np.float32), Encoding.DUAL)
    assert contact_sheet([Sample("d", lambda: scan)], side_px=40).dtype == np.uint8


def test_an_empty_sheet_is_refused() -> None:
    with pytest.raises(DataError, match="no scan to show"):
        contact_sheet([])


def test_boxes_scans_and_groups_are_counted_by_label() -> None:
    samples = [
        sample(1, GUN, GUN, group="bag 1"),
        sample(2, GUN, KNIFE, group="bag 1"),
        sample(3, ignored=(KNIFE,)),
    ]
    found = count(samples)
    assert (found.scans, found.empty, len(found.groups)) == (3, 1, 2)
    gun, knife = found.labels["gun"], found.labels["knife"]
    assert (gun.boxes, gun.scans, len(gun.groups), gun.ignored) == (3, 2, 1, 0)
    assert (knife.boxes, knife.ignored) == (1, 1)
    assert gun.sides == pytest.approx((200**0.5,) * 3)
