"""What holds for every format."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from aks_audit.report import Report
from aks_audit.reporters import RENDER, SUFFIXES
from aks_audit.reporters.topology import render_json, render_mermaid, render_text

from .accepted import accepted_report
from .reports import (
    HOSTILE,
    empty_report,
    faulty_estate,
    faulty_report,
    hostile_report,
    report_of,
    unknown_report,
    unlisted_report,
)

FORMATS = {**RENDER, "text tree": render_text, "topology JSON": render_json, "mermaid": render_mermaid}
each_format = pytest.mark.parametrize("render", FORMATS.values(), ids=FORMATS)


@each_format
@pytest.mark.parametrize("make", [faulty_report, unknown_report, unlisted_report, empty_report])
def test_ends_with_one_newline(render: Callable[[Report], str], make: Callable[[], Report]) -> None:
    text = render(make())
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@each_format
def test_the_same_report_gives_the_same_bytes(render: Callable[[Report], str]) -> None:
    report = faulty_report()
    assert render(report) == render(report) == render(faulty_report())


@each_format
def test_the_order_of_the_resources_does_not_matter(render: Callable[[Report], str]) -> None:
    estate = faulty_estate()
    expected = render(report_of(estate))
    for seed in range(3):
        random.Random(seed).shuffle(estate.resources)
        assert render(report_of(estate)) == expected


@each_format
@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_steers_a_terminal_or_a_build(render: Callable[[Report], str], name: str) -> None:
    text = render(hostile_report(HOSTILE[name]))
    assert all(character.isprintable() or character in "\n\t" for character in text)
    assert "##vso[" not in text.lower()
    assert "##[" not in text
    assert not re.search(r"^\s*::[a-z-]+(\s[^\n]*)?::", text, re.IGNORECASE | re.MULTILINE)


@pytest.mark.parametrize("render", RENDER.values(), ids=RENDER)
def test_every_format_shows_what_is_accepted_and_what_is_gone(render: Callable[[Report], str]) -> None:
    text = " ".join(render(accepted_report()).split())
    for shown in ("known since", "net team", "2026-12-01", "is no longer there", "was not looked at again"):
        assert shown in text


def test_every_suffix_leads_to_a_format() -> None:
    assert SUFFIXES == {
        ".html": "html",
        ".sarif.json": "sarif",
        ".json": "json",
        ".md": "markdown",
        ".sarif": "sarif",
        ".xml": "junit",
        ".csv": "csv",
    }
    assert set(SUFFIXES.values()) <= set(RENDER)


def test_only_the_terminal_brings_rich() -> None:
    code = (
        "import sys; import aks_audit.reporters as r, aks_audit.reporters.markdown, aks_audit.reporters.json_report,"
        "aks_audit.reporters.sarif, aks_audit.reporters.junit, aks_audit.reporters.csv_report,"
        "aks_audit.reporters.topology, aks_audit.reporters.html; assert 'rich' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_format_brings_an_azure_package_and_only_the_page_a_template_engine() -> None:
    code = (
        "import sys; import aks_audit.reporters as r, aks_audit.reporters.markdown, aks_audit.reporters.json_report,"
        "aks_audit.reporters.topology, aks_audit.reporters.terminal; assert 'jinja2' not in sys.modules;"
        "import aks_audit.reporters.html; assert not {'azure', 'requests'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
