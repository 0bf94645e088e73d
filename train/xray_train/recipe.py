"""All settings of a training run, in one place, with units and reasons.

A TOML file holds only what differs from the defaults below.
"""

import difflib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from xray.errors import RecipeError
from xray.scan import Encoding
from xray.tensors import RANGES
from xray_train.published import SIZES

PARCEL = (
    *("gun", "knife", "wrench", "scissors", "pliers", "hammer", "screwdriver"),
    *("razor_blade", "shuriken", "bullet", "battery", "liquid", "lighter", "electronics"),
)

NETWORKS = ("plain", "ssdlite", "lite", *SIZES)
GRIDS = ("plain", "lite")  # answer at the same places, so that one can teach another


@dataclass(frozen=True)
class Recipe:
    """One training run. Shares are relative: they need not add up to one."""

    # what it learns
    name: str = "parcel"  # of the model, as its card and file will say
    labels: tuple[str, ...] = PARCEL  # in the order of the score outputs
    # ours; "lite" starts from features of photographs, with the extra `lite`; "ssdlite" is
    # torchvision's, as a baseline; "dfine-n", "dfine-s" and "rtdetr-r18" are transformers for
    # GPUs, with the extra `transformers`
    network: str = "plain"
    widths: tuple[int, ...] = (16, 32, 64, 128, 256)  # channels at strides 2, 4, 8, 16, 32
    blocks: tuple[int, ...] = (1, 2, 1)  # residual blocks at strides 8, 16, 32
    fine: int = 48  # channels of the neck at stride 8, and of the head: they cost most time
    coarse: int = 96  # channels of the neck at strides 16 and 32
    ranges: str = "kilovolt"  # of attenuation in the planes: "kilovolt" tubes, "megavolt" linacs

    # where scans come from
    pools: tuple[str, ...] = ()  # folders of simulated scenes, one pool each
    data: tuple[str, ...] = ()  # folders of marked scans: COCO, VOC or YOLO, as they are
    # of those folders, the splits that teach, or "all"; none: those that are called train
    splits: tuple[str, ...] = ()
    share_data: float = 1.0  # of the scans, when there are such folders
    real: bool = False  # scans in the folder that XRAY_REAL_SCANS names
    share_simulated: float = 1.0  # of the scans, when there are pools
    share_real: float = 1.0  # of the scans, when real is true: marked ones
    share_benign: float = 0.3  # of the scans, when real is true: those without threats
    share_dual: float = 0.0  # of the scans, when real is true: dual-energy pairs
    dual_folds: tuple[int, ...] = (0, 1, 2, 3, 4)  # of those pairs, by suitcase; the rest may score
    # So rare that a scan which nobody marked for them holds none: without this, nothing would
    # keep them from being seen in every real scan that was not judged for them.
    rare: tuple[str, ...] = ("razor_blade", "shuriken", "bullet")
    planes_share: float = 0.1  # simulated scans shown as transmission planes
    single_share: float = 0.5  # of those, at one energy alone
    cache_px: int = 640  # side (xray.tiles) that real scans are kept at: 0.5 GB for 900
    cache_gb: float = (
        4.0  # of memory for them, each process; the others go to a file beside last.pt
    )
    least_visible: float = 0.3  # share of a simulated object unhidden; below, it is ignored

    # Containers: pools of them in tiles at their own scale, each of the side check_px. The share
    # of tiles that is not drawn around an object holds none, until a weapon is projected.
    overlap_px: int = 0  # of neighbouring tiles on a scan; 0: scans are seen whole
    share_objects: float = 0.45  # of tiles, drawn around an object

    # what happens to them
    sides_px: tuple[int, ...] = (256, 288, 320, 352, 384, 416)  # one is drawn per step
    zoom: tuple[float, float] = (0.6, 1.6)  # against the side at which a scan is seen whole
    turn_deg: float = 10.0  # small turns, each way, in half of the scans
    quarter_turns: float = 0.5  # probability: a bag lies on the belt any way round
    grey: float = 0.1  # probability: consoles have a grey mode
    invert: float = 0.02  # probability: and a negative one, seldom used
    swap_colours: float = 0.0  # probability of red for blue: no console does, 0.016 AP in a try
    jpeg: float = 0.3  # probability: public scans were JPEG
    blur: float = 0.15  # probability
    noise: float = 0.15  # probability
    mix: float = 0.15  # probability that a whole other scan is multiplied over this one
    project: float = 0.5  # probability, in colour and in empty tiles, that threats are projected
    project_most: int = 2  # threats projected onto one scan
    project_simulated: int = 500  # simulated threats per label to project; 30 ms each to make
    # of all labels, those that are projected three times as often as the rest
    common: tuple[str, ...] = ("gun", "knife", "wrench", "scissors")

    # how it learns
    batch: int = 16  # scans per step, all processes together
    steps: int = 20_000  # at most; --minutes ends a run earlier
    learning_rate: float = 1.5e-3  # AdamW, for batches of 16
    weight_decay: float = 0.05  # AdamW; convolution kernels only
    warm_up: int = 300  # steps
    decay_from: float = 0.5  # share of the run with a flat rate; then linear down to a hundredth
    clip_norm: float = 10.0  # of the gradient; normal steps stay under 5
    ema: float = 0.9995  # decay per step of the averaged weights, half-life 1400 steps
    box_weight: float = 2.5  # of the box loss against the score loss (PP-YOLOE)
    topk: int = 10  # locations that answer for one object (TOOD)
    ready_rate: float = 0.4  # rate of features that came ready made, against the rest
    transformer_rate: float = 0.1  # rate of all of a transformer; RT-DETR's is 1e-4 for 16 scans
    teachers: tuple[str, ...] = ()  # checkpoints of networks to learn from beside the marks
    marks_weight: float = 0.5  # of the loss against the marks where there are teachers
    features_weight: float = 0.0  # of features that vary unlike the first teacher's (likeness)
    again: int = 1  # steps that learn from each batch where there are teachers (lessons)
    vectors: bool = False  # bfloat16 also where a processor has only vectors of it (autocast)
    seed: int = 0

    # how often it reports
    check_every: int = 500  # steps between scores on the calibration split
    save_every: int = 200  # steps between checkpoints
    check_px: int = 416  # side (xray.tiles) of scans in those scores, and of the exported model

    def __post_init__(self) -> None:
        if len(set(self.labels)) != len(self.labels) or not self.labels:
            raise RecipeError(f"{self.name}: labels must be given, each once, got {self.labels}")
        odd = [side for side in self.sides_px if side % 32]
        if odd:
            raise RecipeError(f"{self.name}: sides_px must be multiples of 32, got {odd}")
        if self.network not in NETWORKS:
            raise RecipeError(
                f"{self.name}: no network named {self.network}; expected {' or '.join(NETWORKS)}"
            )
        if self.teachers and self.network not in GRIDS:
            raise RecipeError(
                f"{self.name}: {self.network} cannot learn from teachers, whose answers lie on "
                f"grids; take network = {' or '.join(GRIDS)}, or leave the teachers out"
            )
        if ((self.features_weight or self.again != 1) and not self.teachers) or self.again < 1:
            raise RecipeError(
                f"{self.name}: features_weight = {self.features_weight:g} and again = {self.again} "
                "are for recipes with teachers, and a batch is learned from at least once"
            )
        if self.ranges not in RANGES:
            raise RecipeError(
                f"{self.name}: ranges = {self.ranges!r}; expected {' or '.join(RANGES)}"
            )
        if not self.pools and not self.real and not self.data:
            raise RecipeError(
                f"{self.name}: nothing to learn from; give data = [...], pools = [...] or "
                "real = true"
            )

        if self.overlap_px:
            self._check_tiles()

    def _check_tiles(self) -> None:
        if not 0 < self.overlap_px < self.check_px:
            raise RecipeError(
                f"{self.name}: overlap_px must lie from 1 to under check_px ({self.check_px}), "
                f"got {self.overlap_px}"
            )
        if self.sides_px != (self.check_px,):
            raise RecipeError(
                f"{self.name}: tiles are seen at their own scale, so sides_px must be "
                f"[{self.check_px}], as check_px; got {list(self.sides_px)}"
            )
        if self.real or self.data or self.planes_share < 1:
            raise RecipeError(
                f"{self.name}: tiles are cut from pools of containers alone, as planes; "
                "set planes_share = 1.0, and neither real nor data"
            )

    @property
    def encodings(self) -> frozenset[Encoding]:
        """The kinds of scan that it learns from; any, where folders may hold any."""
        if self.real or self.data or self.planes_share < 1:
            return frozenset(Encoding)
        shares = {Encoding.SINGLE: self.single_share, Encoding.DUAL: 1 - self.single_share}
        return frozenset(encoding for encoding, share in shares.items() if share > 0)

    def to_json(self) -> str:
        """One line that `from_json` reads back."""
        return json.dumps(asdict(self), sort_keys=True)

    @staticmethod
    def from_json(text: str) -> "Recipe":
        """The recipe that `to_json` wrote."""
        return from_mapping(json.loads(text), "checkpoint")


def load(path: Path) -> Recipe:
    """The recipe in a TOML file.

    Raises:
        RecipeError: the file is missing or not TOML, or a setting has a wrong name or type.
    """
    if not path.is_file():
        raise RecipeError(f"{path}: no such file; expected a TOML file of settings")
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{path.name}: not valid TOML: {error}") from None
    return from_mapping(settings, path.name)


def from_mapping(settings: Mapping[str, Any], source: str) -> Recipe:
    """A recipe from plain values; `source` is what errors call them.

    >>> from_mapping({"step": 3}, "recipe.toml")
    Traceback (most recent call last):
    ...
    xray.errors.RecipeError: recipe.toml: no setting named step; did you mean steps?
    """
    return Recipe(**_typed(settings, source))


def _typed(settings: Mapping[str, Any], source: str) -> dict[str, Any]:
    defaults = {f.name: f.default for f in fields(Recipe)}
    values = {}
    for key, value in settings.items():
        if key not in defaults:
            near = difflib.get_close_matches(key, defaults, 1, cutoff=0.5)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise RecipeError(f"{source}: no setting named {key}{hint}")
        want = type(defaults[key])
        if want is tuple and isinstance(value, list):
            value = tuple(value)
        if want is float and type(value) is int:
            value = float(value)
        if type(value) is not want:
            raise RecipeError(
                f"{source}: {key} must be {want.__name__}, got {type(value).__name__} {value!r}"
            )
        values[key] = value
    return values
