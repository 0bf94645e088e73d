"""A model file comes into its folder so that whoever looks finds a whole one, and its hash.

The list of hashes names the old file and the new one before the one takes the other's place, and
the new one alone afterwards: killed between any two steps, what is there can be loaded. One process
at a time changes a folder.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xray.card import SUMS
from xray.errors import ModelError


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else changes the models of this folder meanwhile.

    The lock is on the folder itself, and the system gives it free when its process ends.

    Raises:
        ModelError: somebody does.
    """
    import fcntl  # there is none on Windows, where nothing of this module is needed to read models

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise ModelError(
            f"{folder}: another process changes its models; try again when it is done"
        ) from None
    finally:
        os.close(handle)


def put(source: Path, target: Path, terms: str) -> None:
    """A file, its terms and its hash in place of what is there.

    Args:
        source: a complete file, which stays where it is.
        terms: the text of its licence.
    """
    beside = target.with_suffix(".part")
    shutil.copyfile(source, beside)
    digest = hashlib.sha256(beside.read_bytes()).hexdigest()
    others, mine = _listed(target)
    _list(target, [*others, *mine, _line(digest, target)])
    beside.replace(target)
    _write(target.with_suffix(".LICENSE"), terms)
    _list(target, [*others, _line(digest, target)])


def into_place(source: Path, target: Path) -> None:
    """Copied beside and moved: whoever looks finds the one or the other, never a half."""
    beside = target.with_suffix(".part")
    shutil.copyfile(source, beside)
    beside.replace(target)


def note_sum(path: Path) -> None:
    """The file's line in the list of hashes; those of its neighbours stay what they were."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    _list(path, [*_listed(path)[0], _line(digest, path)])


def _listed(path: Path) -> tuple[list[str], list[str]]:
    """The lines of its neighbours, and its own."""
    sums = path.parent / SUMS
    lines = sums.read_text(encoding="utf-8").splitlines() if sums.is_file() else []
    own = [line for line in lines if _name(line)[1:] == path.name]
    return [line for line in lines if line not in own], own


def _list(path: Path, lines: list[str]) -> None:
    text = "\n".join(sorted(dict.fromkeys(lines), key=_name))
    _write(path.parent / SUMS, f"{text}\n")


def _line(digest: str, path: Path) -> str:
    return f"{digest}  {path.name}"


def _name(line: str) -> str:
    return line.split(" ", 1)[-1]


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f"{path.name}.part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
