"""docs/: every name, command and shown output in the pages is true."""

from __future__ import annotations

import pkgutil
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from aks_audit.cli import run
from aks_audit.cli.app import command

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [path for path in sorted(DOCS.rglob("*.md")) if path.parent.name != "rules"]
NAME = re.compile(r"`(aks_audit(?:\.\w+)+)`")
INDENTED = re.compile(r"^ {4}(?:\$ )?aks-audit (.*)$")


def blocks(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Each command that a page shows with its output: the command, and the lines under it."""
    lines = page.read_text().splitlines()
    for number, line in enumerate(lines):
        if line.startswith("    $ aks-audit "):
            shown = []
            for below in lines[number + 1 :]:
                if below and not below.startswith("    "):
                    break
                shown.append(below.strip())
            yield line.removeprefix("    $ aks-audit "), [text for text in shown if text and text != "..."]


SHOWN = [
    pytest.param(words, shown, id=f"{page.name}: {words}") for page in PAGES for words, shown in blocks(page) if shown
]


@pytest.mark.parametrize(("words", "shown"), SHOWN)
def test_what_a_page_shows_is_what_comes_out(
    words: str, shown: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    run(shlex.split(words.removesuffix(" > /dev/null"), comments=True))
    said = capsys.readouterr()
    out = (said.err if words.endswith(" > /dev/null") else said.out).splitlines()
    rest = iter(line.strip("│├└─ ") for line in out)
    missing = [line for line in (text.strip("│├└─ ") for text in shown) if line not in rest]
    assert missing == [], "\n".join(out)


COMMANDS = [
    pytest.param(found[1], id=f"{page.name}: {found[1]}")
    for page in [*PAGES, ROOT / "README.md"]
    for line in page.read_text().splitlines()
    if (found := INDENTED.match(line))
]


@pytest.mark.parametrize("line", COMMANDS)
def test_the_options_of_a_command_exist(line: str) -> None:
    """Parsed as the program would, and not run."""
    words = shlex.split(re.split(r" [|>] | > ", line)[0].replace("N|N%", "1"), comments=True)
    found = command()
    while words and words[0] in getattr(found, "commands", {}):
        found = found.commands[words.pop(0)]
    if words != ["--install-completion"]:
        found.make_context("aks-audit", words, resilient_parsing=False, parent=typer.Context(command())).close()


def test_the_names_in_the_pages_are_those_in_the_code() -> None:
    names = [name for page in PAGES for name in NAME.findall(page.read_text())]
    assert len(names) > 20
    for name in names:
        pkgutil.resolve_name(name)


def test_the_role_has_the_actions_that_the_readme_names() -> None:
    actions = set(re.findall(r'"Microsoft\.[\w.]+/([\w/]+)/read"', (DOCS / "live.md").read_text()))
    readme = (ROOT / "README.md").read_text()
    rights = readme[readme.index("**Rights.**") : readme.index("What is refused becomes a Gap")]
    said = {action.removeprefix("virtualNetworks/").removeprefix("privateDnsZones/") for action in actions}
    assert [
        word for word in said - {"subscriptions", "virtualMachineScaleSets/networkInterfaces"} if word not in rights
    ] == []


def test_the_site_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", tmp_path / "site"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "site" / "index.html").read_text()
    loaded = re.findall(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=\"([^\"]+)\"", page)
    assert loaded
    assert [url for url in loaded if re.match(r"(https?:)?//", url)] == []
