"""What runs in a process that answers lines of JSON; `process` is the end of who asks.

It takes no more memory than it was given, and ends when who asks is gone, whatever it was doing.
"""

import json
import os
import queue
import resource
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any

from xray_app import logs

Answer = Callable[[dict[str, Any]], dict[str, Any]]


def run(answer: Answer, imported: str) -> None:
    """The whole of a process that needs nothing but its limits, until standard input ends.

    Its command line says the limit of memory in MiB and the form of the logs.

    Args:
        answer: what answers each line.
        imported: a module that is brought in before the first file's time begins.
    """
    memory_mb, form = sys.argv[1:3]

    def begin() -> tuple[dict[str, Any], Answer]:
        import_module(imported)
        return {}, answer

    serve(int(memory_mb), form, begin)


def serve(memory_mb: int, form: str, begin: Callable[[], tuple[dict[str, Any], Answer]]) -> None:
    """Answer lines until standard input ends; this process then ends too.

    Args:
        memory_mb: limit of the address space, in MiB.
        form: of what is logged.
        begin: what to say first, and what answers each line. Called under the limit.
    """
    logs.configure(form)
    if form == "json":
        logs.keep_libraries_out()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not garble the answers
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * 2**20,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a scan must not lie about in a core file
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests,), daemon=True).start()
    said, answer = begin()
    while True:
        answers.write(json.dumps(said).encode() + b"\n")
        answers.flush()
        said = answer(json.loads(requests.get()))


def _receive(requests: "queue.SimpleQueue[bytes]") -> None:
    for line in sys.stdin.buffer:
        requests.put(line)
    os._exit(0)
