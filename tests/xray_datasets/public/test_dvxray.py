import json
from pathlib import Path

import pytest

from xray.annotation import Annotation
from xray.errors import DataError
from xray_datasets import public
from xray_datasets.findings import Findings
from xray_datasets.public import dvxray

GUN = {"label": "Gun", "ol_bb": [12, 8, 2, 3], "sd_bb": [1, 1, 6, 9]}
BAT = {"label": "Bat", "ol_bb": "difficult", "sd_bb": [2, 2, 9, 9]}


@pytest.fixture
def root(tmp_path: Path, draw) -> Path:
    """A bag with a gun and a bat, and one with nothing."""
    for folder, name, objects in (
        ("DvXray_Positive_Samples", "P00001", [GUN, BAT]),
        ("DvXray_Negative_Samples", "N00001", "None"),
    ):
        for view in ("OL", "SD"):
            draw(tmp_path / folder / f"{name}_{view}.png")
        document = json.dumps({"name": name, "objects": objects})
        (tmp_path / folder / f"{name}.json").write_text(document)
    return tmp_path


def test_both_views_are_samples_of_one_bag(root: Path) -> None:
    assert public.recognised(root) == "dvxray"
    assert (dvxray.splits(root), dvxray.classes(root)) == ([], ["Bat", "Gun"])
    findings = Findings()
    samples = {s.id: s for s in dvxray.read(root, findings=findings)}
    above, side = samples["P00001_OL"], samples["P00001_SD"]
    assert above.annotations == (Annotation("gun", (2, 3, 12, 8)),)
    assert [a.label for a in side.annotations] == ["gun", "baton"]
    assert above.group == side.group
    assert (above.scan.view, side.scan.view) == ("OL", "SD")
    assert samples["N00001_OL"].annotations == ()


def test_an_object_too_hidden_to_be_boxed_does_not_count_as_looked_for_in_that_view(
    root: Path,
) -> None:
    findings = Findings()
    samples = {s.id: s for s in dvxray.read(root, findings=findings)}
    assert "baton" not in (samples["P00001_OL"].judged or ())
    assert "baton" in (samples["P00001_SD"].judged or ())
    assert findings.problems == []
    assert findings.notes == ["objects too hidden to be boxed in this view: 1 (P00001_OL)"]


def test_lists_of_the_authors_code_are_splits(root: Path) -> None:
    with pytest.raises(DataError, match="no list of 'train'; there are none, as its authors give"):
        dvxray.read(root, "train")
    (root / "split").mkdir()
    (root / "split" / "train.txt").write_text("N00001\n")
    assert dvxray.splits(root) == ["train"]
    assert [s.id for s in dvxray.read(root, "train")] == ["N00001_OL", "N00001_SD"]


def test_objects_of_another_form_are_shown_and_asked_about(root: Path) -> None:
    path = root / "DvXray_Positive_Samples" / "P00001.json"
    path.write_text(json.dumps({"objects": [{"label": "Gun", "bbox": [1, 2, 3, 4]}]}))
    with pytest.raises(DataError, match=r"expected a box .* 'ol_bb', met .*'bbox'.*please tell us"):
        list(dvxray.read(root))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"objects": null}', "expected a list or 'None' of objects, met None"),
        ('{"objects": "none"}', "expected a list or 'None' of objects, met 'none'"),
        ('{"objects": {"label": "Gun"}}', "expected a list or 'None' of objects, met {'label'"),
        ('{"objects": [{"name": "Gun"}]}', "expected an object with a label, met {'name': 'Gun'}"),
        ('{"objects": ["Gun"]}', "expected an object with a label, met 'Gun'"),
        ('{"things": [], "name": "a"}', "expected JSON with objects, met things, name"),
        ("[1]", r"expected JSON with objects, met \[1\]"),
        ("{", "not JSON"),
    ],
)
def test_a_json_of_another_form_is_shown_with_its_file(root: Path, text: str, message: str) -> None:
    path = root / "DvXray_Positive_Samples" / "P00001.json"
    path.write_text(text)
    for look in (dvxray.read, dvxray.classes):
        with pytest.raises(DataError, match=rf"P00001\.json: {message}"):
            list(look(root))


def test_an_unknown_class_is_left_out_and_noted_boxed_or_hidden(root: Path) -> None:
    thing = {"label": "Halberd", "ol_bb": "difficult", "sd_bb": [1, 1, 6, 9]}
    path = root / "DvXray_Positive_Samples" / "P00001.json"
    path.write_text(json.dumps({"objects": [thing]}))
    findings = Findings()
    assert len([*dvxray.read(root, findings=findings)]) == 4
    assert "nobody knows their class 'Halberd': 2 (DvXray, P00001_OL" in findings.problems[0]


def test_a_list_may_hold_paths_and_names_that_are_not_there_are_noted(root: Path) -> None:
    (root / "split").mkdir()
    lines = "\ufeffDvXray_Negative_Samples/N00001.json\nP00001\nDvXray/P00002\n"
    (root / "split" / "train.txt").write_text(lines, encoding="utf-8")
    findings = Findings()
    found = {s.group for s in dvxray.read(root, "train", findings=findings)}
    assert found == {"DvXray N00001", "DvXray P00001"}
    assert findings.problems == [
        "bags left out, for their JSON is missing: 1 (DvXray train: DvXray/P00002)"
    ]


def test_a_missing_view_is_left_out_and_noted(root: Path) -> None:
    (root / "DvXray_Negative_Samples" / "N00001_SD.png").unlink()
    findings = Findings()
    assert len(list(dvxray.read(root, findings=findings))) == 3
    assert "views left out, for their picture is missing: 1" in findings.problems[0]
