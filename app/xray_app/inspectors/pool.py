"""The other end of the inspecting processes: lent to one caller at a time, killed when too slow."""

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from xray_app import logs
from xray_app.cases.errors import Full
from xray_app.cases.line import Line
from xray_app.inspectors.process import BrokeOff, Process

RETRY_AFTER_S = 5
MOST_WRITTEN_BYTES = 2**30  # of a picture or planes, which take up to a few hundred MB
WRITTEN = ("picture", "thumbnail", "planes")  # what an answer names as files

NOT_KEPT: Mapping[str, str] = MappingProxyType({})
LOADING = "The model is not loaded yet."

CASES, CALLERS = 0, 1  # lanes of the line for a process


@dataclass(frozen=True)
class Limits:
    """What one inspection may take.

    Attributes:
        seconds: until the process is killed.
        memory_mb: address space of the process, in MiB.
    """

    seconds: float = 120.0
    memory_mb: int = 12_288  # a container scan of 100 megapixels in two energies takes about 5 GiB


class Inspecting:
    """One process that inspects."""

    def __init__(
        self,
        model: str | None,
        limits: Limits,
        calibration: str | None,
        form: str = "text",
        kept: Mapping[str, str] = NOT_KEPT,
    ) -> None:
        command = [sys.executable, "-m", "xray_app.inspectors.child"]
        command += [model or "", str(limits.memory_mb), calibration or "", form]
        command += [json.dumps(dict(kept))]
        self.process = Process(command, "an inspection", self._ready)
        self.limits = limits
        self.model: str | None = None
        self.absence = LOADING  # why there is no model

    def ask(
        self, files: list[str], names: list[str], said: dict[str, Any], profiles: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Have files inspected; `child` says what comes back, with WRITTEN as bytes.

        Args:
            files: one, or the low- and the high-energy one.
            names: what people call them.
            said: what the sender says of the scan.
            profiles: by the hash of the model file that they are for: which one the process has
                loaded, it knows itself. For another it goes by the model's card.

        Raises:
            BrokeOff: it took too long or too much; the next question starts a new process.
        """
        with tempfile.TemporaryDirectory(prefix="xray-inspect-") as folder:
            asked = {"files": files, "names": names, "said": said, "folder": folder}
            asked |= {"profiles": dict(profiles), "about": dict(logs.about())}
            answer = self.process.ask(asked, self.limits.seconds)
            for name in WRITTEN:
                answer[name] = _read(Path(folder), answer[name])
            return answer

    def start(self) -> None:
        """Start the process now, so that the first question need not wait for it."""
        self.process.start()

    def close(self) -> None:
        """Kill the process for good."""
        self.process.close()

    def _ready(self, said: dict[str, Any]) -> None:
        self.model, self.absence = said["model"], said["absence"]


def _read(folder: Path, said: str | None) -> bytes | None:
    """A file that the process wrote into the folder that it was given, and no other."""
    if not said:
        return None
    file = folder / Path(said).name
    if file.is_symlink() or not file.is_file() or file.stat().st_size > MOST_WRITTEN_BYTES:
        raise BrokeOff("the inspecting process wrote something else than it says")
    return file.read_bytes()


class Pool:
    """Some inspecting processes, each lent to one caller at a time.

    Args:
        size: how many.
        model: name or path of the weights; None: the usual.
        limits: what one inspection may take.
        calibration: the file by which a report says whether its scan may be cleared; None: none.
        form: of what the processes log.
        kept: of these files, path → hash: each process compares them before it loads them.
    """

    def __init__(
        self,
        size: int,
        model: str | None,
        limits: Limits,
        calibration: str | None = None,
        form: str = "text",
        kept: Mapping[str, str] = NOT_KEPT,
    ) -> None:
        loads = (model, limits, calibration, form, kept)
        self.all = tuple(Inspecting(*loads) for _ in range(size))
        self.line = Line(self.all, lanes=2)

    @property
    def absence(self) -> str:
        """Why nothing can be inspected; empty: it can."""
        return "" if any(one.model for one in self.all) else self.all[0].absence

    @property
    def alive(self) -> int:
        """How many processes there are at this moment."""
        return sum(one.process.alive for one in self.all)

    @property
    def restarts(self) -> int:
        """How often a process took the place of one that ended or was killed."""
        return sum(max(0, one.process.starts - 1) for one in self.all)

    @contextmanager
    def lend(self, seconds: float | None = None) -> Iterator[Inspecting]:
        """A process for one caller, whoever waits longest first; every second one goes to a case
        while cases and callers both wait, however many callers there are.

        Args:
            seconds: how long a caller waits for one; None: for a case, as long as it takes.

        Raises:
            Full: none became free.
        """
        try:
            one = self.line.take(seconds, CASES if seconds is None else CALLERS)
        except TimeoutError:
            raise Full("every inspecting process is busy", RETRY_AFTER_S) from None
        try:
            yield one
        finally:
            self.line.give(one)

    def close(self) -> None:
        """Kill them all, whatever they are doing."""
        for one in self.all:
            one.close()
