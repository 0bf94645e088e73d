"""The high-energy pictures of a batch: in a folder of their own, under the same names."""

from pathlib import Path, PurePath

from xray.batch.listing import Item
from xray.errors import RecipeError


def check_apart(source: Path, high: Path) -> None:
    """Whether the high-energy pictures lie elsewhere than the low ones.

    Raises:
        RecipeError: they would be the same.
    """
    low = source if source.is_dir() else source.parent
    if low.resolve() == high.resolve():
        raise RecipeError(
            f"--high {high}: the folder of the scans themselves; expected another one, with the "
            "high-energy pictures under the same names"
        )


def check_below(source: Path, item: Item) -> None:
    """Whether the name of a scan, put below the folder of --high, stays below it.

    Raises:
        RecipeError: it is a whole path, or climbs.
    """
    name = PurePath(item.id)
    if name.anchor or ".." in name.parts:
        raise RecipeError(
            f"{source}: {item.id}: with --high expected paths from the list's own folder on, under "
            "which the high-energy pictures lie in the folder of --high; write them so"
        )


def of(item: Item, folder: str | None) -> Path | None:
    """Where the high-energy picture of a scan is expected; None where there are none."""
    return None if folder is None else Path(folder) / item.id
