"""What every rule owes its readers."""

from __future__ import annotations

import re

import pytest
from syrupy.assertion import SnapshotAssertion

from aks_audit.findings import Rule
from aks_audit.rules import catalogue

from .observed import in_words, observed


def test_there_are_at_least_twenty_rules() -> None:
    assert len(catalogue()) >= 20


@pytest.mark.parametrize("rule", catalogue(), ids=lambda rule: rule.id)
class TestEveryRule:
    def test_is_named_after_its_file_and_trouble(self, rule: Rule) -> None:
        assert rule.check.__module__.rpartition(".")[2].replace("_", "-") == rule.id
        assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.id)

    def test_has_a_page_with_its_three_headings_in_order(self, rule: Rule) -> None:
        headings = re.findall(r"^## (.+)$", rule.page, re.MULTILINE)
        assert headings == ["What it finds", "Why it matters", "How to fix it"]
        assert "TODO" not in f"{rule.title} {rule.page} {rule.disrupts}"
        assert all(len(part.split()) >= 8 for part in re.split(r"^## .+$", rule.page, flags=re.MULTILINE)[1:])

    def test_shows_the_fix_in_three_languages(self, rule: Rule) -> None:
        fix = rule.page.partition("## How to fix it")[2]
        blocks = re.findall(r"^```(\w*)\n(.*?)^```$", fix, re.MULTILINE | re.DOTALL)
        assert [language for language, _ in blocks] == ["azurecli", "bicep", "terraform"]
        assert all(code.strip() for _, code in blocks)
        assert len(rule.remediation.split()) >= 6, "prose comes first"

    def test_has_a_short_title_and_sources(self, rule: Rule) -> None:
        assert 10 <= len(rule.title) <= 80
        assert not rule.title.endswith(".")
        for source in (rule.source, *rule.more_sources):
            assert re.match(r"https://(learn\.microsoft\.com|github\.com)/", source)

    def test_says_what_it_covers_and_what_the_fix_costs(self, rule: Rule) -> None:
        assert all(re.fullmatch(r"(MDL|CAP|KBN|UDR|NSG|VNT|LBS|API|POL|LIF)-\d\d", one) for one in rule.covers)
        assert len(set(rule.covers)) == len(rule.covers)
        assert rule.disrupts
        assert not rule.disrupts.endswith(".")

    def test_names_a_peer_exactly_where_it_is_policy(self, rule: Rule) -> None:
        assert bool(rule.peer) == (rule.profile == "policy")

    def test_answers(self, rule: Rule, plain_file: SnapshotAssertion) -> None:
        seen = observed(rule)
        assert seen.was_quiet, f"no test without parameters in which {rule.id} answers nothing"
        assert seen.findings, f"no test without parameters in which {rule.id} finds something"
        assert seen.unknowns, f"no test without parameters in which {rule.id} cannot tell"
        assert all(finding.evidence for finding in seen.findings)
        assert seen.wrong_evidence == (), "shown as evidence, and does not stand there in ARM's JSON"
        assert seen.silent_without == (), "found, and passed over in silence where one listing is refused"
        assert seen.unlike_in_shards == (), "the shards together say something else than the whole"
        assert in_words(seen) == plain_file
