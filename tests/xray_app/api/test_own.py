"""What an officer chose for themselves: only what the page can choose, and never without end."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from xray_app.access import preferences
from xray_app.access.preferences import DESK, SCANNERS
from xray_app.access.roles import Role
from xray_app.api.own import MOST_SCANNERS
from xray_app.service import Service

LOOK: dict[str, Any] = {
    **{"palette": 1, "strip": "organic", "penetration": "high", "energy": 1, "black": -0.2},
    **{"white": 0.4, "gamma": 0.6, "negative": True, "outline": False, "local": False},
}
LEFT: dict[str, Any] = {"kind": "dual", "look": LOOK, "mode": "ruler", "lens": True}
LEFT |= {"together": False}


@pytest.fixture
def kept(service: Service) -> Callable[[], Any]:
    """What is known of kim's scanners."""

    def kept() -> Any:
        with service.database.read() as connection:
            return preferences.get(connection, "kim", SCANNERS, otherwise=[])

    return kept


@pytest.fixture
def keep(sign_in: Callable[..., TestClient]) -> Callable[..., int]:
    """Kim's page keeps how a scanner was left; the answer's status."""
    who = sign_in(Role.SCREENER, "kim")

    def keep(scanner: str, left: object) -> int:
        body = {"scanner": scanner, "left": left}
        return who.put("/api/v1/own/scanner", json=body).status_code

    return keep


def test_a_scanner_is_kept_once_and_forgotten_when_it_is_left_as_it_came(
    keep: Callable[..., int], kept: Callable[[], Any]
) -> None:
    assert (
        keep("belt 1", LEFT)
        == keep("belt 2", LEFT)
        == keep("belt 1", LEFT | {"lens": False})
        == 204
    )
    assert kept() == [{"scanner": "belt 2", **LEFT}, {"scanner": "belt 1", **LEFT, "lens": False}]
    assert keep("belt 2", None) == 204
    assert [one["scanner"] for one in kept()] == ["belt 1"]


def test_the_longest_unused_scanner_goes_first(
    keep: Callable[..., int], kept: Callable[[], Any]
) -> None:
    for number in range(MOST_SCANNERS + 2):
        keep(f"belt {number}", LEFT)
    assert [one["scanner"] for one in kept()] == [f"belt {n}" for n in range(2, MOST_SCANNERS + 2)]


@pytest.mark.parametrize(
    "change",
    [
        *({"mode": "draw"}, {"kind": "cat"}, {"lens": "maybe"}, {"marks": False}, {"look": {}}),
        *({"look": LOOK | {"palette": 99}}, {"look": LOOK | {"gamma": 0}}),
        *({"look": LOOK | {"strip": "x" * 1000}}, {"look": LOOK | {"black": 1e9}}),
        *({"look": LOOK | {"more": 1}}, {"look": LOOK | {"energy": 2}}),
    ],
    ids=str,
)
def test_what_no_tool_makes_is_refused(
    change: dict[str, Any], keep: Callable[..., int], kept: Callable[[], Any]
) -> None:
    assert keep("belt 1", LEFT | change) == 422
    assert keep("b" * 1000, LEFT) == 422
    assert keep("", LEFT) == 422
    assert kept() == []


def test_keys_and_scanners_do_not_overwrite_each_other(
    keep: Callable[..., int],
    kept: Callable[[], Any],
    sign_in: Callable[..., TestClient],
    service: Service,
) -> None:
    preferences.put(service.database, "kim", DESK, {"sound": True})
    keep("belt 1", LEFT)
    with service.database.read() as connection:
        assert preferences.get(connection, "kim", DESK) == {"sound": True}
    assert len(kept()) == 1
