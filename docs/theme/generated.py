"""Pages of the site that commands say better than people: the commands and the models' cards."""

import subprocess
import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import xray
from xray.detector import available

FAVICON = Path(__file__).parents[2] / "app/xray_app/desk/favicon.png"
COMMANDS = {
    "xray": "xray.__main__",
    "xray-data": "xray_datasets.__main__",
    "xray-train": "xray_train.__main__",
    "xray-app": "xray_app.__main__",
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is generated."""
    for uri, text in (("commands", commands()), ("models", models())):
        files.append(File.generated(config, f"reference/{uri}.md", content=text))
    icon = str(FAVICON)
    files.append(File.generated(config, "images/favicon.png", abs_src_path=icon))
    return files


def commands() -> str:
    """What `--help` says of each command."""
    pages = []
    for name, module in COMMANDS.items():
        call = [sys.executable, "-m", "typer", module, "utils", "docs", "--name", name]
        pages.append(subprocess.run(call, capture_output=True, text=True, check=True).stdout)
    return "# Commands\n\n" + "\n".join(_lower(page) for page in pages)


def models() -> str:
    """What the cards of the shipped models say."""
    parts = ["# Models\n\nAs `xray models` says it; the cards lie in the files themselves.\n"]
    for name, path in available().items():
        card = xray.Detector(name).card
        parts += [
            f"## {name} {card.version}\n",
            f"**Terms.** {card.terms}\n",
            f"**Scans.** {', '.join(sorted(card.encodings))}\n",
            f"**Finds.** {', '.join(card.labels)}\n",
            *(f"**Measured.** {line}\n" for line in card.score_lines()),
            f"**Limits.** {' '.join(card.limits)}\n",
            f"`{path.name}`, SHA-256 `{card.sha256}`\n",
        ]
    return "\n".join(parts)


def _lower(page: str) -> str:
    """Headings one level down: the page has a title of its own."""
    return "\n".join(f"#{line}" if line.startswith("#") else line for line in page.splitlines())
