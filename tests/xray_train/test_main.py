"""The command `xray-train` as a whole."""

import sys

import pytest

from xray_train import __main__ as command


def test_without_its_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["xray-train", "fit", "recipe.toml"])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 2
    assert 'run: pip install "xray-cargo[train]"' in capsys.readouterr().err
