"""Passwords that are guessed first: common words, keys in a row, repeats and the person's own name.

What counts is what is left of a password once all of that is taken out, and the digits before and
behind it. The lists are short on purpose: signing in locks after a few wrong passwords, so that
nobody comes to the end of a long one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

LEAST_LEFT = 8  # letters, digits and signs that no rule here explains
LEAST_IN_A_ROW = 4  # keys
LEAST_OF_A_NAME = 3  # letters: shorter ones stand in other words by chance
TRIED_FIRST = """
    password passwort passwd pass secret welcome letmein login admin administrator manager user
    guest default master root test demo changeme iloveyou monkey dragon sunshine princess football
    baseball superman batman shadow summer winter spring autumn monday friday january december
    xray cargo scan scanner screener screening inspection inspector customs officer airport border
    supervisor desk korea seoul incheon busan unipass 비밀번호 암호 관세청 세관 대한민국
"""
WORDS = tuple(TRIED_FIRST.split())
ROWS = (
    *("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop"),
    *("1qaz2wsx3edc4rfv5tgb6yhn7ujm", "qazwsxedcrfvtgbyhnujm", "!@#$%^&*()"),
    *("12345678901234567890", "abcdefghijklmnopqrstuvwxyz", "가나다라마바사아자차카타파하"),
)
# A year, a date or a number, with the sign or two behind it; other signs say nothing of their own.
DIGITS_AROUND = re.compile(r"^\d{2,}(?:[\W_]\d+)*|\d{2,}(?:[\W_]\d+)*[\W_]{0,2}$")
LIKE_LETTERS = str.maketrans("013457@$!", "oleastasi")  # p@ssw0rd
REPEAT = re.compile(r"(.+?)\1+", re.DOTALL)

WEAKNESS: Mapping[str, str] = MappingProxyType(
    {
        "words": "the password is little more than a common word; "
        "take four words that do not belong together",
        "rows": "the password is little more than keys in a row, such as 1234 or qwerty; "
        "take four words that do not belong together",
        "digits": "the password is little more than digits; "
        "take four words that do not belong together",
        "repeats": "the password repeats itself; take four words that do not belong together",
        "name": "the password is little more than the person's name; "
        "take four words that do not belong together",
    }
)


def weakness(name: str, password: str) -> str | None:
    """What makes a password easy to guess and what to do about it; None: nothing that we know.

    >>> weakness("kim", "p@ssword2024")
    'the password is little more than a common word; take four words that do not belong together'
    >>> weakness("kim", "correct horse battery")
    """
    text = password.casefold()
    known = {
        "name": _places_of(re.findall(rf"[^\W_]{{{LEAST_OF_A_NAME},}}", name.casefold()), text),
        "words": _places_of(WORDS, text) | _places_of(WORDS, text.translate(LIKE_LETTERS)),
        "rows": set(_rows(text)),
        "digits": {at for one in DIGITS_AROUND.finditer(text) for at in range(*one.span())},
        "repeats": set(_repeats(text)),
    }
    guessed = set[int]().union(*known.values())
    left = [at for at, letter in enumerate(text) if not letter.isspace() and at not in guessed]
    if len(left) >= LEAST_LEFT or not guessed:
        return None
    return WEAKNESS[max(known, key=lambda kind: len(known[kind]))]


def _places_of(words: Iterable[str], text: str) -> set[int]:
    """Where letters of these words stand."""
    found = (one.span() for word in words for one in re.finditer(re.escape(word), text))
    return {at for begin, end in found for at in range(begin, end)}


def _rows(text: str) -> Iterator[int]:
    """Where keys stand that follow each other, forwards or backwards."""
    for begin in range(len(text) - LEAST_IN_A_ROW + 1):
        piece = text[begin : begin + LEAST_IN_A_ROW]
        if any(piece in row or piece[::-1] in row for row in ROWS):
            yield from range(begin, begin + LEAST_IN_A_ROW)


def _repeats(text: str) -> Iterator[int]:
    """Where what has just been said is said again."""
    for one in REPEAT.finditer(text):
        yield from range(one.end(1), one.end())
