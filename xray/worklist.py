"""Many files, one after the other: which they are, and getting through them past the bad ones."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from xray.decoders import overheard
from xray.detector import Detector
from xray.errors import ModelError, RecipeError, ScanError, XrayError
from xray.report import Report
from xray.scan import Scan


@dataclass(frozen=True, slots=True)
class Job:
    """A scan to inspect: its file, or two for two energies, and what reports call it."""

    path: Path
    high: Path | None
    id: str


class Done(NamedTuple):
    """A scan that was inspected."""

    job: Job
    scan: Scan
    report: Report


def jobs(paths: Sequence[Path], high: Path | None = None) -> list[Job]:
    """Every file named and every file in the folders named, in order; hidden ones left out.

    A scan is called by its file's name without the ending, within the folder that was named; by
    the whole name where that would call two scans the same.

    Args:
        paths: files and folders.
        high: the high-energy picture of the one file, or the folder where those of the one
            folder lie under the same names.

    Raises:
        ScanError: a folder holds no files.
        RecipeError: `high` came with several paths.
    """
    if high is not None and len(paths) != 1:
        raise RecipeError(f"--high goes with one file or one folder; {len(paths)} were named")
    found = [pair for path in paths for pair in _within(path)]
    short = [name.with_suffix("").as_posix() for _, name in found]
    times = Counter(short)
    return [
        Job(
            path,
            high / name if high is not None and high.is_dir() else high,
            stem if times[stem] == 1 else name.as_posix(),
        )
        for (path, name), stem in zip(found, short, strict=True)
    ]


def inspected(
    detector: Detector,
    work: Sequence[Job],
    read: Callable[[Job], Scan],
    min_score: float | None,
    bad: Callable[[XrayError], None],
) -> Iterator[Done]:
    """Reports in the order of the work; whatever cannot be read or inspected goes to `bad`."""
    waiting: deque[tuple[Job, Scan]] = deque()

    def scans() -> Iterator[Scan]:
        for job in work:
            try:
                scan = overheard(lambda job=job: read(job))  # type: ignore[misc]
                _check_served(scan, detector)
            except XrayError as error:
                bad(error)
                continue
            waiting.append((job, scan))
            yield scan

    reports: Iterable[Report]
    if len(work) == 1:  # every core on it, rather than one core on each of many
        reports = (detector.inspect(scan, min_score) for scan in scans())
    else:
        reports = detector.inspect_many(scans(), min_score)
    for report in reports:
        yield Done(*waiting.popleft(), report)


def _within(path: Path) -> list[tuple[Path, Path]]:
    """A file, or those in a folder, each with its name within what was named."""
    if not path.is_dir():
        return [(path, Path(path.name))]
    inside = ((p, p.relative_to(path)) for p in sorted(path.rglob("*")) if p.is_file())
    found = [pair for pair in inside if not any(part.startswith(".") for part in pair[1].parts)]
    if not found:
        raise ScanError(f"{path}: the folder holds no files")
    return found


def _check_served(scan: Scan, detector: Detector) -> None:
    card = detector.card
    if scan.encoding not in card.encodings:
        raise ModelError(
            f"scan {scan.id} is {scan.encoding}, but {card.name} was made for "
            f"{', '.join(sorted(card.encodings))}; take another model (xray models)"
        )
