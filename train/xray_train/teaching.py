"""Which splits of a folder teach and which are held out, by the last word of their names.

SIXray's 10/train, EDS's domain1-train and COCO's instances_train2017 are all for training; where a
folder has several of them, all teach. What no name says, somebody has to say: a split that nobody
knows the purpose of may be the test.
"""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from xray.errors import RecipeError
from xray_datasets import layouts, lists, reviews, voc
from xray_datasets.asked import LISTED
from xray_datasets.sample import Sample
from xray_train import listed
from xray_train.homes import home
from xray_train.recipe import Recipe

ALL = "all"  # in place of splits' names: the whole folder teaches
# What stands behind the role of a test: COCO's test-dev, and how hard PIDray's are.
KINDS_OF_TEST = frozenset({"dev", "easy", "hard", "hidden"})
CHECKED = 1000  # scans of a folder that a run is checked on, at most: `evaluate` looks at all


def purpose(split: str) -> str:
    """What a split is for: train, trainval, val or test; else the last word of its name.

    >>> [purpose(name) for name in ("10/train", "domain1-train", "instances_val2017", "test-1")]
    ['train', 'train', 'val', 'test']
    >>> [purpose(name) for name in ("test-dev", "validation", "gun_trainval", "night")]
    ['test', 'val', 'trainval', 'night']
    >>> [purpose(name) for name in ("test-easy", "xray_test_hidden", "easy")]
    ['test', 'test', 'easy']
    """
    words = re.split(r"[/_-]", split.lower())
    while words[1:] and (words[-1].isdecimal() or words[-1] in KINDS_OF_TEST):
        words.pop()
    return lists.purpose(words[-1].rstrip("0123456789") or words[-1])


def is_held_out(split: str) -> bool:
    """Whether scans are held out by the name of their split.

    >>> [is_held_out(name) for name in ("val", "instances_val2017", "gun_test", "validation")]
    [True, True, True, True]
    >>> [is_held_out(name) for name in ("trainval", "train", "val_train", "night")]
    [False, False, False, False]
    """
    return purpose(split) in (lists.TRY, lists.SCORE)


def taught(root: Path, wanted: Collection[str] = ()) -> list[str]:
    """The splits of a folder that teach; [] where all of it does.

    Args:
        root: the folder, or a COCO file.
        wanted: splits that somebody named, of this folder or of others; ALL: all of it.

    Raises:
        RecipeError: there are splits, none of them is for training, and none was named.
    """
    there = _there(root)
    named = [split for name in wanted for split in _named(there, name)]
    if named:
        return list(dict.fromkeys(named))
    if ALL in wanted and layouts.name(root) != layouts.REVIEWS:
        return []
    for role in (lists.LEARN, lists.BOTH):
        if found := [split for split in there if purpose(split) == role]:
            return found
    if root.is_file() or (len(there) < 2 and not any(map(is_held_out, there))):
        return []
    raise RecipeError(
        f"{root}: no split is for training by its name; there are {', '.join(there)}. Name those "
        f"that teach: --split {there[0]}, which may be repeated, or --split {ALL} for all of them"
    )


def folders(recipe: Recipe) -> dict[Path, list[str]]:
    """Each folder of marked scans with its splits that teach; [] where all of it does.

    Raises:
        RecipeError: as `taught` says, or a split that the recipe names may teach nowhere.
    """
    found = {root: taught(root, recipe.splits) for root in map(Path, recipe.data)}
    for name in recipe.splits:
        if name != ALL and not any(_named(splits, name) for splits in found.values()):
            there = "; ".join(f"{root}: {', '.join(_there(root)) or 'none'}" for root in found)
            raise RecipeError(f"--split {name}: no such split that may teach; there are {there}")
    return found


def told(recipe: Recipe) -> dict[str, tuple[str, ...]]:
    """Name of a data set → its splits that teach, for the card; without those that have none."""
    found: dict[str, tuple[str, ...]] = {}
    for root, splits in folders(recipe).items():
        folder, part = home(root)
        mine = (part,) if part else tuple(splits or _there(root))
        found[folder.name] = tuple(dict.fromkeys((*found.get(folder.name, ()), *mine)))
    return {name: mine for name, mine in found.items() if mine}


def held_out(root: Path, teaching: Sequence[str]) -> list[str]:
    """The splits that examine: those for validation, else those for testing.

    Args:
        root: the folder, or a COCO file.
        teaching: the splits that teach; where all does, nothing is held out.
    """
    roles = [lists.TRY, lists.SCORE]
    if any(purpose(split) == lists.BOTH for split in teaching):
        roles.remove(lists.TRY)  # trainval holds it
    left = [split for split in layouts.splits(root) if split not in teaching] if teaching else []
    for role in roles:
        if found := [split for split in left if purpose(split) == role]:
            return found
    return []


def examined(root: Path, teaching: Sequence[str]) -> list[Sample]:
    """Held-out samples to check a run on, CHECKED at most, which lie evenly among all."""
    splits = held_out(root, teaching)
    if not splits:
        return []
    known = listed.names_taught(root, listed.as_listed(root, teaching))
    keys = [
        key
        for key in dict.fromkeys(map(listed.key, listed.as_listed(root, splits)))
        if key[1] not in known
    ]
    step = max(1.0, len(keys) / CHECKED)
    drawn = {keys[int(k * step)] for k in range(min(len(keys), CHECKED))}
    return list(listed.read(root, splits, drawn))  # names are small, a million samples are not


def shared(root: Path, teaching: Sequence[str], split: str | None) -> str:
    """Which of the scans of a split taught, in words; "" where none did.

    Args:
        root: the folder.
        teaching: the splits of it that taught, all of which a model's card names.
        split: the one that is scored, as `layouts.read` takes it; None: all.
    """
    there = layouts.splits(root)
    scored = (
        [one for name in split.split(voc.JOINT) for one in _meant(there, name)] if split else there
    )
    roles = {purpose(one) for one in teaching}
    both = [
        one for one in scored if one in teaching or (one not in there and purpose(one) in roles)
    ]
    if both:
        return f"from all of {', '.join(both)}"
    if layouts.name(root) not in LISTED:
        return ""
    known = {sample.id for sample in listed.read(root, [one for one in teaching if one in there])}
    count = sum(sample.id in known for sample in layouts.read(root, split))
    return f"from {count} that are in {', '.join(teaching)}, too" if count else ""


def _there(root: Path) -> list[str]:
    """The splits that may teach; of decided cases, what was held out never does."""
    return [lists.LEARN] if reviews.recognised(root) else layouts.splits(root)


def _meant(there: Collection[str], name: str) -> list[str]:
    """The splits that hold what is asked for; its own name where it is part of none of them.

    Readers take more than they list: OPIXray's test-1 is a part of test, and so is test/night of a
    folder whose pictures lie deeper.

    >>> [_meant(["train", "test"], name) for name in ("train", "test-1", "test/night", "val")]
    [['train'], ['test'], ['test'], ['val']]
    """
    whole = [split for split in there if name.startswith((f"{split}-", f"{split}/"))]
    return _named(there, name) or whole or [name]


def _named(there: Collection[str], name: str) -> list[str]:
    """Those of this name; COCO's may stand behind a "_"."""
    return [split for split in there if split == name or split.endswith(f"_{name}")]
