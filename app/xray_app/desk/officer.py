"""The desk of officers who are signed in, over the cases of a service. No widgets here.

Every method that an officer's page calls checks who that is and whether they may; what they may
not is said on the page. Pictures are not loaded here: the page fetches them by their address.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from xray.card import Card
from xray.errors import XrayError
from xray_app.access import preferences
from xray_app.access.errors import NotSignedIn
from xray_app.access.preferences import DESK, SCANNERS
from xray_app.access.roles import Actor, Right
from xray_app.api.signing import cookie_of
from xray_app.api.style import theme_of
from xray_app.cases import pending, reading, seen
from xray_app.cases import queue as queues
from xray_app.cases.again import handed_by
from xray_app.cases.case import Case, load
from xray_app.cases.errors import NotFound, Refused
from xray_app.cases.inspection import views_of
from xray_app.cases.states import State
from xray_app.desk import bringing, called, casefile, doing, navigation, scene, view, work
from xray_app.desk.doing import After, Asked
from xray_app.desk.listed import Listed
from xray_app.desk.welcome import Welcome
from xray_app.languages import problem, say
from xray_app.service import Service
from xray_app.shown import Case as Shown
from xray_app.uploads import Inbox
from xray_app.wording import view_name

MOST_AHEAD = 4  # cases fetched before they are asked for, where they are small; see `scene.near`
OUT = "Your session has ended. Load this page again to sign in."
NOT_NOW = "The desk could not do that just now; try again."
MAYBE = "It may have been done; look before you press again."
NOT_SHOWN = (
    "That is done. What comes next cannot be shown just now; choose it from the queue, or load "
    "this page again."
)
OPENS_LATER = "The desk cannot show anything just now; this page is loaded again by itself."


class OfficerDesk:
    """The desk over a service.

    Args:
        service: keeps the cases and knows the people.
        inbox: where uploaded files wait.
        card: of the model that inspects, where it is known.
    """

    def __init__(self, service: Service, inbox: Inbox, card: Card | None) -> None:
        self.inbox = inbox
        self._service = service
        self._card = card
        self._welcome = Welcome(service)
        self._listed = Listed()

    @property
    def is_demo(self) -> bool:
        """Whether all of this is a demo."""
        return self._service.settings.demo

    def first(self, actor: Actor, named: str) -> After:
        """What the page opens on: the case that its address names, or the one that they have."""
        key = named or self.mine(actor) or self._welcome.given(actor)
        keys: dict[str, str] = self._chosen(actor).get("keys", {})
        return After(key, self._welcome.notice(key, keys))

    def who(self, cookies: Mapping[str, str], by_themselves: bool = True) -> Actor:
        """Who has the page open; `by_themselves`: they ask, and not a page that nobody touches.

        Raises:
            NotSignedIn: nobody, or they may not work here.
        """
        token = cookies.get(cookie_of(self._service), "")
        actor = self._service.people.signed_in(token, by_themselves)
        if not actor.may(Right.WORK):
            raise NotSignedIn(f"{actor.name} has no right to work at the desk")
        return actor

    def header(self, actor: Actor | None) -> str:
        """The bar at the top as HTML."""
        if actor is None:
            return view.header(self._card, self.is_demo)
        rooms, theme = navigation.open_to(actor), theme_of(self._service, actor)
        return view.header(
            self._card, self.is_demo, actor.name, rooms, own=self._own(actor), theme=theme
        )

    def queue(self, actor: Actor, selected: str | None) -> str:
        """The officer's cases and what waits, as HTML."""
        officer = actor.officer()
        with self._service.database.read() as connection:
            mine, _ = queues.cases_in(connection, State.TAKEN, officer, own=True)
            handed = queues.handed_to(connection, officer)
            held, others = queues.cases_in(connection, State.HELD, officer)
            parts = {
                say("Yours"): ([*mine, *handed], len(mine) + len(handed)),
                say("Waiting"): queues.cases_in(connection, State.WAITING, officer),
                say("Held"): ([c for c in held if c not in handed], others - len(handed)),
                say("To be searched"): queues.cases_in(connection, State.SEARCH, officer),
            }
            groups = [
                (title, count, casefile.entries(connection, actor, cases, self._listed))
                for title, (cases, count) in parts.items()
            ]
        return view.queue(groups, _case_of(selected), take=None if mine else work.TAKE)

    def pending(self, actor: Actor) -> str:
        """What the officer can still take back, as HTML."""
        pending.settle(self._service.queue)
        with self._service.database.read() as connection:
            mine = pending.pending_of(connection, actor.officer())
            shown = [casefile.undoable(connection, one, self._service.now) for one in mine]
        return view.pending(shown)

    def case(self, actor: Actor, key: str | None, notice: str = "") -> str:
        """One view of a case as HTML."""
        if key is None:
            return view.blank(notice or say("Take the next case, or choose one from the queue."))
        case_id, named = _case_of(key) or "", _view_of(key)
        try:
            with self._service.database.read() as connection:
                case = load(connection, case_id)
                blind = doing.is_blind(connection, actor, case)
                position = casefile.opens_on(connection, case, named, blind)
                shown = casefile.shown(connection, case, position, blind)
                beside = casefile.beside(self._service, connection, actor, case, blind, notice)
        except NotFound as error:
            return view.blank(problem(error))
        if not blind:
            seen.keep(self._service.database, actor.name, case, self._service.now)
        return view.case(shown, self._card, beside)

    def scene(self, actor: Actor, key: str | None) -> str:
        """What the viewer is told of a case: all its views, the open one among them."""
        if key is None:
            return scene.NOTHING
        case_id, named = _case_of(key) or "", _view_of(key)
        ahead = self._ahead(actor)
        try:
            with self._service.database.read() as connection:
                case = load(connection, case_id)
                blind = doing.is_blind(connection, actor, case)
                position = casefile.opens_on(connection, case, named, blind)
                views = self._views(connection, actor, case)
        except NotFound:
            return scene.NOTHING
        places = [view.key for _, view in views]
        wanted = f"{case_id}-{position}"
        current = places.index(wanted) if wanted in places else 0
        about = (case_id, case.version, case.scanner or "")
        return scene.scene(views, current, *about, ahead, officer=actor.name)

    def ahead(self, actor: Actor) -> str:
        """What the viewer fetches before it is asked for, as JSON."""
        return json.dumps(scene.sources(self._ahead(actor)))

    def act(self, actor: Actor, asked: Asked) -> After:
        """Do what a button says; what is shown next.

        Raises:
            XrayError: it cannot be done; the sentence is for the officer.
        """
        return doing.do(self._service, actor, replace(asked, case_id=_case_of(asked.case_id) or ""))

    def why(self, error: XrayError) -> str:
        """Why it cannot be done, in the reader's language, every case by the name it goes by."""
        with self._service.database.read() as connection:
            return called.by_name(connection, problem(error))

    def given(self, actor: Actor) -> After | None:
        """The case that an officer has by now who has none open, and who handed it to them."""
        officer = actor.officer()
        with self._service.database.read() as connection:
            mine = self._service.queue.held(connection, officer)
            if not mine:
                return None
            by = handed_by(connection, mine[0], officer)
        said = say("{name} handed this case over to you.", name=by) if by else ""
        return After(mine[0].id, said)

    def mine(self, actor: Actor) -> str | None:
        """The key of the case that the officer has."""
        case = self._service.queue.mine(actor.officer())
        return case.id if case else None

    def renew(self, actor: Actor, idle_s: float = 0.0) -> None:
        """A sign of life for the case that the officer has.

        Args:
            actor: the officer.
            idle_s: for how long they have touched nothing, in seconds. After a lease's length they
                are gone: their case is left to run out.
        """
        if idle_s < self._service.queue.rules.lease.total_seconds():
            self._service.queue.mine(actor.officer())

    def add(self, actor: Actor, uploads: tuple[str, ...]) -> str:
        """Keep an uploaded file, or a low and high pair, as a case, and say its key.

        Raises:
            XrayError: an upload is no longer here, or too much waits.
        """
        if not actor.may(Right.SUBMIT):
            raise Refused(f"{actor.name} has no right to bring in scans")
        case = bringing.case_of(self._service, actor.name, self.inbox.take(uploads))
        bringing.wait_for_report(self._service, case.id)
        return case.id

    def picture(self, key: str, size: str) -> bytes | None:
        """A picture's bytes; `key` names a case and a view."""
        column = {"full": "picture_sha256", "small": "thumbnail_sha256"}.get(size)
        return self._content(key, column) if column else None

    def _chosen(self, actor: Actor) -> dict[str, Any]:
        """What they chose of keys and sounds."""
        with self._service.database.read() as connection:
            return dict(preferences.get(connection, actor.name, DESK, otherwise={}))

    def _own(self, actor: Actor) -> str:
        """What they chose for themselves, and what the page's keys do, for the scripts."""
        chosen = self._chosen(actor)
        with self._service.database.read() as connection:
            scanners = preferences.get(connection, actor.name, SCANNERS, otherwise=[])
        return json.dumps({**chosen, "scanners": scanners, "acts": work.by_key()})

    def _content(self, key: str, column: str) -> bytes | None:
        try:
            with self._service.database.read() as connection:
                asked = (_case_of(key) or "", _view_of(key) or 0)
                sha256 = reading.picture(connection, *asked, column)
            return self._service.contents.read(sha256)
        except NotFound:
            return None

    def planes(self, key: str) -> bytes | None:
        """A view's planes for the viewer; `key` names a case and a view."""
        return self._content(key, "planes_sha256")

    def _ahead(self, actor: Actor) -> list[Shown]:
        cases = self._service.queue.ahead(actor.officer(), MOST_AHEAD)
        with self._service.database.read() as connection:
            return scene.near([casefile.pixels(connection, case) for case in cases])

    def _views(self, connection: Connection, actor: Actor, case: Case) -> list[tuple[str, Shown]]:
        """Name and picture of each view, with what the machine says where it may be seen."""
        blind = doing.is_blind(connection, actor, case)
        return [
            (
                view_name(row["name"], row["position"]),
                casefile.shown(connection, case, row["position"], blind),
            )
            for row in views_of(connection, case.id)
        ]


def _case_of(key: str | None) -> str | None:
    return key.partition("-")[0] if key else None


def _view_of(key: str) -> int | None:
    """The view that a key names; None: it names the case alone."""
    _, dash, number = key.partition("-")
    if not dash:
        return None
    return int(number) if number.isdecimal() and len(number) < 4 else 0
