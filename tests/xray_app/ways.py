"""Every way into an application: the method and the path of each of its routes."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from starlette.routing import Mount, Route

MOUNT = "MOUNT"  # in place of a method, for what lies wholly under another application


def ways_of(app: FastAPI) -> set[tuple[str, str]]:
    """Methods and paths, those of routers within too; a kind of route that is not known fails."""
    return {way for route in app.routes for way in _ways(route)}


def _ways(route: Any) -> Iterator[tuple[str, str]]:
    within = getattr(route, "effective_route_contexts", None)  # a router that FastAPI included
    if within is not None:
        for one in within():
            yield from ((method, one.path) for method in one.methods - {"HEAD"})
        return
    if isinstance(route, Mount):
        yield MOUNT, route.path
        return
    assert isinstance(route, Route), type(route)
    yield from ((method, route.path) for method in (route.methods or set()) - {"HEAD"})
