"""What image decoders complain of, for a command that owns its process.

libjpeg goes on over damaged data and only writes to the process's standard error, where a user
sees it among the results and a program not at all. Here it is caught and put into the scan.
"""

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from xray.scan import Scan

# How libjpeg (jerror.h), libpng and OpenCV's readers begin; other lines are not theirs.
COMPLAINT = re.compile(r".*(JPEG|libpng|Adobe color transform|progression sequence|grfmt_).*")


def overheard(read: Callable[[], Scan]) -> Scan:
    """A scan, with what its decoder complained of among what was assumed."""
    complaints: list[str] = []
    with _listening(complaints):
        scan = read()
    if not complaints:
        return scan
    said = "; ".join(dict.fromkeys(complaints))[:300]
    doubt = f"the decoder complained, so parts of the picture may be spoiled: {said}"
    return replace(scan, meta={**scan.meta, "assumed": (*scan.assumed, doubt)})


@contextmanager
def _listening(complaints: list[str]) -> Iterator[None]:
    """Puts standard error aside, C libraries included; what is no complaint is said after all."""
    sys.stderr.flush()
    try:
        terminal = os.dup(2)
    except OSError:  # some services start without one
        yield
        return
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(terminal, 2)
            aside.seek(0)
            for line in aside.read().decode("utf-8", "replace").splitlines():
                if COMPLAINT.match(line):
                    complaints.append(line)
                else:
                    os.write(terminal, f"{line}\n".encode())
            os.close(terminal)
