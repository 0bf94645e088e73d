import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from xray.annotation import Annotation
from xray.errors import DataError
from xray.scan import Encoding, Scan
from xray_datasets import coco
from xray_datasets.findings import Findings
from xray_datasets.sample import Sample

FILE = "annotations/instances_train.json"


def test_boxes_become_corners_and_crowds_become_ignored_regions(coco_root: Path) -> None:
    first, second = coco.read(coco_root / FILE, coco_root / "images")
    assert first.annotations == (Annotation("gun", (2, 3, 12, 8)),)
    assert first.ignored == (Annotation("knife", (0, 0, 30, 20)),)
    assert (second.id, second.annotations) == ("b.png", ())


def test_pictures_are_opened_when_asked_for(coco_root: Path) -> None:
    first, _ = coco.read(coco_root / FILE, coco_root / "images")
    assert first.scan.encoding is Encoding.PSEUDOCOLOR
    assert (first.scan.height, first.scan.width) == (20, 30)


def test_the_group_is_the_files_or_none(coco_root: Path, change) -> None:
    assert [s.group for s in coco.read(coco_root / FILE, coco_root / "images")] == ["7", ""]
    change(coco_root / FILE, lambda document: document["images"][1].update(group=None))
    assert [s.group for s in coco.read(coco_root / FILE, coco_root / "images")] == ["7", ""]


def test_the_categories_are_what_was_looked_for(coco_root: Path) -> None:
    first, _ = coco.read(coco_root / FILE, coco_root / "images")
    assert first.judged == {"gun", "knife"}
    first, _ = coco.read(coco_root / FILE, coco_root / "images", judged=["gun"], exhaustive=False)
    assert (first.judged, first.exhaustive) == ({"gun"}, False)


def test_what_the_file_says_was_looked_for_follows_the_map(coco_root: Path, change) -> None:
    change(coco_root / FILE, lambda d: d["images"][0].update(judged=["gun", "knife"]))
    change(coco_root / FILE, lambda d: d["images"][1].update(judged=None))
    labels_map = {"Gun": "weapon", "gun": "weapon", "knife": None}
    first, second = coco.read(coco_root / FILE, coco_root / "images", labels_map=labels_map)
    assert (first.judged, second.judged) == ({"weapon"}, None)


def test_marks_of_images_that_are_not_listed_are_passed_over(coco_root: Path, change) -> None:
    change(coco_root / FILE, lambda d: d["annotations"][0].update(image_id=2))
    change(coco_root / FILE, lambda d: d["images"].pop(0))
    (second,) = coco.read(coco_root / FILE, coco_root / "images")
    assert [a.label for a in second.annotations] == ["gun"]


def test_samples_can_be_sent_to_another_process(coco_root: Path) -> None:
    first, _ = coco.read(coco_root / FILE, coco_root / "images")
    assert pickle.loads(pickle.dumps(first)).scan.width == 30


def test_an_image_without_a_size_is_measured(coco_root: Path, change) -> None:
    change(coco_root / FILE, lambda d: [d["images"][0].pop(k) for k in ("width", "height")])
    first, _ = coco.read(coco_root / FILE, coco_root / "images")
    assert first.meta["size_hw"] == (20, 30)


def test_two_energies_become_one_scan(coco_root: Path, draw, change) -> None:
    draw(coco_root / "images" / "low.png", channels=1, seed=3)
    draw(coco_root / "images" / "high.png", channels=1, seed=4)
    pair = {"file_name": "low.png", "high_file_name": "high.png", "white": 250}
    change(coco_root / FILE, lambda d: d["images"][0].update(pair))
    first, _ = coco.read(coco_root / FILE, coco_root / "images")
    assert first.scan.encoding is Encoding.DUAL
    assert np.all(first.scan.pixels <= 1)


def test_a_missing_picture_is_named(coco_root: Path) -> None:
    (coco_root / "images" / "b.png").unlink()
    _, second = coco.read(coco_root / FILE, coco_root / "images")
    with pytest.raises(DataError, match=r"b\.png: no such file"):
        _ = second.scan


def test_the_wrong_folder_of_pictures_is_noticed_at_once(coco_root: Path) -> None:
    with pytest.raises(DataError, match=r"holds no a\.png"):
        next(coco.read(coco_root / FILE, coco_root))


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda d: d["categories"][0].update(name="Revolver"), "'Revolver' is not in the taxonomy"),
        (lambda d: d["annotations"][0].update(category_id=9), "annotation 1 is of category 9"),
        (lambda d: d["annotations"][0].pop("bbox"), "annotation 1 has no bbox"),
        (lambda d: d.pop("categories"), "it has no categories"),
    ],
)
def test_a_broken_file_says_what_is_broken(coco_root: Path, change, edit, message) -> None:
    change(coco_root / FILE, edit)
    with pytest.raises(DataError, match=message):
        list(coco.read(coco_root / FILE, coco_root / "images"))


@pytest.mark.parametrize("key", ["file_name", "high_file_name"])
@pytest.mark.parametrize("findings", [None, Findings()])
@pytest.mark.parametrize("name", ["/elsewhere/b.png", "../../b.png", "deep/../../b.png"])
def test_a_name_that_leads_out_of_the_folder_opens_nothing(
    coco_root: Path, change, key: str, findings: Findings | None, name: str
) -> None:
    change(coco_root / FILE, lambda d: d["images"][1].update({key: name}))
    with pytest.raises(DataError, match=r"instances_train: \S+b\.png leads out of .*images"):
        list(coco.read(coco_root / FILE, coco_root / "images", findings=findings))


def test_folders_in_the_folder_are_its_own_affair(coco_root: Path, change) -> None:
    (coco_root / "images" / "deep").symlink_to(coco_root / "elsewhere")
    (coco_root / "elsewhere").mkdir()
    (coco_root / "images" / "b.png").replace(coco_root / "elsewhere" / "b.png")
    change(coco_root / FILE, lambda d: d["images"][0].update(file_name="deep/../a.png"))
    change(coco_root / FILE, lambda d: d["images"][1].update(file_name="deep/b.png"))
    samples = list(coco.read(coco_root / FILE, coco_root / "images"))
    assert [sample.scan.width for sample in samples] == [30, 30]


@pytest.mark.parametrize("text", ["7", '"images"', "null", "[]"])
def test_json_of_another_kind_is_no_coco_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(DataError, match="not a COCO file"):
        coco.read(tmp_path / "a.json", tmp_path)


def test_what_is_not_json_is_not_taken_for_a_broken_programme(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(DataError, match="not JSON"):
        coco.read(tmp_path / "a.json", tmp_path)
    with pytest.raises(DataError, match="no such file"):
        coco.read(tmp_path / "b.json", tmp_path)


def samples() -> list[Sample]:
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 256, (16, 24, 3), dtype=np.uint8)
    two = rng.uniform(0.1, 1, (16, 24, 2)).astype(np.float32)
    gun = Annotation("gun", (1.5, 2, 9, 10.25))
    colour = Sample(
        "x/colour.jpg",
        lambda: Scan("c", rgb, Encoding.PSEUDOCOLOR),
        annotations=(gun,),
        ignored=(Annotation("knife", (0, 0, 24, 16)),),
        group="bag 1",
        judged=frozenset({"gun", "knife"}),
        exhaustive=False,
    )
    dual = Scan("d", two, Encoding.DUAL, pixel_mm=1.5, view="top")
    single = Scan("s", two[..., :1], Encoding.SINGLE)
    return [
        colour,
        replace(colour, id="x_colour.png", ignored=(), judged=None),  # the same name once written
        Sample("dual", lambda: dual, group="bag 2"),
        Sample("single", lambda: single, group="bag 3", judged=frozenset({"saw"})),
    ]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = coco.write(samples(), tmp_path)
    back = list(coco.read(path, tmp_path / "images"))
    for before, after in zip(samples(), back, strict=True):
        for name in ("annotations", "ignored", "group", "judged", "exhaustive"):
            assert getattr(after, name) == getattr(before, name), name
        assert after.scan.encoding is before.scan.encoding
        np.testing.assert_allclose(after.scan.pixels, before.scan.pixels, atol=0.5 / 65535)
    assert (back[2].scan.pixel_mm, back[2].scan.view) == (1.5, "top")


def test_written_files_are_coco_that_others_read(tmp_path: Path) -> None:
    document = json.loads(coco.write(samples(), tmp_path).read_text())
    assert [c["name"] for c in document["categories"]] == ["gun", "knife", "saw"]
    gun = document["annotations"][0]
    assert gun["bbox"] == [1.5, 2, 7.5, 8.25]
    assert gun["area"] == 7.5 * 8.25
    assert {row["image_id"] for row in document["annotations"]} <= {1, 2, 3, 4}


def test_the_encoding_of_grey_pseudo_colour_and_the_visible_fractions_come_back(
    tmp_path: Path,
) -> None:
    grey = np.random.default_rng(0).integers(20, 200, (16, 24, 1), dtype=np.uint8)
    shown = Scan("g", np.repeat(grey, 3, axis=2), Encoding.PSEUDOCOLOR)
    things = (Annotation("gun", (1, 2, 9, 10)), Annotation("knife", (3, 2, 9, 14)))
    hidden = (Annotation("saw", (0, 0, 9, 9)),)
    sample = Sample("g", lambda: shown, things, hidden, meta={"visible_fraction": [0.5, 0.9]})
    (back,) = coco.read(coco.write([sample], tmp_path), tmp_path / "images")
    assert back.scan.encoding is Encoding.PSEUDOCOLOR
    assert (back.scan.pixels == shown.pixels).all()
    assert back.meta["visible_fraction"] == [0.5, 0.9]
