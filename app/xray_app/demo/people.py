"""Whom a visitor can look at the desk as. Each has the rights of a role and no others."""

from dataclasses import dataclass

from xray_app.access.roles import Role


@dataclass(frozen=True)
class Persona:
    """One of the demo's people.

    Attributes:
        name: as the audit chain calls them.
        role: what they may do.
        page: where they begin.
    """

    name: str
    role: Role
    page: str


PERSONAS = (
    Persona("Demo screener", Role.SCREENER, "/"),
    Persona("Demo supervisor", Role.SUPERVISOR, "/supervisor"),
    Persona("Demo auditor", Role.AUDITOR, "/audit"),
    Persona("Demo manager", Role.MANAGER, "/admin"),
)


def persona(name: str) -> Persona:
    """The one of this name, else the first."""
    return next((one for one in PERSONAS if one.name == name), PERSONAS[0])
