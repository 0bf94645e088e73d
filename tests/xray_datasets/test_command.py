import json
import logging
from pathlib import Path

import cv2
import pytest
from typer.testing import CliRunner

from xray.errors import DataError
from xray.scan import Scan
from xray_datasets import checks, layouts, twins
from xray_datasets.__main__ import app, main
from xray_datasets.features import Features


def invoke(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.output


def test_list_names_layouts_and_public_data_sets() -> None:
    output = invoke("list")
    assert all(word in output for word in ("yolo", "pidray", "SIXray"))


def test_list_of_one_source_shows_every_class_with_its_label() -> None:
    output = invoke("list", "eds")
    assert "umbrella" in output
    assert "left out" in output
    assert "liquid" in output


def test_check_is_content_with_a_sound_data_set(coco_root: Path) -> None:
    assert "coco, 2 scans, 1 boxes\n  nothing wrong found" in invoke("check", coco_root)


def test_check_ends_with_one_where_something_is_wrong(coco_root: Path) -> None:
    (coco_root / "images" / "b.png").unlink()
    for more in ((), ("--no-open",)):
        output = invoke("check", coco_root, *more, code=1)
        assert "for their picture is missing: 1" in output
        assert "instances_train: b.png)" in output


def test_check_without_opening_says_that_it_saw_no_picture(coco_root: Path) -> None:
    (coco_root / "images" / "b.png").write_bytes(b"damaged")
    assert "cannot be opened: 1" in invoke("check", coco_root, code=1)
    output = invoke("check", coco_root, "--no-open")
    assert "not looked at: the pictures, for --no-open: which of them are damaged" in output
    assert "nothing wrong found in what was looked at" in output
    output = invoke("check", coco_root, "--no-twins", code=1)
    assert "not looked at: which bag is in two splits, for --no-twins" in output


@pytest.fixture
def voc_with_a_broken_file(voc_root: Path) -> Path:
    """Of two scans, the XML of one was cut off."""
    (voc_root / "Annotations" / "b.xml").write_text("<annotation><object>")
    return voc_root


@pytest.mark.parametrize("own", [(), ("--own",)])
def test_check_goes_on_after_a_broken_xml_file_and_names_it_once(
    voc_with_a_broken_file: Path, own: tuple[str, ...]
) -> None:
    lists = voc_with_a_broken_file / "ImageSets" / "Main"
    (lists / "trainval.txt").write_text("a\nb\n")  # it is in two lists
    output = invoke("check", voc_with_a_broken_file, *own, code=1)
    assert "voc, 1 scans, 1 boxes" in output
    assert "scans left out, for their XML cannot be read: 1 (" in output
    assert "b.xml: cannot be read as XML" in output


def test_stats_convert_and_show_go_on_after_a_broken_xml_file_and_count_it(
    voc_with_a_broken_file: Path, tmp_path: Path
) -> None:
    said = "scans left out, for their XML cannot be read: 1 ("
    output = invoke("stats", voc_with_a_broken_file)
    assert "all: 1 scans" in output
    assert said in output
    assert said in invoke("convert", voc_with_a_broken_file, "--out", tmp_path / "out")
    assert [s.id for s in layouts.read(tmp_path / "out" / "all")] == ["a.png"]
    assert said in invoke("show", voc_with_a_broken_file, "--out", tmp_path / "sheet.png")
    (voc_with_a_broken_file / "Annotations" / "a.xml").write_text("")
    with pytest.raises(DataError, match=r"not one scan is there .*\n.*cannot be read: 2 \("):
        invoke("stats", voc_with_a_broken_file)


def test_a_class_that_nobody_knows_is_asked_about_before_anything_is_counted(
    voc_root: Path, tmp_path: Path
) -> None:
    path = voc_root / "Annotations" / "a.xml"
    path.write_text(path.read_text().replace("Gun", "Halberd"))
    for command in (("stats",), ("convert", "--out", tmp_path / "out")):
        with pytest.raises(DataError, match="Halberd"):
            invoke(*command, voc_root)
    assert not (tmp_path / "out").exists()


def test_check_names_all_unknown_classes_at_once(yolo_root: Path) -> None:
    (yolo_root / "data.yaml").write_text("names: [blunderbuss, halberd]")
    with pytest.raises(DataError, match=r"(?s)blunderbuss.*halberd"):
        invoke("check", yolo_root)
    invoke("check", yolo_root, "--map", "blunderbuss=gun", "--map", "halberd=")
    invoke("check", yolo_root, "--own")


def test_a_map_must_have_an_equals_sign(yolo_root: Path) -> None:
    with pytest.raises(DataError, match="expected class=label"):
        invoke("check", yolo_root, "--map", "gun")


def test_a_source_that_is_not_known_is_answered_with_those_that_are(yolo_root: Path) -> None:
    with pytest.raises(DataError, match="no public data set 'gunray'; there are sixray"):
        invoke("stats", yolo_root, "--source", "gunray")


def test_stats_counts_by_split(yolo_root: Path) -> None:
    output = invoke("stats", yolo_root)
    assert "train: 1 scans in 1 groups, 0 with nothing marked" in output
    assert "val: 1 scans in 1 groups, 1 with nothing marked" in output


def test_convert_writes_coco_that_reads_back_the_same(voc_root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    invoke("convert", voc_root, "--out", out, "--to", "coco")
    before, after = list(layouts.read(voc_root)), list(layouts.read(out / "all"))
    assert [s.annotations for s in after] == [s.annotations for s in before]
    assert (after[0].scan.pixels == before[0].scan.pixels).all()
    with pytest.raises(DataError, match="holds a data set already"):
        invoke("convert", voc_root, "--out", out)


def test_convert_deals_out_anew_by_shares(yolo_root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    invoke("convert", yolo_root, "--out", out, "--shares", "learn=1,score=1")
    assert sorted(path.name for path in out.iterdir()) == ["learn", "score"]
    assert len(list(layouts.read(out / "learn"))) == 1
    with pytest.raises(DataError, match="expected train=8,val=1,test=1"):
        invoke("convert", yolo_root, "--out", out, "--shares", "learn")


def test_check_of_ones_own_folder_lists_every_text_that_cannot_be_used(
    yolo_root: Path, draw
) -> None:
    (yolo_root / "labels" / "train" / "a.txt").write_text("gun\n")
    draw(yolo_root / "images" / "train" / "c.jpg", seed=3)
    (yolo_root / "labels" / "train" / "c.txt").write_text("1 0.5\n")
    output = invoke("check", yolo_root, code=1)
    assert "their text cannot be used: 2" in output
    assert "a.txt:1" in output
    assert "c.txt:1" in output
    assert "their text cannot be used: 2" in invoke("stats", yolo_root)


@pytest.mark.parametrize("to", ["coco", "cvat", "fiftyone", "huggingface"])
@pytest.mark.parametrize("shares", [(), ("--shares", "train=1,val=1")])
def test_convert_leaves_out_a_damaged_picture_and_says_so(
    coco_root: Path, tmp_path: Path, change, draw, to: str, shares: tuple[str, ...]
) -> None:
    for seed, name in enumerate(("c", "d")):
        path = draw(coco_root / "images" / f"{name}.png", seed=seed)
        image = {"id": seed + 3, "file_name": path.name, "width": 30, "height": 20}
        change(
            coco_root / "annotations" / "instances_train.json",
            lambda d, image=image: d["images"].append(image),
        )
    path.write_bytes(path.read_bytes()[:400])
    out = tmp_path / "out"
    output = invoke("convert", coco_root, "--out", out, "--to", to, *shares)
    assert "scans left out, for they cannot be opened: 1 (d.png: " in output
    assert not [*out.rglob("d.png")]
    assert len([*out.rglob("*.png")]) == 3


@pytest.mark.parametrize("to", ["coco", "cvat"])
def test_splits_with_folders_in_their_names_become_folders_side_by_side(
    voc_root: Path, tmp_path: Path, to: str
) -> None:
    lists = voc_root / "ImageSets" / "Main" / "10"
    lists.mkdir()
    (lists / "train.txt").write_text("a\n")
    (lists / "test.txt").write_text("b\n")
    out = tmp_path / "out"
    splits = ("--split", "10/train", "--split", "10/test")
    invoke("convert", voc_root, "--out", out, "--to", to, *splits)
    names = [name.removeprefix("instances_") for name in layouts.splits(out)]
    assert names == ["10_test", "10_train"]
    assert "2 scans" in invoke("check", out)
    assert [s.id for s in layouts.read(out, "train")] == ["a.png"]


def test_list_tells_all_about_one_public_data_set() -> None:
    assert all(word in invoke("list", "dvxray") for word in ("Terms:", "ol_bb", "Ma et al.", "saw"))


def test_show_writes_a_contact_sheet(coco_root: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheets" / "sheet.png"
    invoke("show", coco_root, "--out", sheet, "--label", "gun")
    assert cv2.imread(str(sheet)).shape[1] == 320  # one scan shows a gun
    (coco_root / "images" / "b.png").write_bytes(b"damaged")
    assert "cannot be opened: 1 (b.png: " in invoke("show", coco_root, "--out", sheet)
    assert cv2.imread(str(sheet)).shape[1] == 320  # the other
    with pytest.raises(DataError, match="no scan to show"):
        invoke("show", coco_root, "--out", sheet, "--label", "saw")


def test_check_of_many_scans_says_what_twins_take_before_it_has_opened_them_all(
    coco_root: Path, draw, change, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = coco_root / "annotations" / "instances_train.json"
    draw(coco_root / "images" / "c.png", seed=3)
    image = {"id": 3, "file_name": "c.png", "width": 30, "height": 20}
    change(path, lambda document: document["images"].append(image))
    monkeypatch.setattr(twins, "LARGE", 2)
    said: list[int] = []

    def features(scan: Scan) -> Features:
        said.append(len(caplog.messages))
        return features_of(scan)

    features_of = checks.features
    monkeypatch.setattr(checks, "features", features)
    with caplog.at_level(logging.WARNING):
        invoke("check", coco_root)
    assert said == [0, 0, 1]  # messages, before each scan
    (message,) = caplog.messages
    assert "sought in 2 scans and more, of which each takes 0.3 s and 160 KB" in message
    assert all(option in message for option in ("--no-twins", "--split"))
    caplog.clear()
    invoke("check", coco_root, "--no-twins")
    assert caplog.messages == []


def test_a_data_set_without_a_scan_is_told_of_by_every_command(
    tmp_path: Path,
) -> None:
    document = {"images": [], "annotations": [], "categories": [{"id": 1, "name": "gun"}]}
    (tmp_path / "train.json").write_text(json.dumps(document))
    assert "0 scans, 0 boxes\n  not one scan is there" in invoke("check", tmp_path, code=1)
    with pytest.raises(DataError, match="not one scan is there to be looked at"):
        invoke("stats", tmp_path)
    with pytest.raises(DataError, match="not one scan is there to be looked at"):
        invoke("convert", tmp_path, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_our_errors_are_sentences_not_tracebacks(monkeypatch, capsys, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.argv", ["xray-data", "check", str(tmp_path)])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "no layout that is known" in capsys.readouterr().err
