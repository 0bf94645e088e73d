"""The peer in a process and an environment of its own: asked by lines, answered by lines."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

import xray

HERE = Path(__file__).parent
# ultralytics keeps its settings in its own folder, installs nothing and asks nobody
QUIET = {"YOLO_CONFIG_DIR": ".", "YOLO_AUTOINSTALL": "false", "YOLO_OFFLINE": "true"}


class Peer:
    """A process of peers.py that is ready.

    Attributes:
        boxes: how many came out of the last prediction.
    """

    def __init__(self, process: subprocess.Popen[str], said: Iterator[str]) -> None:
        self._process, self._said = process, said
        self.boxes = 0

    def __call__(self) -> float:
        """One prediction, in milliseconds as the peer itself takes them."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        ms, boxes = next(self._said).split()
        self.boxes = int(boxes)
        return float(ms)


@contextmanager
def yolo(
    folder: Path, scan: xray.Scan, side: int, threads: int, most: int
) -> Iterator[Peer | None]:
    """ultralytics' YOLO26n; None where it is not installed or does not start.

    Args:
        folder: where its environment lies, and what it exports.
        scan: the picture.
        side: longer side of its input, in pixels.
        threads: of one inference.
        most: boxes that it is to give, whatever their scores: by chance, they lie near 0.
    """
    python = folder / "peers" / "bin" / "python"
    if not python.exists():
        print("the peers are not installed (make bench does it); left out", file=sys.stderr)
        yield None
        return
    np.save(folder / "picture.npy", scan.pixels)
    with subprocess.Popen(
        [python.absolute(), HERE.absolute() / "peers.py"],
        cwd=folder,
        env={**os.environ, **QUIET},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        bufsize=1,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{side} {threads} {most} picture.npy\n")
        lines = iter(process.stdout.readline, "")
        if not any(line == "ready\n" for line in lines):
            print("ultralytics did not start; left out", file=sys.stderr)
            yield None
            return
        yield Peer(process, lines)
        process.stdin.close()
