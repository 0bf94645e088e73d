"""Scan in, report out.

    detector = xray.Detector()
    report = detector.inspect(xray.read("bag.png"))

tiles → planes → network → boxes on the whole scan, merged once → calibrated → by the profile.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xray import familiarity, material, matter, odds, verdict
from xray.backends import Backend
from xray.candidates import LEAST_SCORE, Candidates, Clock, propose, thinned
from xray.card import Card
from xray.clearance import NEVER_CALIBRATED
from xray.clearance import read as read_rule
from xray.errors import ModelError, ScanError, XrayError
from xray.formats import read
from xray.network import Network
from xray.processor import usable_cores
from xray.profile import Profile
from xray.report import Clearance, Detection, ModelId, Outcome, Report
from xray.scan import Scan
from xray.streams import mapped
from xray.tensors import Planes

WEIGHTS = Path(__file__).parent / "weights"  # in a wheel; a checkout has them at its top
Source = Scan | str | Path | bytes  # of a scan: itself, its file, or the bytes of one


def available() -> dict[str, Path]:
    """The shipped models: name → file."""
    folder = WEIGHTS if WEIGHTS.is_dir() else WEIGHTS.parent.parent / "weights"
    return {path.stem: path for path in sorted(folder.glob("*.onnx"), key=lambda p: p.stem)}


class Detector:
    """Finds what should not be there. Safe to share between threads.

    Args:
        model: the name of a shipped model (`xray models` lists them), or a path.
        threads: threads of one inference; None: every core.
        profile: rules in place of those in the model's card.
        clearance: the file that `xray-train calibrate` wrote: which scans of the scanner that it
            names may be cleared without a human.
        preset: a faster way to look that the card names, such as "fast": a smaller picture. What it
            costs stands in the card. Thresholds and probabilities stay those of the full size, and
            no clearance holds.
        prior: label → share of scans that hold it where this detector works, over 0 and under 1.
            Probabilities are re-weighted from the prevalence that the card states. The card's
            thresholds go along, so that the same scans alarm as before: they were set for a share
            of false alarms. Thresholds of a `profile` are compared as they stand.
        backend: what computes: "cpu"; "openvino", with the extra of this name; "cuda", with
            the extra `cuda` and onnxruntime-gpu installed in place of onnxruntime.
            `xray.backends` says how far they agree. A clearance holds for the one that it was
            calibrated with.
        sha256: the hash that the model's file must have, in hex; its bytes are compared before
            they are loaded. None: they are compared with the file's line in `SHA256SUMS` beside
            it, as the shipped models have it. Where no such list lies beside it, nothing is
            compared: give the hash of a file that came by another way.

    Raises:
        ModelError: there is no such model or preset, its file is damaged or another one than the
            hash says, the clearance file is none or was given with a preset, or the card states
            no prevalence to re-weight from.
        MissingExtra: the packages of the backend are not installed.
    """

    def __init__(
        self,
        model: str | Path = "parcel",
        *,
        threads: int | None = None,
        profile: Profile | None = None,
        clearance: str | Path | None = None,
        prior: Mapping[str, float] | None = None,
        backend: Backend | str = Backend.CPU,
        preset: str | None = None,
        sha256: str | None = None,
    ) -> None:
        self._network = _looking(Network(_find(model), threads, backend, sha256), preset)
        if preset is not None and clearance is not None:
            raise ModelError(
                f"a clearance was calibrated without the preset {preset!r} and does not hold with "
                "it; give one of the two"
            )
        self._preset = preset
        card, self._prior = self._network.card, dict(prior or {})
        shifts = odds.shifts(card.name, card.prevalence, self._prior)
        self._box_lines = odds.lines(card.labels, card.calibration, shifts)
        self._scan_lines = odds.lines(card.labels, card.presence, shifts)
        if profile is not None:
            profile.must_know(card.labels)
        self._profile = profile or _moved(card.profile, shifts)
        self._rule = None if clearance is None else read_rule(clearance)

    @property
    def card(self) -> Card:
        """What the model is."""
        return self._network.card

    @property
    def profile(self) -> Profile:
        """The rules in force."""
        return self._profile

    @property
    def network(self) -> Network:
        """The loaded model file."""
        return self._network

    def with_profile(self, profile: Profile) -> "Detector":
        """The same loaded model under other rules; nothing is loaded anew, this one stays.

        Thresholds are compared as they stand, and a clearance of other rules clears nothing.

        Raises:
            ModelError: the profile names a label that nobody knows.
        """
        profile.must_know(self.card.labels)
        other = copy.copy(self)
        other._profile = profile
        return other

    def inspect(self, scan: Scan, min_score: float | None = None) -> Report:
        """What is in this scan.

        Args:
            scan: from `xray.read` or `Scan.from_arrays`.
            min_score: report every object from this probability on, for evaluation; 0.001 or
                less: whatever its probability; None: from the profile's threshold of each label.
                Of each label the 300 strongest at most. The outcome goes by the profile whatever
                is reported.

        Raises:
            ModelError: the model was not made for scans of this encoding, or min_score is no
                probability.
            ScanError: it is no scan but, say, the path of one.
        """
        given: object = scan  # whatever the types say
        if not isinstance(given, Scan):
            what = repr(given) if isinstance(given, str | Path) else type(given).__name__
            raise ScanError(
                f"inspect takes a Scan, got {what}; pass xray.read(...) of a file or its bytes, or "
                "Scan.from_arrays(...)"
            )
        return self._inspect(scan, min_score, self._network)

    def inspect_many(
        self,
        scans: Iterable[Source],
        min_score: float | None = None,
        *,
        ordered: bool = True,
        bad: Callable[[Source, XrayError], None] | None = None,
    ) -> Iterator[Report]:
        """Reports of many scans, with every core busy.

        One single-threaded stream per core is faster than many threads on one scan. Files are
        read within the streams, and there is one more than cores, so that waiting for a file and
        decoding it overlap with inference. At most two scans per stream are held at a time,
        however many there are.

        Args:
            scans: scans, paths of files, or their bytes.
            min_score: as `inspect` takes it.
            ordered: reports in the order of the scans; False: as they come.
            bad: hears of each scan that cannot be read or inspected, and the others go on.

        Raises:
            ScanError: a file cannot be read, and nobody was to hear of it: later scans are
                dropped.
            ModelError: likewise, where a scan is not of the kind that the model was made for.
        """
        cores = usable_cores()
        network = self._network.side_by_side(cores)

        def one(source: Source) -> Report:
            scan = source if isinstance(source, Scan) else read(source)
            return self._inspect(scan, min_score, network)

        for source, future in mapped(one, scans, cores + 1, ordered):
            try:
                report = future.result()
            except XrayError as error:
                if bad is None:
                    raise
                bad(source, error)
                continue
            yield report

    def _inspect(self, scan: Scan, min_score: float | None, network: Network) -> Report:
        card = network.card
        if min_score is not None and not 0 <= min_score <= 1:
            raise ModelError(f"min_score must be a probability from 0 to 1, got {min_score}")
        card.must_serve(scan)
        clock = Clock()
        found, embedding, planes = propose(scan, network, clock)
        score = odds.straighten(found.scores, self._box_lines[found.labels])
        detections = self._detections(found, score, None)
        shown = detections if min_score is None else self._detections(found, score, min_score)
        clock.lap("decode")
        # Findings alone: an evaluation asks for thousands of candidates.
        words = dict(zip(detections, matter.materials(scan, detections), strict=True))
        shown = tuple(replace(d, material=words.get(d)) for d in shown)
        clock.lap("material")
        opaque = material.opaque_mask(scan)
        regions = material.opaque_regions(opaque)
        clock.lap("opacity")
        strange = self._stranger(scan, planes)
        outcome, reasons = verdict.decide(scan, detections, opaque, self._profile, strange)
        clock.lap("familiarity")
        return Report(
            scan_id=scan.id,
            width_px=scan.width,
            height_px=scan.height,
            model=ModelId(card.name, card.version, card.sha256),
            profile=self._profile,
            detections=shown,
            opaque=regions,
            outcome=outcome,
            reasons=reasons,
            assumed=scan.assumed,
            clearance=self._clearance(scan, outcome, found, score),
            presence=self._presence(found),
            prior=self._prior,
            preset=self._preset,
            embedding=tuple(embedding.tolist()),
            elapsed_ms=clock.laps,
        )

    def _stranger(self, scan: Scan, planes: Planes | None) -> str | None:
        known = self.card.familiar.get(scan.encoding)
        if known is None:
            return None
        seen = familiarity.whole(scan, self.card.ranges) if planes is None else planes
        return familiarity.stranger(known, seen, scan.encoding)

    def _detections(
        self, found: Candidates, score: NDArray[np.float32], min_score: float | None
    ) -> tuple[Detection, ...]:
        labels, profile = self.card.labels, self._profile
        if min_score is None:
            lowest = np.array([profile.threshold(label) for label in labels], np.float32)
            enough = score >= lowest[found.labels]
        else:
            # Down there it means every candidate, also where straightening made little of it.
            enough = score >= (0 if min_score <= LEAST_SCORE else np.float32(min_score))
        return tuple(
            Detection(
                label=(label := labels[found.labels[k]]),
                score=float(score[k]),
                xyxy_px=tuple(float(v) for v in found.xyxy[k]),  # type: ignore[arg-type]
                alarming=profile.alarms(label, float(score[k])),
            )
            for k in thinned(found, score, enough)
        )

    def _presence(self, found: Candidates) -> dict[str, float]:
        labels = self.card.labels
        raw = np.full(len(labels), LEAST_SCORE, np.float32)
        np.maximum.at(raw, found.labels, found.scores)
        scan_level = odds.straighten(raw, self._scan_lines)
        return {
            label: float(p)
            for label, p in zip(labels, scan_level, strict=True)
            if label in self.card.presence
        }

    def _clearance(
        self, scan: Scan, outcome: Outcome, found: Candidates, score: NDArray[np.float32]
    ) -> Clearance:
        if self._rule is None:
            return Clearance(reason=NEVER_CALIBRATED)
        # The strongest alarming candidate, whether or not it is reported.
        alarming = np.array([label in self._profile.alarming for label in self.card.labels])
        strongest = float(score[alarming[found.labels]].max(initial=0.0))
        return self._rule.judge(
            scan,
            self.card.sha256,
            self._profile,
            self._prior,
            self._network.backend,
            outcome,
            strongest,
        )


def _moved(profile: Profile, shifts: Mapping[str, float]) -> Profile:
    """The same rules at other prevalences: what alarmed before alarms now, no more and no less."""
    changed = {label: odds.moved(profile.threshold(label), by) for label, by in shifts.items()}
    return profile.with_thresholds(**changed)


def _looking(network: Network, preset: str | None) -> Network:
    """The network as a preset of its card looks at scans."""
    card = network.card
    if preset is None:
        return network
    if preset not in card.presets:
        there = ", ".join(sorted(card.presets)) or "none"
        raise ModelError(f"{card.name} has no preset {preset!r}; its card names {there}")
    return network.at_side(card.presets[preset])


def _find(model: str | Path) -> Path:
    shipped = available()
    if str(model) in shipped:
        return shipped[str(model)]
    path = Path(model)
    if path.suffix == ".onnx" and path.is_file():
        return path
    names = ", ".join(shipped) or "none are installed"
    raise ModelError(f"no model {str(model)!r}; shipped are: {names}; or pass the path of a .onnx")
