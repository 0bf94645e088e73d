"""What the page can be asked: the queue, a case, a new scan. No widgets here.

Every method takes and gives plain values, so that tests need no browser.
"""

from xray.card import Card
from xray_app import intake
from xray_app.demo import Sample
from xray_app.desk import scene, view
from xray_app.intake import Inspector
from xray_app.languages import say
from xray_app.shown import Origin, Store
from xray_app.uploads import Inbox, discard

GONE = "This scan has left the desk's memory. Add it again."


class Desk:
    """One running desk: its model, its cases and the files that wait.

    Args:
        inspector: the model that is asked.
        inbox: where uploaded files wait.
        samples: scans to open on; each is inspected here and now.
    """

    def __init__(
        self, inspector: Inspector, inbox: Inbox, samples: tuple[Sample, ...] = ()
    ) -> None:
        self.inbox = inbox
        self._inspector = inspector
        self._store = Store()
        self._demo = bool(samples)
        for sample in samples:
            case = intake.examine((sample.file,), inspector, Origin.SAMPLE, sample.title)
            self._store.add(case)

    def first(self) -> str | None:
        """The key of the case to open on."""
        samples = self._store.samples()
        return samples[0].key if samples else None

    def add(self, uploads: tuple[str, ...]) -> str:
        """Inspect an uploaded file, or a low and high pair, and say the case's key.

        Raises:
            ScanError: an upload is no longer here.
        """
        files = self.inbox.take(uploads)
        try:
            case = intake.examine(files, self._inspector)
        finally:
            for file in files:
                discard(file)
        self._store.add(case)
        return case.key

    def picture(self, key: str, size: str) -> bytes | None:
        """A picture's bytes: "full" or "small"."""
        case = self._store.get(key)
        return {"full": case.picture, "small": case.thumbnail}.get(size) if case else None

    def header(self) -> str:
        """The bar at the top as HTML."""
        return view.header(self._card(), self._demo)

    def queue(self, uploads: tuple[str, ...], selected: str | None) -> str:
        """The queue of one session as HTML: its own uploads, then the samples."""
        mine = [case for key in uploads if (case := self._store.get(key))]
        return view.queue(
            [(say("Your scans"), mine), (say("Samples, simulated"), self._store.samples())],
            selected,
        )

    def case(self, key: str | None) -> str:
        """One case as HTML."""
        case = self._store.get(key) if key else None
        if key and case is None:
            return view.blank(say(GONE))
        return view.case(case, self._card())

    def scene(self, key: str | None) -> str:
        """What the viewer is told of one case."""
        case = self._store.get(key) if key else None
        return scene.scene([("", case)]) if case else scene.NOTHING

    def planes(self, key: str) -> bytes | None:
        """A scan's planes for the viewer."""
        case = self._store.get(key)
        return case.planes if case else None

    def _card(self) -> Card | None:
        detector = self._inspector.detector
        return detector.card if detector else None
