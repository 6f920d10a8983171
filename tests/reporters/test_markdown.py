from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from syrupy.assertion import SnapshotAssertion

from aks_audit.report import Suppression
from aks_audit.reporters.markdown import render
from tests.estate import Estate

from . import mermaid_lines
from .reports import (
    HOSTILE,
    empty_report,
    faulty_estate,
    faulty_report,
    hostile_report,
    many_faults,
    report_of,
    unknown_report,
    unlisted_report,
)

COMMENT_LIMIT = 65_536
OUR_HTML = re.compile(r"<br>|</?sub>|</?details>|<details><summary>.*</summary>")


def tokens(text: str) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text):
        yield token
        yield from token.children or ()


def pictures(text: str) -> list[str]:
    return [token.content for token in tokens(text) if token.type == "fence" and token.info == "mermaid"]


def test_shows_the_faults(markdown_file: SnapshotAssertion) -> None:
    assert render(faulty_report()) == markdown_file


def test_says_what_it_could_not_tell(markdown_file: SnapshotAssertion) -> None:
    assert render(unknown_report()) == markdown_file


@pytest.mark.parametrize(
    ("make", "first"),
    [
        (faulty_report, "🔴 **2 critical** in 3 of 5 clusters"),
        (unknown_report, "⚠️ **Nothing found** in 1 cluster; 1 check could not tell"),
        (unlisted_report, "⚠️ **No cluster could be read**; 2 checks could not tell"),
        (empty_report, "⚠️ **No cluster found**"),
    ],
)
def test_the_first_line_is_the_verdict(make: object, first: str) -> None:
    assert callable(make)
    assert render(make()).splitlines()[0] == first


def test_a_clean_estate_is_said_to_be_clean() -> None:
    estate = Estate()
    estate.cluster("aks1", "cni-overlay")
    assert render(report_of(estate)).startswith("✅ **Nothing found** in 1 cluster\n")


def test_draws_a_picture_that_mermaid_reads() -> None:
    (picture,) = pictures(render(faulty_report()))
    mermaid_lines.check(picture)


def test_a_suppressed_finding_is_listed_apart() -> None:
    report = report_of(faulty_estate())
    accepted = Suppression(reason="known since <May>", owner=None, expires=None)
    text = render(replace(report, findings=tuple(replace(item, suppressed=accepted) for item in report.findings)))
    assert text.startswith("✅ **Nothing found** in 3 clusters")
    assert "<b>Suppressed</b>: 2 findings" in text
    assert "known since `<May>`" in text


def test_a_big_report_fits_a_comment_and_counts_what_it_leaves_out() -> None:
    report = report_of(many_faults(120))
    text = render(report)
    assert len(text) < COMMENT_LIMIT
    section = text.partition("### Findings")[2].partition("### Subnets")[0]
    left = re.search(r"\*\*(\d+) findings left out for length\*\* \((\d+) critical\)", section)
    assert left
    assert section.count("🔴&nbsp;critical") + int(left[1]) == len(report.findings)
    for picture in pictures(text):
        mermaid_lines.check(picture)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_are_code_or_nothing(name: str) -> None:
    """No markup, no link, no mention: what could be one stands in code, where GitHub looks for none of them."""
    text = render(hostile_report(name))
    assert all(character.isprintable() or character == "\n" for character in text)
    assert len(text) < COMMENT_LIMIT
    for token in tokens(text):
        if token.type == "text":
            assert not re.search(r"@|#\d|https?:|www\.|:\w+:|GH-", token.content.replace("https://learn.", ""))
        elif token.type in ("html_inline", "html_block"):
            assert all(OUR_HTML.fullmatch(line) for line in token.content.splitlines()), token.content
        elif token.type == "link_open":
            assert str(token.attrs["href"]).startswith("https://learn.microsoft.com/")
        elif token.type == "heading_open":
            assert token.tag == "h3"
        assert token.type not in ("image", "s_open", "code_block")
    for picture in pictures(text):
        mermaid_lines.check(picture)


def test_no_table_row_gains_or_loses_a_cell() -> None:
    for name in HOSTILE.values():
        html = MarkdownIt("commonmark").enable("table").render(render(hostile_report(name)))
        for table in html.split("<table>")[1:]:
            rows = table.partition("</table>")[0].split("<tr>")[1:]
            assert len({row.count("<td") + row.count("<th") for row in rows}) == 1
            assert all(not row.endswith("<td></td>") for row in rows)
