"""What the container files name exists: files, extras, settings, options, ports, addresses."""

import json
import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from xray_app import temporary_files
from xray_app.__main__ import app
from xray_app.api.app import health, readiness
from xray_app.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
SETTINGS = {f"{PREFIX}{each.name.upper()}" for each in fields(Settings)}
PORT = str(Settings.port)


@pytest.fixture(scope="module")
def lines() -> list[str]:
    text = (ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return read


def of(lines: list[str], word: str) -> list[str]:
    return [line.removeprefix(f"{word} ") for line in lines if line.startswith(f"{word} ")]


def test_what_is_copied_is_there_and_is_not_ignored(lines: list[str]) -> None:
    copied = {name for line in of(lines, "COPY") for name in line.split()[:-1]}
    assert all((ROOT / name).exists() for name in copied)
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in ignore if line.startswith("!")} == copied
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = [*wheel["packages"], *wheel["force-include"], project["project"]["readme"]]
    assert {name.split("/")[0] for name in needed} <= copied


def test_extras_that_are_installed_are_declared(lines: list[str]) -> None:
    (install,) = [line for line in of(lines, "RUN") if line.startswith("pip")]
    assert install.endswith('".[${EXTRAS}]"')
    usual = of(lines, "ARG")[0].removeprefix("EXTRAS=")
    assert "app" in usual.split(",")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    told = [
        found
        for file in ("Containerfile", "docs/scale.md")
        for found in re.findall(r"--build-arg EXTRAS=(\S+)", (ROOT / file).read_text("utf-8"))
    ]
    assert len(told) == 2
    for extras in (usual, *told):
        assert set(extras.split(",")) <= set(project["project"]["optional-dependencies"])


def test_settings_and_options_are_known(lines: list[str], compose: dict[str, Any]) -> None:
    said = re.findall(r"XRAY_[A-Z_]+", " ".join(of(lines, "ENV")))
    assert said
    assert set(said) | set(compose["services"]["service"]["environment"]) <= SETTINGS
    program, command, *rest = json.loads(of(lines, "CMD")[0])
    assert program == "xray-app"
    group: Any = typer.main.get_command(app)
    options = {name for option in group.commands[command].params for name in option.opts}
    assert {word for word in rest if word.startswith("--")} <= options
    assert Settings(host="0.0.0.0", open_network=True).port == int(PORT)


def test_what_comes_in_lies_in_the_volume_until_it_is_read(
    lines: list[str], compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_to = dict(word.split("=") for line in of(lines, "ENV") for word in line.split())
    monkeypatch.setenv("TMPDIR", set_to["TMPDIR"])
    assert temporary_files.ours(Path(set_to["XRAY_DATA_DIR"])) == Path(set_to["TMPDIR"])
    assert of(lines, "VOLUME") == [set_to["XRAY_DATA_DIR"]]
    assert not any(
        set_to["TMPDIR"].startswith(at) for at in compose["services"]["service"]["tmpfs"]
    )


def test_ports_and_health_are_the_services_own(lines: list[str], compose: dict[str, Any]) -> None:
    assert of(lines, "EXPOSE") == [PORT]
    (checked,) = re.findall(r"127\.0\.0\.1:(\d+)(/[a-z/]+)", " ".join(of(lines, "HEALTHCHECK")))
    assert checked[0] == PORT
    assert checked[1] in {route.path for router in (health, readiness) for route in router.routes}
    assert compose["services"]["service"]["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]


def test_the_service_waits_for_the_database_that_it_names(compose: dict[str, Any]) -> None:
    service, database = compose["services"]["service"], compose["services"]["database"]
    assert service["depends_on"] == {"database": {"condition": "service_healthy"}}
    user, name = (database["environment"][f"POSTGRES_{key}"] for key in ("USER", "DB"))
    url = service["environment"]["XRAY_DATABASE_URL"]
    assert url == f"postgresql://{user}:${{POSTGRES_PASSWORD}}@database/{name}"
    assert (ROOT / service["build"]["dockerfile"]).exists()
    volumes = {mount.split(":")[0] for s in (service, database) for mount in s["volumes"]}
    assert volumes == set(compose["volumes"])
    assert service["volumes"] == ["data:/data"]


def test_the_copying_tool_is_as_new_as_the_server(
    lines: list[str], compose: dict[str, Any]
) -> None:
    server = compose["services"]["database"]["image"].rpartition(":")[2]
    assert f"postgresql-client-{server}" in " ".join(of(lines, "RUN"))
