from dataclasses import fields
from pathlib import Path

import pytest

from xray.errors import RecipeError
from xray_app.settings import SAYS, Settings, is_loopback, table


def test_the_desk_listens_on_this_machine_alone_by_default() -> None:
    assert Settings().host == "127.0.0.1"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "desk.example"])
def test_an_open_address_needs_to_be_asked_for(host: str) -> None:
    with pytest.raises(RecipeError, match="--open-network"):
        Settings(host=host)
    assert Settings(host=host, open_network=True).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost"])
def test_loopback_is_every_name_of_this_machine(host: str) -> None:
    assert is_loopback(host)


def test_a_port_out_of_range_is_refused() -> None:
    with pytest.raises(RecipeError, match=r"0\.\.65535, got 70000"):
        Settings(port=70_000)


def test_every_setting_is_documented() -> None:
    documented = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
    assert table() in documented, "write what `xray-app settings` prints into docs/settings.md"
    assert set(SAYS) == {field.name for field in fields(Settings)}


def test_the_environment_is_read_and_options_win() -> None:
    environment = {"XRAY_PORT": "80", "XRAY_HUMAN_SHARE": "0.1", "XRAY_NAMES": "a.example, b"}
    read = Settings.read(environment, port=90, host=None)
    assert (read.port, read.human_share, read.names) == (90, 0.1, ("a.example", "b"))
    clears = {"XRAY_CLEAR_BY_MACHINE": "yes", "XRAY_CALIBRATION_FILE": "clearance.json"}
    assert Settings.read(clears).clear_by_machine
    others = {"HOME": "/", "XRAY_REAL_SCANS": "/scans", "XRAY_JUDGED": "/scans"}
    assert Settings.read(others) == Settings()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("XRAY_PROT", "80", "did you mean XRAY_PORT"),
        ("XRAY_PORT", "many", "XRAY_PORT must be a number, got 'many'"),
        ("XRAY_DEMO", "perhaps", "XRAY_DEMO must be yes or no"),
        ("XRAY_HUMAN_SHARE", "2", "must lie over 0 and be 1 at most"),
        ("XRAY_HUMAN_SHARE", "0", "must lie over 0 and be 1 at most"),
        ("XRAY_WORKERS", "0", "must lie over 0"),
        ("XRAY_LEAST_FREE_GB", "-1", "must be 0 or more, got -1"),
        ("XRAY_CLEAR_BY_MACHINE", "yes", "needs XRAY_CALIBRATION_FILE"),
        ("XRAY_INSPECT_SECONDS", "inf", "must lie over 0"),
        ("XRAY_LEASE_MINUTES", "nan", "must lie over 0"),
        ("XRAY_RETENTION_DAYS", "-1", r"must lie in 0\.\.36500, got -1"),
        ("XRAY_RETENTION_DAYS", "1000000000", r"must lie in 0\.\.36500"),
        ("XRAY_INSPECT_MEMORY_MB", "-1", "must be 1024 or more, got -1"),
        ("XRAY_MAX_REQUEST_MB", "199", r"must be XRAY_MAX_UPLOAD_MB \(200\) or more, got 199"),
    ],
)
def test_a_wrong_variable_is_refused_with_a_sentence(name: str, text: str, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        Settings.read({name: text})


@pytest.mark.parametrize("asked_for", [True, False])
def test_a_demo_is_never_open_to_the_network(asked_for: bool) -> None:
    with pytest.raises(RecipeError, match="loopback alone"):
        Settings(host="0.0.0.0", demo=True, open_network=asked_for)


@pytest.mark.parametrize(
    ("secret", "said"),
    [("0123456789abcdef", "32 letters or more"), ("ab" * 20, "8 different ones are the least")],
)
def test_a_weak_secret_is_refused(secret: str, said: str) -> None:
    with pytest.raises(RecipeError, match=f"XRAY_WEBHOOK_SECRET .*{said}.*openssl rand"):
        Settings(webhook_url="https://customs.example/hook", webhook_secret=secret)


def test_all_files_of_a_request_may_have_what_one_of_them_may() -> None:
    assert Settings().max_request_bytes == (1300 + 1) * 2**20
    assert Settings(max_upload_mb=2000).max_request_bytes == (2000 + 1) * 2**20
    assert Settings(max_request_mb=300).max_request_bytes == (300 + 1) * 2**20
