"""What can go wrong with a case.

XrayError
└── CaseError          a case cannot do what was asked
    ├── NotFound       there is no such case
    ├── Conflict       it has changed since, or stands where this cannot be done
    ├── Refused        it can be done, but not by this person or in this way
    ├── KeyReused      the key of an earlier request came with another one
    └── Full           too much is waiting; come back later
"""

from xray.errors import XrayError


class CaseError(XrayError):
    """A case cannot do what was asked."""


class NotFound(CaseError):
    """There is no such case."""


class Conflict(CaseError):
    """The case has changed since it was read, or stands where this cannot be done."""


class Refused(CaseError):
    """Not by this person, or not in this way."""


class KeyReused(CaseError):
    """The key of an earlier request came with another one."""


class Full(CaseError):
    """Too much is waiting.

    Attributes:
        retry_after_s: seconds after which it is worth asking again.
    """

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
