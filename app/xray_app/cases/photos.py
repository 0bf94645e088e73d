"""Photos that are taken at a search: JPEG or PNG, which every browser shows."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import BinaryIO

from xray_app.cases.contents import Contents, Staged
from xray_app.cases.errors import Refused

MAX_BYTES = 20 * 2**20
KINDS: Mapping[bytes, str] = MappingProxyType(  # how a file begins → its media type
    {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
)


def stage(contents: Contents, photo: BinaryIO) -> Staged:
    """Take a photo in.

    Raises:
        Refused: it is neither of KINDS, or larger than MAX_BYTES.
    """
    start = photo.read(max(map(len, KINDS)))
    photo.seek(0)
    if kind_of(start) is None:
        raise Refused("the photo must be a JPEG or a PNG")
    return contents.stage(photo, "the photo", MAX_BYTES)


def kind_of(content: bytes) -> str | None:
    r"""Its media type; None: it is no photo that is shown.

    >>> kind_of(b"\x89PNG\r\n\x1a\n"), kind_of(b"MZ")
    ('image/png', None)
    """
    return next((kind for start, kind in KINDS.items() if content.startswith(start)), None)
