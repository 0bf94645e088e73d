"""From a path or bytes to an opened picture: which file, which format, and what else it may be."""

from dataclasses import dataclass
from pathlib import Path

from xray.errors import ScanError
from xray.formats import dicom, jpeg, png, tiff
from xray.formats.picture import MAX_FILE_BYTES, Picture

Source = str | Path | bytes

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
        name, data = id or "scan", bytes(source)
    else:
        name, data = str(source), _bytes_of(Path(source))
    format, picture = _decoded(data, name)
    own_id = name if isinstance(source, bytes) else Path(name).stem
    return Opened(name, id or own_id, format, picture)


def _decoded(data: bytes, name: str) -> tuple[str, Picture]:
    if not data:
        raise ScanError(f"{name}: an empty file; copy it again from its source")
    if data[dicom.MAGIC_AT : dicom.MAGIC_AT + len(dicom.MAGIC)] == dicom.MAGIC:
        return "dicom", dicom.decode(data, name)
    if data.startswith(png.MAGIC):
        return "png", png.decode(data, name)
    if data.startswith(jpeg.MAGIC):
        return "jpeg", jpeg.decode(data, name)
    if data.startswith(tiff.MAGICS):
        return "tiff", tiff.decode(data, name)
    raise ScanError(
        f"{name}: expected a PNG, JPEG, TIFF or DICOM file, found {_what(data)}; "
        "export the scan as 16-bit PNG or TIFF"
    )


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
