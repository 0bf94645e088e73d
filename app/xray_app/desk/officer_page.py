"""The page of officers who are signed in: wiring between the browser and `officer`.

Who asks is found anew in every handler, from the session's cookie: a handler can be reached by
anybody who is signed in, whatever the page shows them.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr
from sqlalchemy.exc import SQLAlchemyError

from xray.errors import XrayError
from xray_app import languages
from xray_app.access.errors import NotSignedIn
from xray_app.access.roles import Actor
from xray_app.cases import outage
from xray_app.desk import look, view
from xray_app.desk.doing import After, Asked
from xray_app.desk.officer import NOT_SHOWN, OPENS_LATER, OfficerDesk
from xray_app.desk.page import (
    STAYS,
    Parts,
    case_and_scan,
    empty,
    ended,
    failed,
    not_now,
    out,
    panel,
    stays,
    unsaid,
)
from xray_app.desk.scene import NOTHING

LONGEST = 2000  # letters of a note
RENEW_SECONDS = 45  # well within the shortest lease that makes sense
MOST_ADDED = 16  # uploads that wait for their report at once; each has one of Gradio's 40 threads
DEMO_SECONDS = 5  # a demo's queue fills while its visitor looks


@dataclass(frozen=True)
class Handlers:
    """What the page's events do; every answer is what the page's parts show next."""

    desk: OfficerDesk

    def loaded(self, request: gr.Request) -> Parts:
        """The bar, and the case that the address names, or else the one that the officer has."""

        def first(actor: Actor) -> Parts:
            first = self.desk.first(actor, str(request.query_params.get("case", "")))
            return self.desk.header(actor), *self._shown(actor, first.case_id, first.notice)

        def later(_: str) -> Parts:
            return failed(), *empty(languages.say(OPENS_LATER))

        def strange(error: NotSignedIn) -> Parts:
            return self.desk.header(None), *out(error)

        return self._for(request, first, later, strange)

    def selected(self, event: gr.EventData, request: gr.Request) -> Parts:
        """Another case, or another view of it."""

        def chosen(actor: Actor) -> Parts:
            return self._shown(actor, str(event.case))

        return self._for(request, chosen, stays)

    def acted(self, key: str | None, event: gr.EventData, request: gr.Request) -> Parts:
        """A button was pressed."""
        asked = Asked(
            name=str(event.name),
            case_id=str(event.case),
            version=int(event.version),
            note=str(event.note)[:LONGEST],
            code=str(event.code),
            to=str(event.to),
            minutes=int(event.minutes),
        )
        return self._answer(request, key, lambda actor: self.desk.act(actor, asked))

    def added(self, event: gr.EventData, request: gr.Request) -> object:
        """A scan was uploaded: its case, or why there is none.

        The page opens it, or leaves it in the queue: an inspection takes time, and what is open by
        then only the page knows.
        """

        def done(case_id: str, why: str = "") -> Parts:
            return (gr.HTML(done=json.dumps([int(event.sent), case_id, why])),)

        def added(actor: Actor) -> Parts:
            try:
                return done(self.desk.add(actor, tuple(map(str, event.uploads))))
            except XrayError as error:
                return done("", self.desk.why(error))

        def vain(why: str) -> Parts:
            return done("", why)

        return self._for(request, added, vain, lambda error: vain(ended(error)))[0]

    def settled(self, key: str | None, request: gr.Request) -> Parts:
        """The time to take a decision back is over."""

        def settled(actor: Actor) -> Parts:
            return STAYS, self.desk.pending(actor), self.desk.queue(actor, key), STAYS, STAYS

        return self._for(request, settled, lambda _: (STAYS, failed(), STAYS, STAYS, STAYS))

    def ticked(self, key: str | None, idle_s: float | None, request: gr.Request) -> Parts:
        """A while has passed: a sign of life, what is new in the queue, and what comes next; where
        no case is open, the one that somebody handed them.

        Args:
            key: of what the page shows.
            idle_s: for how long nobody has touched it, in seconds; None: it could not say.
            request: whose page it is.
        """
        idle_s = max(0.0, idle_s or 0.0)

        def ticked(actor: Actor) -> Parts:
            self.desk.renew(actor, idle_s)
            if key is None and (given := self.desk.given(actor)):
                return self._shown(actor, given.case_id, given.notice)
            ahead = gr.HTML(ahead=self.desk.ahead(actor))  # the scan stays
            return STAYS, STAYS, self.desk.queue(actor, key), STAYS, ahead

        def vain(_: str) -> Parts:
            return STAYS, STAYS, STAYS, STAYS, STAYS

        return self._for(request, ticked, vain, by_themselves=idle_s < RENEW_SECONDS)

    def _who(self, request: gr.Request, by_themselves: bool) -> Actor:
        cookies, accepted = dict(request.cookies), request.headers.get("accept-language", "")
        languages.speak(languages.chosen(cookies.get(languages.COOKIE), accepted))
        return self.desk.who(cookies, by_themselves)

    def _answer(self, request: gr.Request, key: str | None, do: Callable[[Actor], After]) -> Parts:
        """What the page shows after an act.

        Args:
            key: of what it shows where the act is refused.
            do: the act. What it returns is kept: no failure after it says that it was not done.
        """

        def done(actor: Actor) -> Parts:
            try:
                after = do(actor)
                shown = unsaid(after.case_id, languages.say(NOT_SHOWN))
                with outage.forgiven("what an act led to could not be shown"):
                    shown = self._shown(actor, after.case_id, after.notice)
            except XrayError as error:
                return self._shown(actor, key, self.desk.why(error))
            return shown

        return self._for(request, done, stays)

    def _for(
        self,
        request: gr.Request,
        do: Callable[[Actor], Parts],
        vain: Callable[[str], Parts],
        strange: Callable[[NotSignedIn], Parts] = out,
        by_themselves: bool = True,
    ) -> Parts:
        """What the page shows to whoever asks.

        Args:
            do: what it shows an officer.
            vain: what it shows where the database or the disk could not do it now, from a
                sentence that says so; by itself Gradio would say "Error".
            strange: what it shows where nobody is signed in.
            by_themselves: they ask, and not a page that nobody touches.
        """
        try:
            return do(self._who(request, by_themselves))
        except NotSignedIn as error:
            return strange(error)
        except (SQLAlchemyError, OSError) as error:
            return vain(not_now(error))

    def _shown(self, actor: Actor, key: str | None, notice: str = "") -> Parts:
        scene, undoable = self.desk.scene(actor, key), self.desk.pending(actor)
        queue = self.desk.queue(actor, key)
        # last: it keeps that the officer was shown what the machine says
        return key, undoable, queue, self.desk.case(actor, key, notice), scene


def build(desk: OfficerDesk) -> gr.Blocks:
    """The page; what an officer sees is filled in when they load it."""
    handlers = Handlers(desk)
    with gr.Blocks(title="Inspection desk", analytics_enabled=False, fill_width=True) as page:
        opened, idle = gr.State(None), gr.Number(0, visible=False)
        header = panel(desk.header(None), "desk-header", failed="")
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="desk-side"):
                most = desk.inbox.max_bytes
                add = panel(view.add(), "desk-add", look.ADD_SCRIPT, most=most, done=0)
                undoable = panel("", "desk-pending", look.PENDING_SCRIPT, failed="")
                queue = panel("", "desk-queue", failed="")
            case, scan = case_and_scan(view.blank("…"), NOTHING)
        alive = gr.Timer(DEMO_SECONDS if desk.is_demo else RENEW_SECONDS)
        changes = [opened, undoable, queue, case, scan]
        # None: as many at once as there are threads; by itself Gradio answers one after the other.
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        quiet["concurrency_limit"] = None
        page.load(handlers.loaded, None, [header, *changes], **quiet)
        for part in (add, queue, case):
            part.select(handlers.selected, None, changes, **quiet)
        for part in (undoable, queue, case):
            part.act(handlers.acted, [opened], changes, **quiet)
        undoable.settled(handlers.settled, [opened], changes, **quiet)
        many = {**quiet, "concurrency_limit": MOST_ADDED}
        add.sent(handlers.added, None, [add], **many)
        alive.tick(handlers.ticked, [opened, idle], changes, js=look.IDLE, **quiet)
    return page
