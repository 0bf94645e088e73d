"""Passwords that anybody would try first are known, and long ones of unlike words pass."""

import random
import string

import pytest

from xray_app.access.errors import AccessError
from xray_app.access.guessing import WEAKNESS, weakness
from xray_app.access.passwords import check_strength
from xray_app.languages import languages


@pytest.mark.parametrize(
    ("password", "kind"),
    [
        ("password1234", "words"),
        ("P@ssw0rd2024!", "words"),
        ("xray-cargo-2026", "words"),
        ("welcome2customs", "words"),
        ("비밀번호-관세청-1234", "words"),
        ("123456789012", "rows"),
        ("qwertyuiop12", "rows"),
        ("LKJHGFDSA-4321", "rows"),
        ("1qaz2wsx3edc", "rows"),
        ("918273645546", "digits"),
        ("010-4821-7763", "digits"),
        ("010-4821-7763-1988!!", "digits"),
        ("customs20261231", "digits"),
        ("tulip!tulip!tulip!", "repeats"),
        ("Kim.Minsu-Kim.Minsu", "name"),
        ("minsu-kim-1988", "name"),
    ],
)
def test_what_is_guessed_first_is_refused_and_named(password: str, kind: str) -> None:
    assert weakness("Kim Minsu", password) == WEAKNESS[kind]
    with pytest.raises(AccessError, match="take four words"):
        check_strength("Kim Minsu", password)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "aq7Fw2Lp0zXr",
        "wI0c,FGt^2!!",
        "summer horse battery 1",
        "kimono-under-glass",
        "7391 turtles on a roof",
        "느린 거북이 지붕 위에서",
    ],
)
def test_what_nobody_tries_first_passes(password: str) -> None:
    check_strength("Kim Minsu", password)


def test_what_was_drawn_from_all_keys_at_random_passes() -> None:
    keys = string.ascii_letters + string.digits + string.punctuation
    drawn = random.Random(1)
    for password in ("".join(drawn.choices(keys, k=12)) for _ in range(300)):
        assert weakness("Kim Minsu", password) is None, password


def test_each_weakness_is_said_in_every_language() -> None:
    for code in languages().keys() - {"en"}:
        for sentence in WEAKNESS.values():
            assert languages()[code].told(sentence) != sentence
