"""The house as a whole: where code lies, what each package may import, how fast `xray` comes."""

import ast
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = {"xray": "xray"} | {
    name: f"{folder}/{name}"
    for folder, name in (
        ("datasets", "xray_datasets"),
        ("train", "xray_train"),
        ("app", "xray_app"),
    )
}
EXTRAS = {
    "xray": ["cuda", "openvino", "parquet", "ray"],
    "xray_datasets": ["data"],
    "xray_train": ["data", "lite", "ray", "train", "transformers"],
    "xray_app": ["app", "oidc", "parquet"],
}
# FastAPI names its middleware in starlette; jinja2's safe text is markupsafe's
COMES_WITH = {"starlette": "fastapi", "markupsafe": "jinja2"}


def imported(package: str) -> dict[str, set[str]]:
    """Top-level names that a package imports anywhere → the files that do."""
    found: dict[str, set[str]] = {}
    for file in (ROOT / PACKAGES[package]).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            for name in names:
                found.setdefault(name.split(".")[0], set()).add(file.name)
    return found


def declared(package: str) -> set[str]:
    """Distributions that the package's extra installs, as in pyproject.toml."""
    project = PROJECT["project"]
    lines = list(project["dependencies"])
    for extra in EXTRAS[package]:
        lines += project["optional-dependencies"][extra]
    return {line.split(">")[0].split("=")[0].split("[")[0].strip().lower() for line in lines}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_what_its_extra_installs(package: str) -> None:
    owners = packages_distributions()
    allowed = declared(package) | {"xray-cargo"}
    strangers = {
        name: files
        for name, files in imported(package).items()
        if name not in sys.stdlib_module_names
        and name not in PACKAGES
        and COMES_WITH.get(name, name).replace("_", "-") not in allowed
        and not {owner.lower() for owner in owners.get(name, [])} & allowed
    }
    assert strangers == {}


def test_every_package_is_packed_linted_and_under_contract() -> None:
    tool = PROJECT["tool"]
    assert sorted(tool["hatch"]["build"]["targets"]["wheel"]["packages"]) == sorted(
        PACKAGES.values()
    )
    assert sorted(tool["importlinter"]["root_packages"]) == sorted(PACKAGES)
    assert sorted(tool["mypy"]["packages"]) == sorted(PACKAGES)


def test_folders_with_common_names_hold_one_package_of_ours_and_never_become_one() -> None:
    for folder in ("datasets", "train", "app"):
        assert not (ROOT / folder / "__init__.py").exists()
        held = {path.parent.name for path in (ROOT / folder).glob("*/__init__.py")}
        assert held == {name for name, place in PACKAGES.items() if place.startswith(folder + "/")}


def test_a_module_without_a_room_breaks_the_contract() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    rooms = {c["containers"][0]: c for c in contracts if c.get("containers")}
    assert set(PACKAGES) <= set(rooms)
    assert all(contract["exhaustive"] for contract in rooms.values())
    for package, place in PACKAGES.items():
        placed = {
            room.strip("() ") for layer in rooms[package]["layers"] for room in layer.split("|")
        }
        there = {p.stem for p in (ROOT / place).glob("*.py")} - {"__init__"}
        there |= {p.parent.name for p in (ROOT / place).glob("*/__init__.py")}
        assert there <= placed


def test_importing_xray_takes_half_a_second_at_most_and_adds_little_to_numpy() -> None:
    # In processor time, so that a busy machine does not fail it; numpy takes 0.1 s of it.
    code = (
        "import time, numpy; t = time.process_time(); import xray; whole = time.process_time(); "
        "print(whole, whole - t)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.split()
        for _ in range(3)
    ]
    whole, added = (min(float(run[k]) for run in runs) for k in (0, 1))
    assert whole < 0.5
    assert added < 0.25


def test_pins_are_names_and_versions_alone() -> None:
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    for line in pins:
        assert line.startswith("#") or "==" in line
        assert "/" not in line
        assert "@" not in line
