"""What a demo's first visitor finds: a case that is theirs already, with marks to look at."""

import time
from collections.abc import Mapping

from xray_app.access.roles import Actor, Role
from xray_app.desk import work
from xray_app.languages import say
from xray_app.service import Service

GREETING = (
    "This scan is yours to decide: {clear} clears it, {search} has it searched, ? shows every key."
)
INSPECTED_WITHIN_S = 60.0  # the first of all; by then a visitor has gone


class Welcome:
    """Gives away one case; none where the service is no demo's."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._open = service.settings.demo
        self._given: str | None = None

    def given(self, actor: Actor) -> str | None:
        """The case that the first visitor has from now on, as soon as one was inspected."""
        if not self._open or actor.role is not Role.SCREENER:
            return None
        self._open = False
        ends = time.monotonic() + INSPECTED_WITHIN_S
        while self._service.queue.next(actor.officer()) is None and time.monotonic() < ends:
            time.sleep(0.1)
        case = self._service.queue.take(actor.officer())
        self._given = case.id if case else None
        return self._given

    def notice(self, case_id: str | None, keys: Mapping[str, str]) -> str:
        """What stands beside that case, also when the page is loaded again.

        `keys`: the usual key → the officer's own.
        """
        if not case_id or case_id != self._given:
            return ""
        does = {act.name: keys.get(act.key, act.key).upper() for act in work.DECISIONS}
        return say(GREETING, clear=does["clear"], search=does["search"])
