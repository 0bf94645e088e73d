import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import xray
from xray import labels

SHARES = st.floats(0, 1)
PROFILES = st.builds(
    xray.Profile,
    name=st.text(min_size=1, max_size=20),
    alarming=st.frozensets(st.sampled_from(labels.PARCEL_LABELS)),
    thresholds=st.dictionaries(st.sampled_from(labels.PARCEL_LABELS), SHARES),
    default_threshold=SHARES,
    max_opaque_mm2=st.floats(0, 1e6),
    max_opaque_share=SHARES,
)


@given(PROFILES)
def test_a_profile_survives_json(profile: xray.Profile) -> None:
    assert xray.Profile.from_dict(json.loads(json.dumps(profile.to_dict()))) == profile


def test_weapons_blades_ammunition_and_explosives_alarm_and_tools_do_not() -> None:
    alarming = xray.Profile().alarming
    assert {"gun", "bullet", "explosive", "knife", "weapon"} <= alarming
    assert not {"wrench", "scissors", "liquid", "battery", "electronics"} & alarming


def test_a_label_without_a_threshold_has_the_default() -> None:
    profile = xray.Profile(thresholds={"gun": 0.2}, default_threshold=0.6)
    assert (profile.threshold("gun"), profile.threshold("saw")) == (0.2, 0.6)


def test_changing_thresholds_makes_a_new_profile() -> None:
    before = xray.Profile(thresholds={"gun": 0.2})
    after = before.with_thresholds(knife=0.1)
    assert after.thresholds == {"gun": 0.2, "knife": 0.1}
    assert before.thresholds == {"gun": 0.2}


@pytest.mark.parametrize("threshold", [-0.1, 1.5, float("nan")])
def test_a_threshold_is_a_probability(threshold: float) -> None:
    with pytest.raises(xray.ModelError, match=r"threshold of gun must lie in 0\.\.1"):
        xray.Profile(thresholds={"gun": threshold})
    with pytest.raises(xray.ModelError, match=r"threshold of default must lie in 0\.\.1"):
        xray.Profile(default_threshold=threshold)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"treshold": 0.3}, r"no setting named treshold; did you mean thresholds\?"),
        ({"colour": 3}, "no setting named colour; there are name, alarming, thresholds,"),
        ({"alarming": "gun"}, "alarming must be a list of labels, got 'gun'"),
        ({"thresholds": 3}, "thresholds must be a table of numbers by label, got 3"),
        ({"thresholds": {"gun": "low"}}, "thresholds must be a table of numbers by label"),
        ({"default_threshold": True}, "default_threshold must be a number, got True"),
        ({"default_threshold": 7}, r"threshold of default must lie in 0\.\.1, got 7"),
    ],
    ids=str,
)
def test_a_setting_that_does_not_fit_is_named(values, said) -> None:
    with pytest.raises(xray.ModelError, match=f"profile strict: {said}"):
        xray.Profile.from_dict({"name": "strict", **values})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0])
def test_an_opaque_limit_that_could_never_be_exceeded_is_refused(value: float) -> None:
    with pytest.raises(xray.ModelError, match="max_opaque_mm2 must be a number from 0 on"):
        xray.Profile(max_opaque_mm2=value)
