"""Shares of counted things, with how far chance may have moved them."""

import math

from xray_app.languages import percent as with_sign

Z_95 = 1.959964  # two-sided 95 % of the normal distribution


def interval(part: int, whole: int) -> tuple[float, float]:
    """Wilson's interval of a share at 95 %; 0 to 1 where nothing was counted.

    Method: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209.

    >>> [round(end, 3) for end in interval(9, 10)], [round(end, 3) for end in interval(0, 20)]
    ([0.596, 0.982], [0.0, 0.161])
    """
    if not whole:
        return 0.0, 1.0
    share, z2 = part / whole, Z_95**2
    middle = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = Z_95 * math.sqrt(share * (1 - share) / whole + z2 / (4 * whole**2)) / (1 + z2 / whole)
    return max(0.0, middle - half), min(1.0, middle + half)


def percent(part: int, whole: int) -> str:
    """A share as people read it.

    >>> percent(1, 3), percent(0, 0), percent(1, 1000)
    ('33 %', '–', '0.1 %')
    """
    if not whole:
        return "–"
    share = 100 * part / whole
    return with_sign(f"{share:.1f}" if 0 < share < 9.95 else f"{share:.0f}")
