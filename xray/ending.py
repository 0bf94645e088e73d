"""How each of our commands ends: with a status, and a sentence where it could not do its work."""

import sys
from collections.abc import Callable
from io import TextIOWrapper

from xray.errors import XrayError

UNWRITTEN, USAGE = 1, 2


def run(command: Callable[[], object], code: Callable[[XrayError], int] = lambda _: USAGE) -> None:
    """Run it; whatever we raise on purpose, and what files and disks refuse, is one line.

    Args:
        command: an application of typer.
        code: the status that each error of ours ends with.
    """
    if isinstance(sys.stdout, TextIOWrapper):  # odd letters in a name are no reason to stop
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        command()
    except XrayError as error:
        print(error, file=sys.stderr)
        sys.exit(code(error))
    except OSError as error:
        print(f"{error.filename or 'output'}: {error.strerror or error}", file=sys.stderr)
        sys.exit(UNWRITTEN)
