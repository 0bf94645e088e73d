"""The routes of routers, ready to be given to any number of applications."""

from fastapi import APIRouter
from starlette.routing import BaseRoute

from xray_app.api.shapes import PROBLEMS


def routes_of(*routers: APIRouter, prefix: str = "") -> list[BaseRoute]:
    """What `include_router` makes of routers, once for all applications of a process.

    FastAPI makes what a router includes ready anew in each application, at its first request: 0.1 s
    of work for all of ours, more than most tests of a page do besides.
    """
    parent = APIRouter(responses=PROBLEMS)
    for router in routers:
        parent.include_router(router, prefix=prefix)
    return parent.routes
