"""The pages: every code block runs, and the site builds without the network."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pages import PAGES, ROOT, lay_out, run

ELSEWHERE = {  # what runs a page that needs more than files
    ROOT / "docs" / "service.md": "beside a service: tests/xray_app/test_pages.py",
    ROOT / "docs" / "guides" / "loop.md": "on decided cases: tests/xray_train/test_loop.py",
}
FOLDER_OF_SCANS = ["xray-data", "simulate", "--kind", "parcel", "--count", "12", "--out"]


@pytest.fixture(scope="session")
def my_scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages") / "my-scans"
    command = Path(sys.executable).parent / FOLDER_OF_SCANS[0]
    subprocess.run([command, *FOLDER_OF_SCANS[1:], folder], check=True, capture_output=True)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("text", [p for p in PAGES if p not in ELSEWHERE], ids=lambda p: p.stem)
def test_what_a_page_says_runs(
    text: Path, my_scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lay_out(tmp_path)
    (tmp_path / "my-scans").symlink_to(my_scans)
    run(text, {})


@pytest.mark.parametrize("text", ["```\nassert False\n```\n", "~~~\nx\n~~~\n"])
def test_a_block_that_nothing_would_run_is_noticed(tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"```text\nno code\n```\n\n{text}")
    with pytest.raises(AssertionError, match="1 of 2 blocks were found"):
        run(page, {})


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("page.md", "xray-train rollback parcel", "a command that nothing runs"),
        ("scale.md", "kubectl exec -- \\\n  xray batch a.txt --ot b", "no option --ot"),
        ("scores.md", "xray-train fold recipe.toml", "xray-train has no command fold"),
    ],
)
def test_a_command_that_is_not_run_has_a_reason_and_known_words(
    tmp_path: Path, name: str, text: str, problem: str
) -> None:
    page = tmp_path / name
    page.write_text(f"```text\n{text}\n```\n")
    with pytest.raises(AssertionError, match=problem):
        run(page, {})


@pytest.mark.slow
def test_the_site_builds_and_asks_nobody_for_anything(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict"]
    ran = subprocess.run([*build, "-d", tmp_path], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    pages = [*tmp_path.rglob("*.html")]
    assert len(pages) >= len(PAGES) - 1  # README is no page of the site
    for page in pages:
        text = page.read_text()
        assert not re.search(r'<(script|link|img|iframe)[^>]+(src|href)="(https?:)?//', text), page
    readers = (tmp_path / "reference" / "datasets.html").read_text()
    for name in ("coco.read", "voc.read", "yolo.read", "public.recognised", "reviews", "exchange"):
        assert f'id="xray_datasets.{name}"' in readers, name
    assert 'id="xray.supervision.fields"' in (tmp_path / "reference" / "xray.html").read_text()
    assert "inspect_many" in (tmp_path / "reference" / "xray.html").read_text()
    assert "xray-train fit" in (tmp_path / "reference" / "commands.html").read_text()
    assert "parcel-sim" in (tmp_path / "reference" / "models.html").read_text()
