"""The wheel, used where no checkout is: weights, samples and pages are in it, other names free."""

import email
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that installing the wheel would fill."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "--no-build-isolation"]
    done = subprocess.run([*build, "-w", str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        file.extractall(folder / "site")
    return folder / "site"


def run(unpacked: Path, code: str) -> str:
    """What this code prints in a process that sees the wheel and no checkout."""
    whole = f"import sys; sys.path.insert(0, {str(unpacked)!r})\n{code}"
    done = subprocess.run(
        [sys.executable, "-P", "-c", whole],
        cwd=unpacked.parent,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_it_holds_our_packages_and_takes_no_name_that_others_use(unpacked: Path) -> None:
    held = {p.name for p in unpacked.iterdir() if not p.name.endswith(".dist-info")}
    assert held == {"xray", "xray_datasets", "xray_train", "xray_app"}


def test_it_holds_every_file_of_the_weights_and_no_checkpoint(unpacked: Path) -> None:
    there = {p.name for p in (ROOT / "weights").iterdir() if p.is_file()}
    assert {p.name for p in (unpacked / "xray" / "weights").iterdir()} == there


def test_installing_it_brings_what_inspecting_needs_and_nothing_heavier(unpacked: Path) -> None:
    (about,) = unpacked.glob("*.dist-info/METADATA")
    needs = email.message_from_string(about.read_text()).get_all("Requires-Dist") or []
    plain = {re.split(r"[^A-Za-z0-9_-]", need)[0] for need in needs if "extra ==" not in need}
    assert plain == {
        *("numpy", "onnxruntime", "opencv-python-headless", "tifffile", "pydicom"),
        *("typer", "rich"),
    }


def test_it_comes_from_the_wheel_with_every_weight_of_the_checkout(unpacked: Path) -> None:
    shipped = sorted(p.stem for p in (ROOT / "weights").glob("*.onnx"))
    said = run(
        unpacked,
        "import xray; from xray.detector import available; print(xray.__file__, *available())",
    )
    where, *names = said.split()
    assert Path(where).is_relative_to(unpacked)
    assert names == shipped


def test_every_shipped_weight_loads_from_the_wheel(unpacked: Path) -> None:
    code = (
        "import xray; from xray.detector import available\n"
        "for name in available(): print(xray.Detector(name).card.name == name)"
    )
    assert set(run(unpacked, code).split()) == {"True"}


def test_the_desk_finds_its_pages_and_samples_in_it(unpacked: Path) -> None:
    code = (
        "import xray; from xray_app.demo.samples import samples; from xray_app.desk import view\n"
        "print(all(xray.read(s.file).width for s in samples()), 'main' in view.blank('main'))"
    )
    assert run(unpacked, code) == "True True"
    held = {p.name for p in (unpacked / "xray_app" / "desk").iterdir()}
    assert {"desk.css", "panel.js", "page.js", "favicon.png", "templates"} <= held
    there = {p.name for p in (ROOT / "app" / "xray_app" / "desk" / "viewer").iterdir()}
    assert {p.name for p in (unpacked / "xray_app" / "desk" / "viewer").iterdir()} == there
