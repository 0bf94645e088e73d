"""The sheet of pairs: its key fits, and the sheet alone does not tell."""

import numpy as np

from xray_train.realism import pairs
from xray_train.realism.patches import Shown

RED, BLUE = (200, 40, 40), (40, 40, 200)


def shown(count: int) -> list[Shown]:
    """Real ones red, simulated ones blue."""
    return [
        Shown(_full(RED if real else BLUE), f"bag {k}", f"{'r' if real else 's'}{k}", real)
        for k in range(count)
        for real in (True, False)
    ]


def _full(colour: tuple[int, int, int]) -> np.ndarray:
    picture = np.full((420, 420, 3), 255, np.uint8)
    picture[10:-10, 10:-10] = colour
    return picture


def test_the_key_names_the_side_of_the_real_one() -> None:
    drawn = pairs.drawn({"white": shown(16), "grey": shown(16)}, 0)
    sheet, key = pairs.sheet(drawn), pairs.key(drawn)
    assert len(key) == pairs.PAIRS
    width = 2 * pairs.CROP_PX + 4 * pairs.GAP_PX
    height = pairs.CROP_PX + pairs.LINE_PX + pairs.GAP_PX
    for k, row in enumerate(key):
        y = k // pairs.COLUMNS * height + pairs.LINE_PX + 80
        x = k % pairs.COLUMNS * width + pairs.GAP_PX + 80
        at = {"left": sheet[y, x], "right": sheet[y, x + pairs.CROP_PX + pairs.GAP_PX]}
        assert at[str(row["real"])].tolist() == list(RED)
        assert str(row["real_scan"]).startswith("r")
        assert str(row["simulated_scan"]).startswith("s")
        assert row["pair"] == k + 1


def test_sides_are_drawn_and_palettes_take_turns() -> None:
    key = pairs.key(pairs.drawn({"white": shown(16), "grey": shown(16)}, 0))
    left = sum(row["real"] == "left" for row in key)
    assert 8 <= left <= 24
    assert sum(row["palette"] == "white" for row in key) == 16
    assert key == pairs.key(pairs.drawn({"white": shown(16), "grey": shown(16)}, 0))


def test_where_crops_run_out_the_sheet_is_shorter() -> None:
    few = pairs.drawn({"white": shown(3)}, 0)
    assert 3 <= len(few) <= 6
    assert pairs.sheet([]).shape[0] > 0
