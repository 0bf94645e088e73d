from pathlib import Path

import pytest

from xray.errors import DataError
from xray_datasets import layouts, public
from xray_datasets.asked import Asked
from xray_datasets.findings import Findings
from xray_datasets.public import cubox

BAG = "E3S690_20220816_012879_M_Pistol_001-002_Solid fuel_130-002"


@pytest.fixture
def root(tmp_path: Path, draw) -> Path:
    """Two pictures of a bag with a gun and solid fuel."""
    (tmp_path / "labels" / "train").mkdir(parents=True)
    for number in (7, 8):
        draw(tmp_path / "images" / "train" / f"{BAG}_{number}.png")
        text = "53 0.65 0.55 0.1 0.2\n1 0.5 0.5 0.2 0.4\n"
        (tmp_path / "labels" / "train" / f"{BAG}_{number}.txt").write_text(text)
    return tmp_path


def test_numbers_have_names_without_a_settings_file_and_a_bag_is_one_group(root: Path) -> None:
    assert public.recognised(root) == "cubox"
    first, second = cubox.read(root, "train")
    (gun,) = first.annotations
    assert gun.label == "gun"
    assert gun.xyxy_px == pytest.approx((12, 6, 18, 14))
    assert first.group == second.group == f"CUBOX {BAG}"
    assert len(cubox.NAMES) == 67
    assert (cubox.NAMES[1], cubox.NAMES[20], cubox.NAMES[53]) == ("Gun", "Scissors", "Solid fuel")


def test_broken_texts_are_left_out_as_by_ultralytics_and_noted(root: Path) -> None:
    texts = root / "labels" / "train"
    (texts / f"{BAG}_7.txt").write_text("1 0.5 0.5 0.2 1.4\n")
    (texts / f"{BAG}_8.txt").write_text("1 0.5 0.5 0.2 0.4\n1 0.5 0.5 0.2 0.4\n")
    (texts / "gone.txt").write_text("")
    findings = Findings()
    (sample,) = cubox.read(root, findings=findings)
    assert len(sample.annotations) == 1
    told = "\n".join(findings.problems)
    assert "Ultralytics takes their text for corrupt: 1" in told
    assert "lines that stand twice, counted once: 1" in told
    assert "texts without a picture: 1" in told
    (texts / f"{BAG}_8.txt").write_text("67 0.5 0.5 0.2 0.4\n")
    assert list(cubox.read(root)) == []


@pytest.mark.parametrize(
    "name",
    [
        "train/E3S690_20220816_012879_S_Bag_1.png",
        "train/E3S690_20220816_012879_S_Bag_1.jpg",
        "train/E3S690_20220816_012879_S_Bag_1.PNG",
        "E3S690_20220816_012879_M_Pistol_001-002_7.png",
    ],
)
def test_it_is_known_by_any_picture_whose_name_begins_like_theirs(
    tmp_path: Path, draw, name: str
) -> None:
    path = draw(tmp_path / "images" / name, seed=1)
    draw(path.with_name("0.png"))
    text = tmp_path / "labels" / Path(name).with_name("0.txt")
    text.parent.mkdir(parents=True)
    text.write_text("")
    assert public.recognised(tmp_path) == "cubox"
    assert len([*cubox.read(tmp_path)]) == 2
    assert len([*Asked(tmp_path).samples()]) == 2


def test_a_split_without_texts_is_an_error_unless_findings_take_it(root: Path) -> None:
    (root / "images" / "train").rename(root / "images" / "training")
    with pytest.raises(DataError, match="images/training: not one of its pictures has a text"):
        list(cubox.read(root))
    findings = Findings()
    assert list(cubox.read(root, findings=findings)) == []
    assert "splits left out, for not one of their pictures has a text: 1" in "".join(
        findings.problems
    )


def test_names_of_classes_that_cannot_be_read_are_not_taken_for_none(root: Path) -> None:
    (root / "classes.txt").write_bytes("권총\n".encode("cp949"))
    with pytest.raises(DataError, match=r"classes\.txt: not in UTF-8"):
        public.recognised(root)


def test_a_folder_that_names_classes_of_its_own_is_its_owners(root: Path) -> None:
    for text in (root / "labels" / "train").iterdir():
        text.write_text("0 0.5 0.5 0.2 0.4\n2 0.5 0.5 0.2 0.4\n")
    (root / "data.yaml").write_text("names: [knife, gun, scissors]\n")
    assert public.recognised(root) is None
    for sample in layouts.read(root):
        assert [a.label for a in sample.annotations] == ["knife", "scissors"]
    (root / "data.yaml").write_text(f"names: {list(cubox.NAMES)}\n")
    assert public.recognised(root) == "cubox"


def test_pictures_of_other_names_are_not_taken_for_one_bag(root: Path, draw) -> None:
    for k in range(2):
        draw(root / "images" / "train" / f"lane_{k}.png", seed=k)
    found = {Path(s.id).stem: s.group for s in cubox.read(root, "train")}
    assert found == {
        f"{BAG}_7": f"CUBOX {BAG}",
        f"{BAG}_8": f"CUBOX {BAG}",
        "lane_0": "",
        "lane_1": "",
    }


def test_where_its_pictures_have_other_names_it_is_read_when_it_is_said_to_be_it(
    tmp_path: Path, draw
) -> None:
    draw(tmp_path / "images" / "a.png")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.txt").write_text("1 0.5 0.5 0.2 0.4\n")
    with pytest.raises(DataError, match=r"no names of classes .* write classes\.txt"):
        list(Asked(tmp_path).samples())
    asked = Asked(tmp_path, source="cubox")
    asked.check_classes()
    assert asked.name() == "CUBOX"
    ((_, sample),) = asked.samples(Findings())
    assert [a.label for a in sample.annotations] == ["gun"]
    (tmp_path / "classes.txt").write_text("Gun\nHammer\n")  # its own numbers go before theirs
    ((_, sample),) = asked.samples()
    assert [a.label for a in sample.annotations] == ["hammer"]
    (tmp_path / "classes.txt").unlink()
    with pytest.raises(DataError, match="no names of classes"):
        list(Asked(tmp_path, source="pidray").samples())
