"""A process that answers lines of JSON, from the end of who asks; `serving` is the other one.

One line in, one line out; the first line out says that it is ready. Who asks kills it when it is
too slow, and the next question starts another.
"""

import json
import logging
import os
import selectors
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from xray.errors import XrayError

OURS = "XRAY_"
MOST_BYTES = 2**25  # of an answer: a report of 10,000 findings takes 2 MB
START_SECONDS = 300  # importing and loading a model, on a machine that is busy with other things

log = logging.getLogger("xray_app.inspectors")
Said = dict[str, Any]


class BrokeOff(XrayError):
    """A question was not answered: too slow, too large, or the process died."""


class Process:
    """One process, started when first needed and again after it was killed. Safe between threads
    that start and end it; of those that ask, one at a time.

    Args:
        command: what runs; its own end is `serving.serve`.
        what: what it is asked for, as an error calls it.
        ready: is told the first line of each process.
        environment: variables beside those of this process, which leaves out its settings.
    """

    def __init__(
        self,
        command: list[str],
        what: str,
        ready: Callable[[Said], None],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.command = command
        self._what, self._ready = what, ready
        self._environment = environment or {}
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self.starts = 0  # how many processes there have been
        self._guard = threading.Lock()
        self.reading = threading.Lock()  # held by whoever waits for an answer
        self._rest = b""

    @property
    def running(self) -> "subprocess.Popen[bytes] | None":
        """The process, where there is one."""
        return self._process

    @property
    def alive(self) -> bool:
        """Whether there is a process, and it has not ended."""
        process = self._process
        return process is not None and process.poll() is None

    def ask(self, said: Mapping[str, Any], seconds: float) -> Said:
        """The answer to one line.

        Raises:
            BrokeOff: it took too long or too much; the next question starts a new process.
        """
        process = self.start()
        try:
            assert process.stdin is not None
            process.stdin.write(json.dumps(said).encode() + b"\n")
            process.stdin.flush()
        except OSError:
            self.kill()
            raise BrokeOff("the inspecting process is gone") from None
        return self._answer(process, seconds)

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the process now, so that the first question need not wait for it.

        Raises:
            BrokeOff: it does not start, or was closed for good.
        """
        with self._guard:
            if self._closed:
                raise BrokeOff("the service is stopping")
            if self._process is not None:
                return self._process
            pipe = subprocess.PIPE
            process = subprocess.Popen(self.command, stdin=pipe, stdout=pipe, env=self._given())
            self._process, self._rest = process, b""
            self.starts += 1
        self._ready(self._answer(process, START_SECONDS))
        return process

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
            with self.reading:
                for stream in (process.stdin, process.stdout):
                    if stream is not None:
                        with suppress(OSError):
                            stream.close()

    def _given(self) -> dict[str, str]:
        """The environment without our settings: what reads strangers' files knows no password."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return kept | dict(self._environment)

    def _answer(self, process: "subprocess.Popen[bytes]", seconds: float) -> Said:
        assert process.stdout is not None
        deadline = time.monotonic() + seconds
        try:
            with self.reading, selectors.DefaultSelector() as ready:
                ready.register(process.stdout, selectors.EVENT_READ)
                said = bytearray(self._rest)
                while b"\n" not in said:
                    if not ready.select(max(0.0, deadline - time.monotonic())):
                        raise BrokeOff(f"{self._what} took over {seconds:.0f} s")
                    chunk = os.read(process.stdout.fileno(), 2**16)
                    if not chunk:
                        raise BrokeOff("the inspecting process died")
                    said += chunk
                    if len(said) > MOST_BYTES:
                        raise BrokeOff(f"{self._what} said more than {MOST_BYTES / 2**20:.0f} MB")
            line, _, rest = said.partition(b"\n")
            self._rest = bytes(rest)
            answer = json.loads(line)
            if not isinstance(answer, dict):
                raise BrokeOff(f"{self._what} said what is no answer")
        except (BrokeOff, OSError, ValueError, RecursionError) as error:
            self.kill()
            why = str(error) if isinstance(error, BrokeOff) else type(error).__name__
            log.warning(f"an inspection broke off: {why}")  # our own words, no one else's
            raise error if isinstance(error, BrokeOff) else BrokeOff(str(error)) from None
        return answer
