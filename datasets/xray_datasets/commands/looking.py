"""The commands that look at data sets: list, check, stats, show."""

import random
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xray.errors import XrayError
from xray_datasets.asked import Asked, public_source
from xray_datasets.commands import options
from xray_datasets.commands.options import Own, Root, SourceName, Splits, Twins, Words, progress
from xray_datasets.findings import UNREADABLE, Findings
from xray_datasets.sample import Sample


def list_(
    source: Annotated[str | None, typer.Argument(help="One of them, with all about it.")] = None,
) -> None:
    """The layouts and the public data sets that are read."""
    from xray_datasets import listing

    if source is None:
        Console().print(listing.layouts(), listing.sources(), sep="\n")
    else:
        public_source(source)
        name = source.lower()
        print(listing.told(name))
        Console().print(listing.classes(name))


def check(
    root: Root,
    split: Splits = None,
    source: SourceName = None,
    words: Words = None,
    own: Own = False,
    open_scans: Annotated[bool, typer.Option("--open/--no-open", help="Open every scan.")] = True,
    twins: Twins = True,
) -> None:
    """Whether a data set can be learned from; ends with 1 where something is wrong.

    Also seeks the same bag in several splits, by its features: what was learned by heart would
    look like skill.
    """
    from xray_datasets import checks

    asked = Asked(root, split, source, words, own)
    asked.check_classes()
    found = Findings()
    samples = asked.checked(found)
    seen = progress(samples, "checking")
    checks.check(seen, open_scans=open_scans, find_twins=twins, findings=found)
    print(f"{root}: {asked.name()}, {found.scans} scans, {found.boxes} boxes")
    for note in found.notes:
        print(f"  note: {note}")
    for problem in found.problems:
        print(f"  {problem}")
    if not found.scans:
        print(f"  {options.NOTHING}")
    unseen = _unseen(open_scans, twins)
    if unseen:
        print(f"  not looked at: {unseen}")
    if found.problems or not found.scans:
        raise typer.Exit(1)
    print(f"  nothing wrong found{' in what was looked at' if unseen else ''}")


def _unseen(open_scans: bool, twins: bool) -> str:
    """What was not looked at, so that nobody takes an answer for more than it says."""
    if not open_scans:
        return (
            "the pictures, for --no-open: which of them are damaged or of another size than "
            "annotated, and which picture or bag is in two splits"
        )
    return "" if twins else "which bag is in two splits, for --no-twins"


def stats(
    root: Root,
    split: Splits = None,
    source: SourceName = None,
    words: Words = None,
    own: Own = False,
) -> None:
    """How many scans, groups and boxes there are, and how large; then what could not be counted."""
    from xray_datasets import stats as counting

    left_out = Findings()
    by_split = options.by_split(Asked(root, split, source, words, own), left_out)
    for name, samples in by_split.items():
        found = counting.count(samples)
        title = f"{name}: {found.scans} scans in {len(found.groups)} groups, "
        title += f"{found.empty} with nothing marked"
        table = Table("label", title=escape(title), title_justify="left")
        for column in ("boxes", "scans", "groups", "ignored", "side px (10-50-90 %)"):
            table.add_column(column, justify="right")
        for label, one in sorted(found.labels.items()):
            sides = "-".join(f"{side:.0f}" for side in one.sides or ())
            numbers = (one.boxes, one.scans, len(one.groups), one.ignored)
            table.add_row(escape(label), *map(str, numbers), sides)
        Console().print(table)
    options.tell(left_out)


def show(
    root: Root,
    out: Annotated[Path, typer.Option(help="Picture to write.")],
    split: Splits = None,
    source: SourceName = None,
    words: Words = None,
    own: Own = False,
    label: Annotated[str | None, typer.Option(help="Only scans with this label.")] = None,
    count: Annotated[int, typer.Option(min=1, help="How many scans.")] = 20,
    columns: Annotated[int, typer.Option(min=1, help="How many side by side.")] = 5,
    seed: Annotated[int, typer.Option(help="Which ones are drawn.")] = 0,
) -> None:
    """A contact sheet of scans with their boxes."""
    from xray_datasets import pictures
    from xray_datasets.sheet import contact_sheet

    left_out = Findings()
    by_split = options.by_split(Asked(root, split, source, words, own), left_out)
    samples = [
        sample
        for mine in by_split.values()
        for sample in mine
        if label is None or any(a.label == label for a in sample.annotations)
    ]
    chosen = sorted(random.Random(seed).sample(range(len(samples)), min(count, len(samples))))
    shown = [samples[i] for i in chosen if _opens(samples[i], left_out)]
    pictures.write_rgb(contact_sheet(shown, columns=columns), out)
    options.tell(left_out)
    print(out)


def _opens(sample: Sample, findings: Findings) -> bool:
    """Whether a scan can be shown; what cannot is noted."""
    try:
        sample.open()
    except (XrayError, OSError) as error:
        findings.add(UNREADABLE, f"{sample.id}: {error}")
        return False
    return True
