"""Container numbers by ISO 6346: owner, category, serial number, check digit. Whoever looks a
number up may write it with blanks and hyphens, or leave them out.
"""

import re
from typing import Any

from sqlalchemy import ColumnElement, func

from xray_app.cases.errors import Refused

_FORM = re.compile(r"[A-Z]{3}[UJZ][0-9]{7}")
# A is 10, and the multiples of 11 are left out: B is 12, L is 23, V is 34.
_VALUES = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True))


def container_number(given: str) -> str:
    """The number as it is kept: capitals, no spaces or hyphens.

    >>> container_number("csqu 305438-3")
    'CSQU3054383'

    Raises:
        Refused: it is not of the form, or the check digit does not fit.
    """
    number = packed(given)
    if not _FORM.fullmatch(number):
        raise Refused(
            f"container {given[:20]!r}: expected 3 letters, one of U, J, Z, and 7 digits (ISO 6346)"
        )
    digit = check_digit(number)
    if int(number[-1]) != digit:
        raise Refused(f"container {number}: the check digit must be {digit}, got {number[-1]}")
    return number


def packed(number: str) -> str:
    """A number of any kind in capitals, without blanks and hyphens.

    >>> packed("csqu 305438-3")
    'CSQU3054383'
    """
    return re.sub(r"[\s-]", "", number).upper()


def packed_in(column: ColumnElement[Any]) -> ColumnElement[str]:
    """The same of a column, within the database."""
    return func.replace(func.replace(func.upper(column), "-", ""), " ", "")


def check_digit(number: str) -> int:
    """The last digit that the ten places before it ask for.

    >>> check_digit("CSQU305438")
    3
    """
    values = [int(c) if c.isdigit() else _VALUES[c] for c in number[:10]]
    return sum(value * 2**place for place, value in enumerate(values)) % 11 % 10
