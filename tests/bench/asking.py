"""The peer in a process and an environment of its own: asked by lines, answered by lines."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

import xray

HERE = Path(__file__).parent
# ultralytics keeps its settings in its own folder, installs nothing and asks nobody
QUIET = {"YOLO_CONFIG_DIR": ".", "YOLO_AUTOINSTALL": "false", "YOLO_OFFLINE": "true"}


class Missing(Exception):
    """A peer that is not installed, or does not start; says where it wrote why."""


class Peer:
    """A process of peers.py that is ready.

    Attributes:
        boxes: how many came out of the last prediction.
    """

    def __init__(self, process: subprocess.Popen[str], said: Iterator[str], log: Path) -> None:
        self._process, self._said, self._log = process, said, log
        self.boxes = 0

    def __call__(self) -> float:
        """One prediction, in milliseconds as the peer itself takes them.

        Raises:
            RuntimeError: its process ended.
        """
        assert self._process.stdin is not None
        if self._process.poll() is None:
            self._process.stdin.write("go\n")
        said = next(self._said, "")
        if not said:
            raise RuntimeError(f"the peer ended while it was measured; see {self._log}")
        ms, boxes = said.split()
        self.boxes = int(boxes)
        return float(ms)


@contextmanager
def yolo(folder: Path, scan: xray.Scan, side: int, threads: int, most: int) -> Iterator[Peer]:
    """ultralytics' YOLO26n.

    Args:
        folder: where its environment lies, what it exports, and what it says.
        scan: the picture.
        side: both sides of its input, in pixels.
        threads: of one inference.
        most: boxes that it is to give, whatever their scores: by chance, they lie near 0.

    Raises:
        Missing: it is not installed, or does not start.
    """
    python, log = folder / "peers" / "bin" / "python", folder / f"yolo26n-{side}.log"
    if not (python.exists() and (folder / "peers.stamp").exists()):  # as the Makefile leaves them
        raise Missing("peer not installed")
    np.save(folder / "picture.npy", scan.pixels)
    asked = [str(value) for value in (side, threads, most, "picture.npy")]
    with (
        log.open("w", encoding="utf-8") as problems,
        subprocess.Popen(
            [python.absolute(), HERE.absolute() / "peers.py", *asked],
            cwd=folder,
            env={**os.environ, **QUIET},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=problems,
            text=True,
            bufsize=1,
        ) as process,
    ):
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        if not any(line == "ready\n" for line in lines):
            raise Missing(f"peer did not start, see {log}")
        yield Peer(process, lines, log)
