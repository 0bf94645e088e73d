"""From a path or bytes to an opened picture: which file, which format, and what else it may be."""

from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from xray.errors import ScanError
from xray.formats import dicom, jpeg, png, tiff
from xray.formats.dicom_checks import MAGIC, MAGIC_AT
from xray.formats.picture import MAX_FILE_BYTES, Picture

Source = str | Path | bytes
Decode = Callable[[bytes, str], Picture]

# What is met in practice and is not read, by its first bytes.
NOT_READ = (
    (b"GIF8", "a GIF"),
    (b"BM", "a BMP picture"),
    (b"%PDF", "a PDF"),
    (b"\0\0\0\x0cjP", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\x93NUMPY", "a NumPy array (pass it to Scan.from_arrays)"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
)
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis")
HEAD_BYTES = 4096  # enough to tell text from pictures


@dataclass(frozen=True)
class Opened:
    """A picture with the names of where it came from: for errors, and for reports."""

    name: str
    id: str
    format: str
    picture: Picture


def opened(source: Source, id: str | None) -> Opened:
    """The picture in a file or in the bytes of one.

    Raises:
        ScanError: there is no such file, or it is none that is read.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        name, own_id, data = id or "scan", "scan", bytes(source)
    elif isinstance(source, (str, PathLike)):
        path = Path(source)
        name, own_id, data = str(path), path.stem, _bytes_of(path)
    else:
        raise ScanError(
            f"expected a path or the bytes of a file, got {type(source).__name__}; "
            "arrays go to Scan.from_arrays"
        )
    format, decode = _decoder(data, name)
    return Opened(name, id or own_id, format, _guarded(decode, data, name, format))


def check_kind(head: bytes, name: str) -> None:
    """Stop where no scan begins like this: to be asked before a file is kept or sent on.

    Args:
        head: the first HEAD_BYTES of the file, or all of a smaller one.
        name: what the error calls it.

    Raises:
        ScanError: it is of no kind that is read.
    """
    _decoder(head, name)


def _decoder(data: bytes, name: str) -> tuple[str, Decode]:
    if not data:
        raise ScanError(f"{name}: an empty file; copy it again from its source")
    if data[MAGIC_AT : MAGIC_AT + len(MAGIC)] == MAGIC:
        return "dicom", dicom.decode
    if data.startswith(png.MAGIC):
        return "png", png.decode
    if data.startswith(jpeg.MAGIC):
        return "jpeg", jpeg.decode
    if data.startswith(tiff.MAGICS):
        return "tiff", tiff.decode
    raise ScanError(
        f"{name}: expected a PNG, JPEG, TIFF or DICOM file, found {_what(data)}; "
        "export the scan as 16-bit PNG or TIFF"
    )


def _guarded(decode: Decode, data: bytes, name: str, format: str) -> Picture:
    """Whatever OpenCV, tifffile or pydicom raise on crafted bytes becomes a `ScanError`."""
    try:
        return decode(data, name)
    except (ScanError, MemoryError):
        raise
    except Exception as error:  # struct.error, KeyError, cv2.error, ...: no common base class
        said = str(error).strip().splitlines() or ["no reason given"]
        raise ScanError(
            f"{name}: the {format.upper()} file cannot be read "
            f"({type(error).__name__}: {said[0][:200]}); copy it again from its source, or export "
            "it anew"
        ) from error


def _what(data: bytes) -> str:
    for magic, what in NOT_READ:
        if data.startswith(magic):
            return what
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "a WebP picture"
    if data[4:8] == b"ftyp":
        return "a HEIC or AVIF picture" if data[8:12] in HEIF_BRANDS else "a video"
    text = data[:HEAD_BYTES].decode("utf-8", "ignore")  # "ignore": the cut may split a letter
    printable = sum(letter.isprintable() or letter.isspace() for letter in text)
    if printable >= 0.95 * min(len(data), HEAD_BYTES):
        return f"text ({text[:20].strip()!r}…)"
    return f"something else (it begins with {data[:8].hex(' ')})"


def _bytes_of(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise ScanError(f"{path}: a folder; expected a file; `xray inspect` takes folders")
        if not path.exists():
            raise ScanError(f"{path}: no such file")
        if not path.is_file():
            raise ScanError(f"{path}: a device or pipe; expected a file")
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise ScanError(
                f"{path}: {size} bytes; at most {MAX_FILE_BYTES} are read; cut the scan into parts"
            )
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        reason = getattr(error, "strerror", None) or error
        raise ScanError(f"{str(path)!r}: cannot be opened ({reason})") from None
