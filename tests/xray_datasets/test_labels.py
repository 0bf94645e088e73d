import pytest

from xray.errors import DataError
from xray_datasets.labels import TAXONOMY, Source, translate
from xray_datasets.public import SOURCES


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.name)
def test_every_map_leads_into_the_taxonomy_or_says_why_not(source: Source) -> None:
    for name, label in source.labels.items():
        assert label in TAXONOMY or name in source.why, name
    assert source.partial <= {label for label in source.labels.values() if label}
    assert source.partial <= set(source.why)
    assert source.labels or "*" in source.why


@pytest.mark.parametrize(
    ("name", "label"), [("Gun", "gun"), ("razor blade", "razor_blade"), ("Gun-Part", "gun_part")]
)
def test_case_blanks_and_hyphens_do_not_matter_for_words_of_the_taxonomy(name, label) -> None:
    assert translate(name, None, "here") == label


def test_the_map_goes_before_the_taxonomy() -> None:
    assert translate("Gun", {"Gun": "weapon"}, "here") == "weapon"


def test_a_class_that_the_map_leaves_out_has_no_label() -> None:
    assert translate("umbrella", SOURCES["eds"].labels, "here") is None


def test_an_unknown_class_is_named_with_the_nearest_known_and_how_to_map_it() -> None:
    with pytest.raises(DataError, match=r"in c\.json.*'Scisors'.*nearest: 'scissors'.*--map"):
        translate("Scisors", None, "in c.json")


def test_a_user_may_keep_a_word_of_her_own() -> None:
    assert translate("Umbrella", {"Umbrella": "Umbrella"}, "here") == "Umbrella"


def test_power_banks_teach_batteries_but_their_absence_proves_nothing() -> None:
    pidray = SOURCES["pidray"]
    assert pidray.labels["Powerbank"] == "battery"
    assert "battery" not in pidray.judged
    assert "gun" in pidray.judged
