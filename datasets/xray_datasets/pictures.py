"""Pictures on disk: which there are, and how to open one as a scan."""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.errors import DataError
from xray.formats import Polarity, read
from xray.scan import Encoding, Scan
from xray_datasets.texts import MAC

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
WHITE = 65535  # the count of air in the 16-bit pictures that we write


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


def by_stem(folder: Path, deep: bool = True) -> dict[str, Path]:
    """The pictures in this folder, and below if deep, by their path without the ending."""
    found: dict[str, Path] = {}
    for path in sorted(walk(folder) if deep else filter(is_picture, folder.iterdir())):
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


def walk(folder: Path) -> Iterator[Path]:
    """Every picture in this folder and below."""
    return filter(is_picture, folder.rglob("*"))


def is_picture(path: Path) -> bool:
    """Whether a file is one by its name; what a Mac leaves beside it is none."""
    ours = path.suffix.lower() in SUFFIXES and not path.name.startswith(MAC)
    return ours and path.is_file()
