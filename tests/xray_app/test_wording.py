"""What a case, a view and a decision are called, on the desk as on paper."""

import pytest

from xray_app import wording
from xray_app.cases.states import Reason, Verdict


def test_a_view_has_the_scanners_name_else_its_number() -> None:
    assert [wording.view_name("Side", 0), wording.view_name(None, 0), wording.view_name("", 1)] == [
        "Side",
        "View 1",
        "View 2",
    ]


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("code", [None, *Reason])
def test_every_decision_can_be_said(verdict: Verdict, code: Reason | None) -> None:
    said = wording.decided(verdict, code, "lead foil")
    assert said.endswith("; lead foil")
    assert (": " in said) == (code is not None)


def test_a_code_in_a_flag_is_told_apart_from_what_was_written() -> None:
    flags = ("kim: tampered", "a: b: not seen, weapon, perhaps", "kim: a weapon", "no flag of ours")
    assert [wording.flag(one) for one in flags] == [
        "kim: tampered",
        "a: b: opaque: weapon, perhaps",
        "kim: a weapon",
        "no flag of ours",
    ]


def test_what_nobody_gave_is_left_out() -> None:
    assert wording.why(None, "") == ""
    assert wording.why("not_seen", "") == "opaque"
    assert wording.why(None, "lead foil") == "lead foil"
