"""What an administrator types beside a running service."""

import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text, update

from xray.clearance import Rule
from xray.profile import Profile
from xray.scan import Encoding
from xray_app import __main__ as command
from xray_app.cases import audit, schema, tables
from xray_app.cases.alone import Alone
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database
from xray_app.cases.register import NewView, Submission, register
from xray_app.cases.rules import Rules
from xray_app.cases.states import Target
from xray_app.service import utc_now

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def data(tmp_path: Path, migrated_sqlite: Database) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(str(migrated_sqlite.url.database), folder / "cases.sqlite3")
    return folder


@pytest.fixture
def run(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], standin: Path
) -> Run:
    """Runs the command; its exit code, and everything it said."""
    monkeypatch.setenv("XRAY_DATA_DIR", str(data))
    monkeypatch.setenv("XRAY_MODEL", str(standin))

    def run(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["xray-app", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            command.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out + err

    return run


def test_a_person_is_made_from_a_password_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("correct horse battery\n")
    asked = ("user", "add", "kim", "--role", "screener", "--password-file", file)
    assert run(*asked) == (0, "kim may sign in as screener.\n")
    assert run(*asked)[0] == 2
    assert "--role must be one of" in run("user", "add", "lee", "--role", "king")[1]


def test_the_chain_is_verified_and_anchored_and_a_cut_is_found(
    run: Run, data: Path, tmp_path: Path
) -> None:
    database = Database(f"sqlite:///{data / 'cases.sqlite3'}")
    with database.write() as connection:
        for number in range(3):
            audit.append(connection, utc_now(), "kim", "taken", f"case {number}")
    anchor = tmp_path / "anchor.json"
    assert run("audit", "anchor", "--out", anchor)[0] == 0
    assert json.loads(anchor.read_text())["seq"] == 3
    assert run("audit", "verify", "--anchor", anchor) == (0, "The chain holds: 3 entries.\n")
    with database.write() as connection:
        connection.execute(text("DROP TRIGGER audit_no_delete"))
        connection.execute(text("DELETE FROM audit WHERE seq = 3"))
    assert run("audit", "verify")[0] == 0
    code, said = run("audit", "verify", "--anchor", anchor)
    assert (code, "cut off" in said) == (1, True)
    with database.write() as connection:
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("UPDATE audit SET actor = 'lee' WHERE seq = 2"))
    code, said = run("audit", "verify")
    assert (code, "entry 2 (taken of case 1" in said) == (1, True)
    database.dispose()


def test_the_doctor_says_what_holds_and_what_does_not(run: Run, data: Path) -> None:
    code, said = run("doctor")
    assert "audit chain: 0 entries hold" in said
    assert "model: standin 1" in said
    assert code == (1 if "BAD" in said else 0)
    database = Database(f"sqlite:///{data / 'cases.sqlite3'}")
    schema.downgrade(database, "-1")
    database.dispose()
    code, said = run("doctor")
    assert code == 1
    assert "run: xray-app database upgrade" in said


def test_the_doctor_makes_nothing(
    run: Run, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data / "cases.sqlite3").unlink()
    code, said = run("doctor")
    assert (code, "xray-app database restore" in said) == (1, True)
    assert list(data.iterdir()) == []
    monkeypatch.setenv("XRAY_DATA_DIR", str(tmp_path / "new" / "folder"))
    assert "folder can be made" in run("doctor")[1]
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("same", [True, False])
def test_the_doctor_says_whether_the_calibration_is_of_this_model(
    run: Run, standin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, same: bool
) -> None:
    sha256 = hashlib.sha256(standin.read_bytes()).hexdigest() if same else "0" * 64
    said = {"scanner": "gate 1", "encodings": frozenset(Encoding), "profile": Profile()}
    file = tmp_path / "clearance.json"
    Rule(0.9, 0.05, 0.95, **said, model="standin@1", sha256=sha256).save(file)  # type: ignore[arg-type]
    monkeypatch.setenv("XRAY_CALIBRATION_FILE", str(file))
    code, said_of = run("doctor")
    assert "holds for standin@1 and the scanner gate 1" in said_of
    assert ("nothing is eligible" in said_of) == (not same)
    assert same or code == 1


def test_tables_go_down_only_when_it_is_meant(run: Run) -> None:
    assert run("database", "upgrade")[0] == 0
    assert "pass --yes" in run("database", "downgrade", "base")[1]
    assert run("database", "downgrade", "base", "--yes")[0] == 0


@pytest.mark.parametrize("act", [("downgrade", "base", "--yes"), ("upgrade",)])
def test_tables_are_not_changed_under_a_running_service(
    run: Run, data: Path, act: tuple[str, ...]
) -> None:
    database = Database(f"sqlite:///{data / 'cases.sqlite3'}")
    schema.downgrade(database, "-1")
    before = schema.current(database)
    with Alone(database, lambda: None):
        code, said = run("database", *act)
    assert (code, "another service uses this database" in said) == (2, True)
    assert schema.current(database) == before
    database.dispose()


def test_a_copy_is_made_of_older_tables_which_no_other_command_touches(
    run: Run, data: Path, tmp_path: Path
) -> None:
    database = Database(f"sqlite:///{data / 'cases.sqlite3'}")
    schema.downgrade(database, "0008")
    assert run("database", "backup", "--out", tmp_path / "copy")[0] == 0
    code, said = run("audit", "verify")
    assert (code, "make a copy of it" in said) == (2, True)
    copied = Database(f"sqlite:///{tmp_path / 'copy' / 'cases.sqlite3'}")
    assert (schema.current(database), schema.current(copied)) == ("0008", "0008")
    for one in (database, copied):
        one.dispose()


def test_where_nothing_is_no_copy_is_made(run: Run, data: Path, tmp_path: Path) -> None:
    (data / "cases.sqlite3").unlink()
    assert "holds no database" in run("database", "backup", "--out", tmp_path / "copy")[1]
    assert list(data.iterdir()) == []
    assert not (tmp_path / "copy").exists()


def test_a_copy_holds_the_models_and_leaves_the_key_to_be_brought(
    run: Run, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("dossier", "key")[0] == 0
    (kept,) = (data / "models").iterdir()
    assert run("database", "backup", "--out", tmp_path / "copy")[1].endswith("copy: 1 files\n")
    monkeypatch.setenv("XRAY_DATA_DIR", str(tmp_path / "new"))
    code, said = run("database", "restore", tmp_path / "copy")
    assert (code, f"bring it to {tmp_path / 'new' / 'dossier.key'}" in said) == (0, True)
    assert (tmp_path / "new" / "models" / kept.name).read_bytes() == kept.read_bytes()
    monkeypatch.setenv("XRAY_DATA_DIR", str(data))
    kept.write_bytes(b"another")
    code, said = run("database", "backup", "--out", tmp_path / "late")
    assert (code, f"{kept.name} in models were changed" in said) == (2, True)
    assert list((tmp_path / "late" / "models").iterdir()) == []


def test_a_copy_is_made_and_put_back_and_a_damaged_one_is_found(
    run: Run, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(f"sqlite:///{data / 'cases.sqlite3'}")
    contents = Contents(data / "contents")
    with database.write() as connection:
        contents.adopt(connection, [contents.stage(b"scan", "bag.png", 99)], utc_now())
        audit.append(connection, utc_now(), "kim", "taken", "case")
    database.dispose()
    copy = tmp_path / "copy"
    assert run("database", "backup", "--out", copy) == (0, f"{copy}: 1 files\n")
    assert run("database", "backup", "--out", copy)[0] == 2
    assert "holds cases already" in run("database", "restore", copy)[1]
    monkeypatch.setenv("XRAY_DATA_DIR", str(tmp_path / "new"))
    assert run("database", "restore", copy)[0] == 0
    assert run("audit", "verify") == (0, "The chain holds: 1 entries.\n")
    assert run("audit", "verify", "--files") == (
        *(0, "The chain holds: 1 entries.\nEvery file is what was kept.\n"),
    )
    (file,) = (copy / "contents").glob("??/*")
    (tmp_path / "new" / "contents" / file.parent.name / file.name).write_bytes(b"other")
    code, said = run("audit", "verify", "--files")
    assert (
        code,
        f"1 files are missing or were changed; put copies back of: {file.name}" in said,
    ) == (*(1, True),)
    assert "or were changed there" in run("database", "backup", "--out", tmp_path / "late")[1]
    file.write_bytes(b"other")
    monkeypatch.setenv("XRAY_DATA_DIR", str(tmp_path / "newer"))
    assert "1 files are missing or changed" in run("database", "restore", copy)[1]


def test_messages_that_were_given_up_are_listed_and_sent_again(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(f"sqlite:///{data / 'cases.sqlite3'}")
    view = NewView(Contents(data / "contents").stage(b"scan", "bag.png", 99), "bag.png")
    sent = Submission((view,), "gate", declaration={"cargo_number": "26TESTA457I06370010"})
    rules = Rules(tells=frozenset({Target.CLEARANCE}))
    case = register(database, Contents(data / "contents"), sent, utc_now(), rules).case
    given_up = {"next_at": None, "dead_at": utc_now(), "tries": 12, "problem": "status 500"}
    with database.write() as connection:
        connection.execute(update(tables.outbox).values(**given_up))
    database.dispose()
    code, said = run("outbox", "list")
    first = f"1 clearance case.received of case {case.id}, 12 tries, given up "
    assert (code, said.startswith(first), said.endswith(": status 500\n")) == (0, True, True)
    assert "or pass --all" in run("outbox", "retry")[1]
    assert "its target is not configured" in run("outbox", "retry", 1)[1]
    monkeypatch.setenv("XRAY_CLEARANCE_URL", "https://customs.example/cargo")
    monkeypatch.setenv("XRAY_CLEARANCE_KEY", "our-key")
    assert run("outbox", "retry", 1) == (0, "1 messages go again.\n")
    assert "0 tries, next try" in run("outbox", "list")[1]
    assert run("audit", "verify") == (0, "The chain holds: 2 entries.\n")


def test_settings_are_listed(run: Run) -> None:
    assert "`XRAY_DATABASE_URL`" in run("settings")[1]


def test_a_misspelt_variable_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XRAY_PROT", "80")
    assert "did you mean XRAY_PORT" in run("doctor")[1]


def test_the_public_key_is_printed_and_a_forged_dossier_refused(run: Run, tmp_path: Path) -> None:
    code, pem = run("dossier", "key")
    assert (code, "BEGIN PUBLIC KEY" in pem) == (0, True)
    key, file = tmp_path / "public.pem", tmp_path / "case.zip"
    key.write_text(pem)
    file.write_bytes(b"no zip")
    assert "cannot be read" in run("dossier", "verify", file, "--key", key)[1]
    assert "there is no case" in run("dossier", "write", "0" * 32, "--out", file)[1]
