import pytest

from xray.errors import RecipeError
from xray_app.settings import Settings, is_loopback


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
