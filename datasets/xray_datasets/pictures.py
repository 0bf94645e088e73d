"""Pictures on disk: which there are, how large they are, and how to open one as a scan."""

import os
import struct
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import cv2
import numpy as np
import tifffile
from numpy.typing import NDArray

from xray.errors import DataError
from xray.formats import Polarity, read
from xray.scan import Encoding, Scan

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
TURNED = 5  # orientations from here on lie on their side (TIFF 6.0, Orientation)
WHITE = 65535  # the count of air in the 16-bit pictures that we write

# Start-of-frame markers: those that carry the size of a JPEG (ITU-T T.81, table B.1).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def opener(
    path: Path,
    high: Path | None = None,
    *,
    white: float | None = None,
    pixel_mm: float | None = None,
    view: str | None = None,
    encoding: str | None = None,
    scanner: str | None = None,
) -> Callable[[], Scan]:
    """What opens this picture, or this pair of low and high energy, as a scan.

    It can be sent to another process, and reads nothing before it is called. "pseudocolor" as
    the encoding says that grey is what a console shows, air bright, and no transmission.
    """
    dark = None if white is None else 0.0
    shown = encoding == Encoding.PSEUDOCOLOR
    polarity: Polarity | None = "air_bright" if shown else None
    how = {"white": white, "dark": dark, "encoding": encoding, "polarity": polarity}
    about = {"pixel_mm": pixel_mm, "view": view, "scanner": scanner}
    return partial(_open, path, high=high, **about, **how)


def _open(path: Path, *, high: Path | None, **how: Any) -> Scan:
    for file in (path, high):
        if file is not None and not file.is_file():
            raise DataError(f"{file}: no such file, though the data set names it")
    return read(path, high=high, **how)


def by_stem(folder: Path) -> dict[str, Path]:
    """The pictures in this folder and below, by their path without the ending."""
    found: dict[str, Path] = {}
    for path in sorted(walk(folder)):
        stem = path.relative_to(folder).with_suffix("").as_posix()
        if stem in found:
            raise DataError(
                f"{path}: {found[stem].name} has the same name; annotations cannot say which"
            )
        found[stem] = path
    return found


def inside(folder: Path, name: str, where: str) -> Path:
    """The path of a picture by the name that a data set gives it, which starts from a folder.

    A name alone must not open, or copy, whatever else is on the machine. Links in the folder are
    its owner's affair.

    Raises:
        DataError: the name leads out of the folder; `where` says what names it.
    """
    plain = Path(os.path.normpath(name))
    out = not plain.is_relative_to(folder.absolute()) if plain.anchor else ".." in plain.parts
    if out:
        raise DataError(
            f"{where}: {name} leads out of {folder}; names of pictures start from that folder and "
            "stay in it"
        )
    return folder / plain


def stem(name: str) -> str:
    """What a list calls a scan, without the ending of its picture where it has one.

    >>> stem("a/P1.2.jpg"), stem("P1.2")
    ('a/P1.2', 'P1.2')
    """
    path = Path(name)
    return path.with_suffix("").as_posix() if path.suffix.lower() in SUFFIXES else name


def size_hw(path: Path) -> tuple[int, int]:
    """Height and width in pixels, from the file's first bytes where that is enough.

    Raises:
        DataError: there is no such file.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file, though the data set names it")
    with path.open("rb") as file:
        start = file.read(26)
        if start[:8] == b"\x89PNG\r\n\x1a\n":
            width, height = struct.unpack(">II", start[16:24])
            return height, width
        if start[:2] == b"\xff\xd8":
            found = _jpeg_hw(file)
            if found is not None:
                return found
    if start[:4] in (b"II*\0", b"MM\0*"):
        with tifffile.TiffFile(path) as tiff:
            page = tiff.pages.first
            tag = page.tags.get("Orientation")
            size = (page.imagelength, page.imagewidth)
            return size[::-1] if tag is not None and tag.value >= TURNED else size
    scan = read(path)
    return scan.height, scan.width


def folder_of(name: str, root: Path, near: str = "") -> Path | None:
    """The folder at or below the root, two deep at most, that holds this picture.

    Where several do, the one whose name is in `near`: `train2017` for instances_train2017.json.
    """
    folders = [root, *sorted(root.glob("*/")), *sorted(root.glob("*/*/"))]
    there = [folder for folder in folders if (folder / name).is_file()]
    return next((f for f in there[::-1] if f.name in near), there[0] if there else None)


def write(scan: Scan, folder: Path, stem: str) -> dict[str, Any]:
    """The scan as PNG in this folder, and what COCO files say of it.

    Colour takes 8 bits, transmission 16 bits with air at WHITE; two energies go to the folders
    `low` and `high`. Colour that is all grey is told by its encoding: alone, grey would be taken
    for transmission.
    """
    if scan.encoding is Encoding.PSEUDOCOLOR:
        said: dict[str, Any] = {"file_name": f"{stem}.png", "encoding": str(scan.encoding)}
        if (scan.pixels == scan.pixels[..., :1]).all():
            said["white"] = 255
        planes: list[NDArray[Any]] = [cv2.cvtColor(scan.pixels, cv2.COLOR_RGB2BGR)]
    else:
        counts = np.rint(scan.pixels * np.float32(WHITE)).astype(np.uint16)
        planes = list(np.moveaxis(counts, 2, 0))
        said = {"file_name": f"{stem}.png", "white": WHITE}
        if scan.encoding is Encoding.DUAL:
            said |= {"file_name": f"low/{stem}.png", "high_file_name": f"high/{stem}.png"}
    names = [name for key, name in said.items() if key.endswith("file_name")]
    for name, plane in zip(names, planes, strict=True):
        _write(plane, folder / name)
    return said


def write_rgb(picture: NDArray[np.uint8], path: Path, jpeg: int = 95) -> None:  # (H, W, 3)
    """A picture for eyes; the ending of the name says in which format; jpeg: quality, to 100."""
    how = [cv2.IMWRITE_JPEG_QUALITY, jpeg] if path.suffix.lower() in (".jpg", ".jpeg") else []
    _write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), path, how)


def _write(plane: NDArray[Any], path: Path, how: Sequence[int] = ()) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        done = cv2.imwrite(str(path), plane, how)
    except cv2.error:
        done = False
    if not done:
        raise DataError(f"{path}: cannot be written; is it a folder, or is the ending unknown?")


def _jpeg_hw(file: BinaryIO) -> tuple[int, int] | None:
    """None where the picture may be turned (EXIF), or the markers make no sense."""
    file.seek(2)
    while len(head := file.read(4)) == 4 and head[0] == 0xFF:
        marker, length = head[1], struct.unpack(">H", head[2:])[0]
        if marker == 0xE1:
            return None
        if marker in _FRAMES:
            height, width = struct.unpack(">xHH", file.read(5))
            return height, width
        file.seek(length - 2, 1)
    return None


def walk(folder: Path) -> Iterator[Path]:
    """Every picture in this folder and below."""
    return (p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
