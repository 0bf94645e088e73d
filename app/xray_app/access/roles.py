"""Roles and what each may do. A right that is not named here is nobody's."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from xray_app.cases.rules import Officer
from xray_app.cases.states import Level


class Right(StrEnum):
    """One thing that somebody may be allowed to do; also the scopes of API keys."""

    INSPECT = "inspect"  # have a scan inspected without keeping it
    SUBMIT = "submit"  # bring in a scan
    READ_OWN = "read_own"  # see the cases that oneself brought in
    READ = "read"  # see every case
    WORK = "work"  # take cases and decide them
    SUPERVISE = "supervise"  # what is left to supervisors, corrections
    SEARCH = "search"  # say what a search found
    AUDIT = "audit"  # read and check the audit chain
    MANAGE = "manage"  # people and keys
    EXPORT = "export"  # take reviewed cases out for research
    OBSERVE = "observe"  # metrics, the interface's description


class Role(StrEnum):
    """What somebody is to the house."""

    SCREENER = "screener"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    AUDITOR = "auditor"
    INTEGRATOR = "integrator"
    RESEARCHER = "researcher"


_OFFICER = frozenset({Right.READ, Right.WORK, Right.SEARCH, Right.INSPECT, Right.SUBMIT})

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.SCREENER: _OFFICER,
    Role.SUPERVISOR: _OFFICER | {Right.SUPERVISE, Right.OBSERVE},
    Role.MANAGER: frozenset({Right.READ, Right.MANAGE, Right.OBSERVE}),
    Role.AUDITOR: frozenset({Right.READ, Right.AUDIT, Right.OBSERVE}),
    Role.INTEGRATOR: frozenset({Right.INSPECT, Right.SUBMIT, Right.READ_OWN, Right.OBSERVE}),
    Role.RESEARCHER: frozenset({Right.INSPECT, Right.EXPORT, Right.OBSERVE}),
}
# A key cannot decide: a decision is a person's.
SCOPES = frozenset({Right.INSPECT, Right.SUBMIT, Right.READ_OWN, Right.OBSERVE, Right.EXPORT})


@dataclass(frozen=True)
class Actor:
    """Somebody or something that has proved who it is.

    Attributes:
        name: as the audit chain calls it; keys are called `key NAME`.
        rights: what it may do.
        role: of a person; None of a key.
    """

    name: str
    rights: frozenset[Right]
    role: Role | None = None

    def may(self, right: Right) -> bool:
        """Whether it may; whoever sees every case sees its own."""
        return right in self.rights or (right is Right.READ_OWN and Right.READ in self.rights)

    def officer(self) -> Officer:
        """The same person as the queue knows them."""
        high = Right.SUPERVISE in self.rights
        return Officer(self.name, Level.SUPERVISOR if high else Level.SCREENING)
