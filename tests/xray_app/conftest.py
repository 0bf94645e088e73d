"""The desk in a process of its own, on a free port, and a browser to look at it with."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

from xray_app.uploads import Inbox

START_SECONDS = 300  # 5 s on an idle machine; a busy one must not fail a test


@pytest.fixture(scope="session")
def desk_url(standin: Path) -> Iterator[str]:
    """Address of a desk with the sample scans and the stand-in model; uploads up to 2 MB."""
    command = [sys.executable, "-m", "xray_app", "serve", "--demo", "--port", "0"]
    command += ["--model", str(standin), "--max-upload-mb", "2"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as desk:
        said: list[str] = []
        ready = threading.Event()
        threading.Thread(target=_listen, args=(desk, said, ready), daemon=True).start()
        ready.wait(START_SECONDS)
        found = re.search(r"http://\S+", "".join(said))
        if found is None:
            desk.kill()
            pytest.fail("the desk did not start:\n" + "".join(said))
        yield found.group()
        desk.terminate()
        desk.wait(20)


def _listen(desk: "subprocess.Popen[str]", said: list[str], ready: threading.Event) -> None:
    assert desk.stdout is not None
    for line in desk.stdout:
        said.append(line)
        if "http://" in line:
            ready.set()
    ready.set()  # it ended: whoever waits may look at what it said


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Debian's chromium for pytest-playwright, told to stay off the network."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        reason = "no chromium here; on Debian: apt-get install chromium"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    quiet = ["--disable-background-networking", "--no-first-run", "--disable-sync"]
    return {"executable_path": chromium, "args": ["--no-sandbox", "--disable-gpu", *quiet]}


@pytest.fixture
def write_scan(tmp_path: Path) -> Callable[..., Path]:
    """Writes a small grey picture of a box in air, at a chosen depth."""

    def write(name: str, dtype: type = np.uint8, bright: float = 0.5) -> Path:
        top = np.iinfo(dtype).max
        picture = np.full((120, 160), round(0.95 * top), dtype)
        picture[40:80, 40:120] = round(bright * top)
        path = tmp_path / name
        assert cv2.imwrite(str(path), picture)
        return path

    return write


@pytest.fixture
def send() -> Callable[..., str]:
    """Hands an inbox a file in chunks and says its key."""

    async def stream(chunks: tuple[bytes, ...]) -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    def send(inbox: Inbox, name: str, *chunks: bytes) -> str:
        async def receive() -> str:
            return await inbox.receive(name, stream(chunks))

        # In a thread: playwright's event loop may stand in this one.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, receive()).result()

    return send
