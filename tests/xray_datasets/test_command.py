from pathlib import Path

import cv2
import pytest
from typer.testing import CliRunner

from xray.errors import DataError
from xray_datasets import layouts
from xray_datasets.__main__ import app, main


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
    output = invoke("check", coco_root, code=1)
    assert "cannot be opened: 1 (instances_train b.png" in output
    assert "nothing wrong" in invoke("check", coco_root, "--no-open")


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


def test_list_tells_all_about_one_public_data_set() -> None:
    assert all(word in invoke("list", "dvxray") for word in ("Terms:", "ol_bb", "Ma et al.", "saw"))


def test_show_writes_a_contact_sheet(coco_root: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheets" / "sheet.png"
    invoke("show", coco_root, "--out", sheet, "--label", "gun")
    assert cv2.imread(str(sheet)).shape[1] == 320  # one scan shows a gun
    with pytest.raises(DataError, match="no scan to show"):
        invoke("show", coco_root, "--out", sheet, "--label", "saw")


def test_our_errors_are_sentences_not_tracebacks(monkeypatch, capsys, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.argv", ["xray-data", "check", str(tmp_path)])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "no layout that is known" in capsys.readouterr().err
