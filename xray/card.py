"""What a model is: read from the ONNX file itself, so that the two can never be parted.

The card is one JSON object under the key `xray.card` in the file's metadata. The hash of the
file cannot stand in the file: `SHA256SUMS` beside the shipped weights holds it, and it is
compared before a byte is given to onnxruntime.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from xray import enclosed, measured
from xray.errors import ModelError, first_line
from xray.familiarity import Familiar
from xray.profile import Profile
from xray.scan import Encoding, Scan
from xray.tensors import Ranges

METADATA_KEY = "xray.card"
SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Card:
    """What a model is, what it may be used for, and how good it was measured to be.

    Attributes:
        name, version: as in `parcel@0.1.0`.
        labels: in the order of the network's scores.
        encodings: the kinds of scan that it was made for.
        ranges: what the planes cover (`xray.tensors`).
        side_px: longer side of the network's input for a scan of 4:3; other shapes get as many
            pixels. For tiles, their side.
        presets: name → side_px of a faster look at the same scan; the scores say what it costs.
        overlap_px: of neighbouring tiles; None: the scan is seen whole.
        profile: the default rules, thresholds included.
        calibration: label → (slope, offset) on the log-odds of a box's raw score.
        presence: label → the same for a whole scan, on the log-odds of its strongest raw score.
        prevalence: label → share of the fitted scans that hold it, which all probabilities assume.
        reliability: name of a set → label → how far the probabilities hold there, bin by bin.
        robustness: mAP50 on damaged scans, and what each damage costs.
        familiar: encoding → what scans look like that it was made for (`xray.familiarity`).
        operating: label → points of (threshold, Pd, Pfa), on the calibration split.
        data: a source each: name, terms, scans.
        terms: what the weights may be used for, in a sentence.
        scores: measured figures, each with the scans and groups behind it.
        training: recipe, seed, device, hours.
        limits: what it was not made for, a sentence each.
        sha256: of the file; empty until read from one.
    """

    name: str
    version: str
    labels: tuple[str, ...]
    encodings: frozenset[Encoding] = frozenset(Encoding)
    ranges: Ranges = field(default_factory=Ranges)
    side_px: int = 416
    presets: Mapping[str, int] = field(default_factory=dict)
    overlap_px: int | None = None
    profile: Profile = field(default_factory=Profile)
    calibration: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    presence: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    prevalence: Mapping[str, float] = field(default_factory=dict)
    reliability: Mapping[str, Any] = field(default_factory=dict)
    robustness: Mapping[str, Any] = field(default_factory=dict)
    familiar: Mapping[Encoding, Familiar] = field(default_factory=dict)
    operating: Mapping[str, Any] = field(default_factory=dict)
    data: tuple[Mapping[str, Any], ...] = ()
    terms: str = "unknown"
    scores: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    limits: tuple[str, ...] = ()
    sha256: str = ""

    def __post_init__(self) -> None:
        if not self.labels:
            raise ModelError(f"card of {self.name}: names no labels")
        for side_px in (self.side_px, *self.presets.values()):
            if side_px < 32 or side_px % 32:
                raise ModelError(
                    f"card of {self.name}: side_px must be a multiple of 32, got {side_px}"
                )

        if self.overlap_px is not None and not 0 <= self.overlap_px < self.side_px:
            raise ModelError(
                f"card of {self.name}: overlap_px must lie from 0 to under side_px "
                f"({self.side_px}), got {self.overlap_px}"
            )

    def must_serve(self, scan: Scan) -> None:
        """Whether the model was made for scans like this.

        Raises:
            ModelError: it was made for other encodings.
        """
        if scan.encoding not in self.encodings:
            raise ModelError(
                f"scan {scan.id} is {scan.encoding}, but {self.name} was made for "
                f"{', '.join(sorted(self.encodings))}; take another model (xray models)"
            )

    def score_lines(self) -> tuple[str, ...]:
        """What was measured, a sentence for each set of scans."""
        refused = {encoding.value: one.refused for encoding, one in self.familiar.items()}
        return measured.lines(self.scores, self.reliability, self.training, refused)

    def to_json(self) -> str:
        """The text that stands in the ONNX file, without the hash of the file."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "sha256"}
        values["encodings"] = sorted(self.encodings)
        values["ranges"] = self.ranges.to_dict()
        values["profile"] = self.profile.to_dict()
        values["familiar"] = {kind: one.to_dict() for kind, one in self.familiar.items()}
        return json.dumps(values, sort_keys=True, ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> "Card":
        """The card that `to_json` wrote.

        Raises:
            ModelError: the text is no card, or one of a later kind.
        """
        try:
            values: dict[str, Any] = json.loads(text)
            values["labels"] = _texts(values["labels"])
            values["encodings"] = frozenset(Encoding(e) for e in values["encodings"])
            values["ranges"] = Ranges.from_dict(values["ranges"])
            values["profile"] = Profile.from_dict(values["profile"])
            for name in ("calibration", "presence"):
                values[name] = {k: (v[0], v[1]) for k, v in values.get(name, {}).items()}
            values["familiar"] = {
                Encoding(kind): Familiar.from_dict(one)
                for kind, one in values.get("familiar", {}).items()
            }
            values["data"] = tuple(values["data"])
            values["limits"] = tuple(values["limits"])
            return Card(**values)
        except (
            *(ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError),
        ) as error:
            raise ModelError(
                f"the card in the model file cannot be read ({type(error).__name__}: {error}); "
                "export the model again with this version's xray-train export"
            ) from None


def verified_bytes(path: Path, sha256: str | None = None) -> tuple[bytes, str]:
    """The file's bytes and their hash, compared with what is expected of it.

    Args:
        path: an ONNX file.
        sha256: the expected hash. None: the line of this file in `SHA256SUMS` beside it, where
            there is such a file; without one, nothing is compared. A file that is about to take
            another's place has two lines, and either is right.

    Raises:
        ModelError: the file is missing, or another one than expected.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror or error})") from None
    found = hashlib.sha256(content).hexdigest()
    expected = _expected(path) if sha256 is None else [sha256]
    if expected and found not in map(str.lower, expected):
        raise ModelError(
            f"{path}: expected sha256 {expected[0][:12]}…, got {found[:12]}…; the file is damaged "
            "or was replaced: take it from its source again"
        )
    return content, found


def read(path: str | Path) -> Card:
    """The card of a model file.

    Raises:
        ModelError: the file is missing, damaged, keeps weights in another one, or holds no card.
    """
    import onnxruntime

    content, sha256 = verified_bytes(Path(path))
    enclosed.check(content, str(path))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(content, options, ["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no base class but Exception
        raise ModelError(f"{path}: onnxruntime cannot load it ({first_line(error)})") from None
    text = session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
    return of_text(text, str(path), sha256)


def of_text(text: str | None, where: str, sha256: str) -> Card:
    """The card in the metadata of a model file, None where there is none."""
    if text is None:
        raise ModelError(
            f"{where}: holds no card (metadata key {METADATA_KEY}); "
            "models are made by xray-train export"
        )
    return replace(Card.from_json(text), sha256=sha256)


def _texts(values: Any) -> tuple[str, ...]:
    # A word alone would be taken apart into its letters.
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError(f"labels must be a list of texts, got {values!r}")
    return tuple(values)


def _expected(path: Path) -> list[str]:
    sums = path.parent / SUMS
    if not sums.is_file():
        return []
    lines = (line.partition(" ") for line in sums.read_text(encoding="utf-8").splitlines())
    # a space stands before the name, or * where it was hashed as binary
    found = [digest for digest, _, name in lines if name[1:] == path.name]
    if found:
        return found
    raise ModelError(
        f"{path}: {SUMS} beside it does not name it; add its line with sha256sum, or take the "
        "file from its source again"
    )
