"""What objects are taken for."""

from tests.xray_train.samples import HERE, THERE, judged, sample
from xray import Profile
from xray_train.confusions import MISSED, NOTHING, called, confusion


def test_a_knife_called_a_gun_a_missed_wrench_and_a_box_on_nothing() -> None:
    mine = [
        judged(sample("knife"), ("gun", 0.9, HERE)),
        judged(sample("wrench"), ("wrench", 0.1, HERE)),  # under the threshold
        judged(sample(), ("gun", 0.9, HERE)),
        judged(sample(judged=frozenset({"knife"})), ("gun", 0.9, HERE)),  # nobody looked for guns
        judged(sample(ignored=["gun"]), ("gun", 0.9, HERE)),  # may be one
    ]
    assert confusion(mine, Profile(default_threshold=0.5)) == {
        "knife": {"gun": 1},
        "wrench": {MISSED: 1},
        NOTHING: {"gun": 1},
    }


def test_an_object_is_called_what_its_most_probable_box_says_whatever_the_thresholds() -> None:
    mine = [
        judged(sample("knife"), ("knife", 0.02, HERE), ("wrench", 0.03, HERE)),
        judged(sample("knife"), ("knife", 0.04, HERE), ("gun", 0.9, THERE)),
        judged(sample("knife"), ("knife", 0.009, HERE)),  # as good as nothing
        judged(sample(), ("gun", 0.9, HERE)),  # no object, so nothing is called
    ]
    assert called(mine) == {"knife": {"wrench": 1, "knife": 1, MISSED: 1}}
