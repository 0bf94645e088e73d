"""Every error that our code raises on purpose.

XrayError
├── ScanError      a file or array cannot be taken as a scan
├── ModelError     a weights file or its card cannot be used
├── DataError      a data set or a stored report is not laid out as expected
├── RecipeError    a setting has a wrong name or value
└── MissingExtra   a command needs packages that are not installed

A message says which thing, what was expected, what came, and what to do.
"""


def first_line(error: Exception) -> str:
    r"""What another library's error says, in one line of 200 letters at most, to be quoted.

    >>> first_line(ValueError("no such node\nstack: ...")), first_line(KeyError())
    ('no such node', 'KeyError')
    """
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__


class XrayError(Exception):
    """Root of the tree: catch this to catch everything that we raise on purpose."""


class ScanError(XrayError):
    """A file or an array cannot be taken as a scan."""


class ModelError(XrayError):
    """A weights file or its card cannot be used."""


class DataError(XrayError):
    """A data set or a stored report does not have the layout or the labels that were expected."""


class RecipeError(XrayError):
    """A setting has a wrong name or a wrong value."""


class MissingExtra(XrayError):
    """A command needs packages that are not installed.

    Args:
        command: which.
        extra: the extra that brings them.
        run: what to run, where no extra does.

    >>> print(MissingExtra("xray-app serve", "app"))
    xray-app serve needs packages that are not installed; run: pip install "xray-cargo[app]"
    """

    def __init__(self, command: str, extra: str | None = None, run: str | None = None) -> None:
        how = run or f'pip install "xray-cargo[{extra}]"'
        super().__init__(f"{command} needs packages that are not installed; run: {how}")
