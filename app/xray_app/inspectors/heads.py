"""The other end of the process that reads heads of DICOM files: one question at a time."""

import sys
import threading
from pathlib import Path
from types import TracebackType

from xray_app.cases.errors import Refused
from xray_app.inspectors.process import BrokeOff, Process

SECONDS = 10.0  # a head takes milliseconds
MEMORY_MB = 1024  # address space; pydicom brings numpy along
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # each takes address space
MOST_LETTERS = 64  # of the type LO


class Heads:
    """What files say of themselves, read in a process that can be killed; its end, on leaving.

    Args:
        form: of what the process logs.
    """

    def __init__(self, form: str = "text") -> None:
        command = [sys.executable, "-m", "xray_app.inspectors.head", str(MEMORY_MB), form]
        self.process = Process(command, "reading a header", lambda _: None, ONE_THREAD)
        self.seconds = SECONDS
        self._asking = threading.Lock()

    def __enter__(self) -> "Heads":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.close()

    def object_id(self, file: Path) -> str:
        """The ID of the object in a file: printable letters, or none.

        Raises:
            Refused: the header cannot be read.
        """
        try:
            with self._asking:
                said = self.process.ask({"file": str(file)}, self.seconds)
        except BrokeOff as error:
            raise Refused(f"the header cannot be read ({error})") from None
        if said["problem"]:
            raise Refused(f"the header cannot be read ({said['problem']})")
        # Whatever a file made of that process, what it says is no more than this.
        text = str(said["object_id"])
        return "".join(letter for letter in text if letter.isprintable())[:MOST_LETTERS].strip()
