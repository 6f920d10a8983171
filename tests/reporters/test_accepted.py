"""What does not fail a run is shown by every format all the same."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest
from markdown_it import MarkdownIt

from aks_audit.report import Notice, Suppression
from aks_audit.reporters import json_report, markdown, terminal
from aks_audit.suppressions import suppress

from .accepted import TODAY, accepted_report, entry
from .reports import HOSTILE, faulty_estate, report_of

EXPIRING = (
    "the suppression of kubenet-route-missing on * (net team) expires on 2026-12-01: fix it, or renew the promise"
)


def test_the_terminal_lists_each_under_a_heading_of_its_own() -> None:
    text = terminal.render(accepted_report(), width=200)
    assert text.startswith("1 critical in 2 of 3 clusters; all in the baseline; 1 suppressed\n")
    assert "Do first" not in text
    assert "(latent: works now, the next write is refused) (known: in the baseline)" in text
    suppressed = text.partition("SUPPRESSED  1 finding\n")[2]
    assert "- critical kubenet-route-missing at route table " in suppressed
    assert "known since <May> (net team, until 2026-12-01)" in suppressed
    gone = text.partition("GONE  1 finding of the baseline\n")[2]
    assert "- medium kubenet-route-stale: rt-old has a route of a node that is no longer there" in gone
    attention = text.partition("ATTENTION  suppressions and baseline\n")[2]
    assert f"- {EXPIRING} " in f"{' '.join(attention.split())} "
    assert "- 1 finding of the baseline was not looked at again\n" in attention


def test_the_terminal_says_how_many_it_leaves_out() -> None:
    report = accepted_report()
    many = tuple(replace(report.gone[0], fingerprint=f"{number:032}") for number in range(23))
    text = terminal.render(replace(report, gone=many), width=200)
    assert text.count("rt-old has a route") == 20
    assert "and 3 more; -f json has all" in text


def test_markdown_lists_each_under_a_heading_of_its_own() -> None:
    text = markdown.render(accepted_report())
    assert "**1 critical** in 2 of 3 clusters; all in the baseline; 1 suppressed" in text
    assert "critical<br>*latent*<br>*known*" in text
    assert "*known*: the baseline has it." in text
    assert "<b>Suppressed</b>: 1 finding" in text
    assert "known since `<May>` | net team | `2026-12-01` |" in text
    assert "<b>Gone since the baseline</b>: 1 finding" in text
    assert "rt-old has a route of a node that is no longer there | route table `rt-old` |" in text
    assert "### Suppressions and baseline\n" in text
    assert "- 1 finding of the baseline was not looked at again\n" in text


def test_json_has_all_of_it() -> None:
    found = json.loads(json_report.render(accepted_report()))
    jsonschema.validate(found, json.loads(json_report.schema()), jsonschema.Draft202012Validator)
    by_rule = {item["rule"]: item for item in found["findings"]}
    assert by_rule["kubenet-route-missing"]["suppressed"] == {
        "reason": "known since <May>",
        "owner": "net team",
        "expires": "2026-12-01",
    }
    assert [by_rule[rule]["baselined"] for rule in sorted(by_rule)] == [False, True]
    assert found["gone"] == [
        {
            "rule": "kubenet-route-stale",
            "severity": "medium",
            "message": "rt-old has a route of a node that is no longer there",
            "resourceId": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/routeTables/rt-old",
            "fingerprint": "0" * 32,
        }
    ]
    assert found["notices"] == [
        {"kind": "suppression-expiring", "message": EXPIRING},
        {"kind": "baseline-unchecked", "message": "1 finding of the baseline was not looked at again"},
    ]
    counts = {key: found["summary"][key] for key in ("critical", "suppressed", "baselined", "gone")}
    assert counts == {"critical": 1, "suppressed": 1, "baselined": 1, "gone": 1}


def test_a_report_of_suppressed_findings_alone_does_not_read_as_fine() -> None:
    entries = [entry(), entry("subnet-too-small-for-upgrade")]
    report = suppress(report_of(faulty_estate()), entries, TODAY)
    assert markdown.render(report).startswith("✅ **Nothing found** in 3 clusters; 2 suppressed\n")
    assert terminal.render(report).startswith("Nothing found in 3 clusters; 2 suppressed\n")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_team_s_own_words_are_shown_not_obeyed(name: str) -> None:
    report = accepted_report()
    evil = HOSTILE[name]
    promise = Suppression(reason=evil, owner=evil, expires=evil)
    report = replace(
        report,
        findings=tuple(replace(item, suppressed=item.suppressed and promise) for item in report.findings),
        gone=(replace(report.gone[0], message=evil),),
        notices=(Notice("suppression-unused", evil),),
    )
    text = terminal.render(report, width=80, colour=False)
    assert max(map(len, text.splitlines())) <= 80
    for shown in (text, markdown.render(report)):
        assert not {"\x1b", "\x9b", "\u202e", "\u2066"} & set(shown)
    html = MarkdownIt("commonmark").enable("table").render(markdown.render(report))
    for tag in ("<script", "<img", "<h1", 'href="http://evil'):
        assert tag not in html
