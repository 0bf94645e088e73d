"""Many files, one after the other: which they are, and getting through them past the bad ones."""

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from xray.decoders import overheard
from xray.detector import Detector
from xray.errors import RecipeError, ScanError, XrayError
from xray.formats.pairing import check_apart
from xray.report import Report
from xray.scan import Scan

Parts = tuple[str, ...]  # of a path


@dataclass(frozen=True, slots=True)
class Job:
    """A scan to inspect.

    Attributes:
        path: its file.
        high: that of the high energy, where there are two.
        id: what reports call it, and files that are made of it; no two jobs share one.
        name: the same with the file's ending.
        number: its place in the work, from 1.
    """

    path: Path
    high: Path | None
    id: str
    name: str
    number: int


class Done(NamedTuple):
    """A scan that was inspected."""

    job: Job
    scan: Scan
    report: Report


def jobs(paths: Sequence[Path], high: Path | None = None) -> list[Job]:
    """Every file named and every file in the folders named, in order; hidden ones left out.

    A scan is called by its file's name without the ending, within the folder that was named;
    where that would call two scans the same, by its whole name, and then with the folders above.
    What is named twice is done once.

    Args:
        paths: files and folders.
        high: the high-energy picture of the one file, or the folder where those of the one
            folder lie under the same names.

    Raises:
        ScanError: a folder holds no files, or `high` is what it was to be paired with.
        RecipeError: `high` came with several paths, or one of the two is a folder alone.
    """
    if high is not None and len(paths) != 1:
        raise RecipeError(f"--high goes with one file or one folder; {len(paths)} were named")
    if high is not None and high.is_dir() != paths[0].is_dir():
        folder, other = (high, paths[0]) if high.is_dir() else (paths[0], high)
        raise RecipeError(
            f"--high goes with a file as a file, with a folder as a folder; {folder} is a folder "
            f"and {other} is none"
        )
    if high is not None:
        check_apart(paths[0], high)
    found = {_parts(path): (path, name) for named in paths for path, name in _within(named)}
    names = _names({parts: len(name.parts) for parts, (_, name) in found.items()})
    return [
        Job(
            path,
            high / name if high is not None and high.is_dir() else high,
            *names[parts],
            number,
        )
        for number, (parts, (path, name)) in enumerate(found.items(), start=1)
    ]


def inspected(
    detector: Detector,
    work: Sequence[Job],
    read: Callable[..., Scan],
    min_score: float | None,
    bad: Callable[[XrayError], None],
) -> Iterator[Done]:
    """Reports in the order of the work; whatever cannot be read or inspected goes to `bad`.

    Args:
        detector: inspects.
        work: what.
        read: `formats.read`, with what the user said of all the files.
        min_score: as `Detector.inspect` takes it.
        bad: hears of each failure as it comes.
    """
    waiting: deque[tuple[Job, Scan]] = deque()

    def scans() -> Iterator[Scan]:
        for job in work:
            try:
                scan = overheard(partial(read, job.path, high=job.high, id=job.id))
                detector.card.must_serve(scan)
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


def _parts(path: Path) -> Parts:
    """The folders down to a file, and its name: the same for the same file."""
    return Path(os.path.abspath(path)).parts[1:]  # noqa: PTH100  links keep their names


def _names(depths: Mapping[Parts, int]) -> dict[Parts, tuple[str, str]]:
    """An id for each file, and the same with its ending; depths: parts below what was named."""
    names: dict[Parts, tuple[str, str]] = {}
    left = depths
    for more, ending in product(range(max(map(len, depths))), (False, True)):
        called = {}
        for parts, depth in left.items():
            whole = PurePosixPath(*parts[-depth - more :])
            called[parts] = (str(whole if ending else whole.with_suffix("")), str(whole))
        times = Counter(id for id, _ in (*names.values(), *called.values()))
        names |= {parts: pair for parts, pair in called.items() if times[pair[0]] == 1}
        left = {parts: depth for parts, depth in depths.items() if parts not in names}
        if not left:
            break
    return names
