"""The other end of the inspecting processes: lent to one caller at a time, killed when too slow."""

import json
import logging
import os
import queue
import selectors
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xray.errors import XrayError
from xray_app.cases.errors import Full

START_SECONDS = 300  # importing and loading a model, on a machine that is busy with other things
RETRY_AFTER_S = 5
WRITTEN = ("picture", "thumbnail", "planes")  # what an answer names as files

LOADING = "The model is not loaded yet."

log = logging.getLogger("xray_app.inspectors")


class BrokeOff(XrayError):
    """An inspection did not end: too slow, too large, or the process died."""


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
    """One process, started when first needed and again after it was killed."""

    def __init__(self, model: str | None, limits: Limits, calibration: str | None) -> None:
        self._command = [sys.executable, "-m", "xray_app.inspectors.child"]
        self._command += [model or "", str(limits.memory_mb), calibration or ""]
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._guard = threading.Lock()
        self._reading = threading.Lock()
        self._rest = b""
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
            asked["profiles"] = dict(profiles)
            process = self._started()
            try:
                assert process.stdin is not None
                process.stdin.write(json.dumps(asked).encode() + b"\n")
                process.stdin.flush()
            except OSError:
                self.kill()
                raise BrokeOff("the inspecting process is gone") from None
            answer = self._answer(process, self._limits.seconds)
            for name in WRITTEN:
                answer[name] = Path(answer[name]).read_bytes() if answer[name] else None
            return answer

    def close(self) -> None:
        """Kill the process for good."""
        with self._guard:
            self._closed = True
        self.kill()

    def kill(self) -> None:
        """Kill the process; the next question starts another."""
        with self._guard:
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            # A file that is closed under somebody who waits for it never wakes them: the end of
            # the process does, and then it is closed.
            with self._reading:
                for stream in (process.stdin, process.stdout):
                    if stream is not None:
                        with suppress(OSError):
                            stream.close()

    def start(self) -> None:
        """Start the process now, so that the first question need not wait for it."""
        self._started()

    def _started(self) -> "subprocess.Popen[bytes]":
        with self._guard:
            if self._closed:
                raise BrokeOff("the service is stopping")
            if self._process is not None:
                return self._process
            pipe = subprocess.PIPE
            process = subprocess.Popen(self._command, stdin=pipe, stdout=pipe)
            self._process, self._rest = process, b""
        said = self._answer(process, START_SECONDS)
        self.model, self.absence = said["model"], said["absence"]
        return process

    def _answer(self, process: "subprocess.Popen[bytes]", seconds: float) -> dict[str, Any]:
        assert process.stdout is not None
        deadline = time.monotonic() + seconds
        try:
            with self._reading, selectors.DefaultSelector() as ready:
                ready.register(process.stdout, selectors.EVENT_READ)
                while b"\n" not in self._rest:
                    if not ready.select(max(0.0, deadline - time.monotonic())):
                        raise BrokeOff(f"an inspection took over {seconds:.0f} s")
                    chunk = os.read(process.stdout.fileno(), 2**16)
                    if not chunk:
                        raise BrokeOff("the inspecting process died")
                    self._rest += chunk
            line, _, self._rest = self._rest.partition(b"\n")
            answer: dict[str, Any] = json.loads(line)
        except (BrokeOff, OSError, ValueError) as error:
            self.kill()
            log.warning("an inspection broke off: %s", error)
            raise error if isinstance(error, BrokeOff) else BrokeOff(str(error)) from None
        return answer


class Pool:
    """Some inspecting processes, each lent to one caller at a time.

    Args:
        size: how many.
        model: name or path of the weights; None: the usual.
        limits: what one inspection may take.
        calibration: the file by which a report says whether its scan may be cleared; None: none.
    """

    def __init__(
        self, size: int, model: str | None, limits: Limits, calibration: str | None = None
    ) -> None:
        self.all = tuple(Inspecting(model, limits, calibration) for _ in range(size))
        self._idle: queue.Queue[Inspecting] = queue.Queue()
        for one in self.all:
            self._idle.put(one)

    @property
    def absence(self) -> str:
        """Why nothing can be inspected; empty: it can."""
        return "" if any(one.model for one in self.all) else self.all[0].absence

    @contextmanager
    def lend(self, seconds: float | None = None) -> Iterator[Inspecting]:
        """A process for one caller.

        Args:
            seconds: how long to wait for one; None: as long as it takes.

        Raises:
            Full: none became free.
        """
        try:
            one = self._idle.get(timeout=seconds)
        except queue.Empty:
            raise Full("every inspecting process is busy", RETRY_AFTER_S) from None
        try:
            yield one
        finally:
            self._idle.put(one)

    def close(self) -> None:
        """Kill them all, whatever they are doing."""
        for one in self.all:
            one.close()
