"""How commands end that could not do their work."""

import errno
from collections.abc import Callable

import pytest

from xray import ending
from xray.errors import DataError, ScanError

FULL = OSError(errno.ENOSPC, "No space left on device", "pool/0.npy")


def failing(error: Exception) -> Callable[[], object]:
    def fail() -> object:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (DataError("scans: no layout that is known"), 2, "scans: no layout that is known\n"),
        (FULL, 1, "pool/0.npy: No space left on device\n"),
        (OSError(errno.EIO, "Input/output error"), 1, "output: Input/output error\n"),
    ],
    ids=["ours", "a full disk", "an error of no file"],
)
def test_what_is_refused_is_one_line_and_a_status(
    error: Exception, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        ending.run(failing(error))
    assert (ended.value.code, capsys.readouterr().err) == (code, said)


def test_a_command_may_have_a_status_for_each_error() -> None:
    with pytest.raises(SystemExit) as ended:
        ending.run(failing(ScanError("cut.png: cut off")), lambda error: 3)
    assert ended.value.code == 3


def test_a_mistake_of_ours_is_not_hidden() -> None:
    with pytest.raises(KeyError):
        ending.run(failing(KeyError("labels")))
