"""The other end of the processes that open scans for a command beside the service.

A file that takes too long or too much, or ends the process, costs its own answer: the next question
starts another process.
"""

import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from xray_app.inspectors.process import Process

BARE, AGAIN = "xray_app.inspectors.bare", "xray_app.inspectors.again"


class Opening:
    """One process that opens scans; begun on entering, ended on leaving.

    Args:
        module: what runs in it, BARE or AGAIN.
        seconds: until an answer; then the process is killed.
        memory_mb: address space of the process, in MiB.
        form: of what the process logs.
    """

    def __init__(self, module: str, seconds: float, memory_mb: int, form: str = "text") -> None:
        command = [sys.executable, "-m", module, str(memory_mb), form]
        self.process = Process(command, "opening a scan", lambda _: None)
        self._seconds = seconds

    def __enter__(self) -> "Opening":
        """Begin.

        Raises:
            BrokeOff: it does not start, so no scan is to blame.
        """
        self.process.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.close()

    def ask(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """What the process answers; whatever a file made of it, so it is to be looked at.

        Raises:
            BrokeOff: it took too long or too much, or died.
        """
        return self.process.ask(said, self._seconds)
