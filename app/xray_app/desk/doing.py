"""What the buttons of the case page do, and which case is shown after it. No widgets, no HTML."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from xray.report import Outcome
from xray_app.access import preferences
from xray_app.access.preferences import SCAN_FIRST
from xray_app.access.roles import RIGHTS, Actor, Right, Role
from xray_app.cases import first_verdicts, outage, pending, seen
from xray_app.cases.case import Case, load
from xray_app.cases.decisions import check_why
from xray_app.cases.errors import Refused
from xray_app.cases.pending import Proposal
from xray_app.cases.queue import LONGEST_HOLD
from xray_app.cases.states import Intent, Level, Reason, Verdict
from xray_app.desk import work
from xray_app.languages import say
from xray_app.service import Service

FIRST_KEPT = "Your first verdict is kept. Now look at what the machine says, and decide."
FROM_THE_NEXT = (
    "Scan first begins with the next case: you have seen what the machine says of this one."
)
NEXT_LATER = "That is done. The next case cannot be taken just now; take it in a moment."
MOST_MINUTES = LONGEST_HOLD // timedelta(minutes=1)


@dataclass(frozen=True)
class Asked:
    """What a button asks for.

    Attributes:
        name: of the act.
        case_id: the case that the page shows.
        version: of the case as the page shows it.
        note: in the officer's words.
        code: the chosen reason, or "".
        to: whom it is handed over to.
        minutes: for how long it is held.
    """

    name: str
    case_id: str = ""
    version: int = 0
    note: str = ""
    code: str = ""
    to: str = ""
    minutes: int = work.HOLD_MINUTES[1]


@dataclass(frozen=True)
class After:
    """What the page shows next: a case, or none, and what the officer is told."""

    case_id: str | None
    notice: str = ""


def do(service: Service, actor: Actor, asked: Asked) -> After:
    """Do what a button asks.

    Raises:
        XrayError: it cannot be done; the sentence is for the officer.
    """
    doing = _Doing(service, actor, asked)
    known: dict[str, Callable[[], After]] = {
        **{intent.value: doing.decide for intent in Intent},
        **{"take": doing.following, "undo": doing.undo, "scan_first": doing.scan_first},
        **{"hold": doing.hold, "release": doing.release, "hand_over": doing.hand_over},
        **{"resume": doing.resume, "take_this": doing.take_this},
    }
    if asked.name not in known:
        raise Refused("the page asked for something that there is not; load it again")
    pending.settle(service.queue)
    return known[asked.name]()


def wants_scan_first(connection: Connection, actor: Actor) -> bool:
    """Whether an officer wants to judge before they see what the machine says."""
    return bool(preferences.get(connection, actor.name, SCAN_FIRST, otherwise=False))


def is_blind(connection: Connection, actor: Actor, case: Case) -> bool:
    """Whether this officer is not to see yet what the machine says of a case."""
    return case.id in blind_among(connection, actor, [case])


def blind_among(connection: Connection, actor: Actor, cases: Sequence[Case]) -> set[str]:
    """The ids of those cases of which this officer is not to see yet what the machine says.

    Nothing is hidden again that they were shown before.
    """
    if not wants_scan_first(connection, actor):
        return set()
    ids = [case.id for case in cases if case.outcome and case.state in seen.UNDECIDED]
    known = first_verdicts.given_by(connection, actor.name, ids)
    return set(ids) - known - seen.by(connection, actor.name, ids)


def colleagues(service: Service, actor: Actor, level: Level) -> list[str]:
    """Who else may take a case of this level, by name."""
    roles = {role for role in Role if Right.WORK in RIGHTS[role]}
    people = [one for one in service.people.names() if one["active"] and one["role"] in roles]
    able = [Actor(one["name"], RIGHTS[Role(one["role"])], Role(one["role"])) for one in people]
    return [one.name for one in able if one.name != actor.name and one.officer().level >= level]


@dataclass(frozen=True)
class _Doing:
    service: Service
    actor: Actor
    asked: Asked

    def following(self) -> After:
        case = self.service.queue.take(self.actor.officer())
        return After(case.id) if case else After(None, say("Nothing waits for you."))

    def decide(self) -> After:
        asked, service, officer = self.asked, self.service, self.actor.officer()
        intent = Intent(asked.name)
        cleared = intent is Intent.CLEAR
        said = Proposal(intent, None if cleared else self._code(), asked.note)
        where = (service.queue, asked.case_id, asked.version, officer)
        if intent is not Intent.ESCALATE:
            if self._is_first():
                if not cleared:
                    check_why(said.code, said.note)
                first_verdicts.keep(*where, Verdict(intent.value), said.code)
            if self._is_against_unseen(intent):
                return After(asked.case_id, say(FIRST_KEPT))
        pending.propose(*where, said)
        return self._then()

    def undo(self) -> After:
        asked = self.asked
        where = (asked.case_id, asked.version, self.actor.officer())
        return After(pending.undo(self.service.queue, *where).id)

    def hold(self) -> After:
        asked, queue = self.asked, self.service.queue
        if not 1 <= asked.minutes <= MOST_MINUTES:
            raise Refused(f"a case is held for 1 to {MOST_MINUTES} minutes, not {asked.minutes}")
        where = (asked.case_id, asked.version, self.actor.officer())
        length = timedelta(minutes=asked.minutes)
        queue.hold(*where, length, ": ".join(part for part in (asked.to, asked.note) if part))
        return self._then()

    def release(self) -> After:
        where = (self.asked.case_id, self.asked.version, self.actor.officer())
        self.service.queue.release(*where)
        return After(None, say("The case is back in the queue."))

    def hand_over(self) -> After:
        asked, queue = self.asked, self.service.queue
        if asked.to not in colleagues(self.service, self.actor, Level.SCREENING):
            raise Refused(f"no officer is called {asked.to[:40]!r}")
        person = next(p for p in self.service.people.names() if p["name"] == asked.to)
        role = Role(person["role"])
        to = Actor(asked.to, RIGHTS[role], role).officer()
        queue.hand_over(asked.case_id, asked.version, self.actor.officer(), to)
        return self._then()

    def resume(self) -> After:
        where = (self.asked.case_id, self.asked.version, self.actor.officer())
        return After(self.service.queue.resume(*where).id)

    def take_this(self) -> After:
        where = (self.asked.case_id, self.asked.version, self.actor.officer())
        return After(self.service.queue.take_this(*where).id)

    def scan_first(self) -> After:
        database, name = self.service.database, self.actor.name
        with database.read() as connection:
            wanted = not wants_scan_first(connection, self.actor)
            late = wanted and seen.by(connection, name, [self.asked.case_id])
        preferences.put(database, name, SCAN_FIRST, wanted)
        return After(self.asked.case_id or None, say(FROM_THE_NEXT) if late else "")

    def _then(self) -> After:
        """What comes next after an act, which is kept whatever becomes of this."""
        after = After(None, say(NEXT_LATER))
        with outage.forgiven("no next case could be taken"):
            after = self.following()
        return after

    def _code(self) -> Reason | None:
        if not self.asked.code:
            return None
        if self.asked.code not in list(Reason):
            raise Refused("the page sent a reason that there is not; load it again")
        return Reason(self.asked.code)

    def _is_first(self) -> bool:
        with self.service.database.read() as connection:
            case = load(connection, self.asked.case_id)
            return is_blind(connection, self.actor, case)

    def _is_against_unseen(self, intent: Intent) -> bool:
        """Whether the machine says otherwise, and whoever wants the scan first was not shown it.

        Keeping a first verdict is not showing it: the page may not have been painted since.
        """
        agrees = Outcome.CLEAR if intent is Intent.CLEAR else Outcome.ALARM
        with self.service.database.read() as connection:
            case = load(connection, self.asked.case_id)
            if not case.outcome or case.outcome is agrees:
                return False
            mine = work.has(case, self.actor.officer())
            shown = seen.by(connection, self.actor.name, [case.id])
            return mine and not shown and wants_scan_first(connection, self.actor)
