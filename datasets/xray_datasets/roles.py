"""What a split is for, by its name: to learn from, to try on meanwhile, to score at the end."""

import re

LEARN, TRY, SCORE, BOTH = "train", "val", "test", "trainval"
ROLES = frozenset({LEARN, TRY, SCORE, BOTH})
SAID = {"valid": TRY, "validation": TRY, "training": LEARN, "testing": SCORE}


def purpose(name: str) -> str:
    """What a list is for, by the last word of its name; its whole name where that says nothing.

    >>> purpose("100/train"), purpose("gun_val"), purpose("night")
    ('train', 'val', 'night')
    """
    last = re.split(r"[/_-]", name)[-1].lower()
    last = SAID.get(last, last)
    return last if last in ROLES else name


def words(name: str) -> set[str]:
    """The words of a name without the numbers behind them; what splits are for in one spelling.

    >>> sorted(words("instances_train2017")), sorted(words("Valid-images"))
    (['instances', 'train'], ['images', 'val'])
    """
    found = (word.rstrip("0123456789") or word for word in re.split(r"[\W_]+", name.lower()))
    return {SAID.get(word, word) for word in found if word}
