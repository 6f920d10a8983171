"""A team that retires another tool finds each of its rules here, and none of them names a rule that is not there."""

from __future__ import annotations

import re

import pytest

from aks_audit.findings import Rule, Severity
from aks_audit.rules import catalogue

from .parity import Demand, parity, parity_page

POLICY = [rule for rule in catalogue() if rule.profile == "policy"]
DEMANDS = [(tool, peer, demand) for tool, asked in parity().items() for peer, demand in asked.items()]


def test_every_rule_named_there_exists() -> None:
    known = {rule.id for rule in catalogue()}
    assert {name for _, _, demand in DEMANDS for name in demand.rules} <= known
    for _, _, demand in DEMANDS:
        assert set(re.findall(r"[a-z]+(?:-[a-z]+){2,}", demand.says)) <= known, demand.says


def test_what_is_not_answered_says_why() -> None:
    assert [peer for _, peer, demand in DEMANDS if not demand.rules and len(demand.says.split()) < 3] == []


@pytest.mark.parametrize("rule", POLICY, ids=lambda rule: rule.id)
class TestEveryPolicyRule:
    def test_is_of_the_family_and_no_worse_than_medium(self, rule: Rule) -> None:
        assert rule.family == "policy"
        assert rule.severity <= Severity.MEDIUM

    def test_names_its_peer_as_the_table_does(self, rule: Rule) -> None:
        answered = [f"{tool} {peer}" for tool, peer, demand in DEMANDS if rule.id in demand.rules]
        assert rule.peer.replace("PSRule ", "PSRule.Rules.Azure ") in answered

    def test_names_the_peer_in_its_title(self, rule: Rule) -> None:
        assert re.search(r"\((PSRule|azqr|Checkov|Prowler|KubeBuddy|review checklist|Azure Policy) ", rule.title)


def test_the_rules_of_the_family_all_belong_to_the_profile() -> None:
    assert [rule.id for rule in catalogue() if (rule.family == "policy") != (rule.profile == "policy")] == []


def test_the_page_has_a_table_a_tool() -> None:
    demands = {"Tool": {"X-1": Demand("a|b", ["one-rule", "other-rule"], "c*"), "X<2>": Demand("d", [], "not ours")}}
    text = parity_page(demands, frozenset({"other-rule"}))
    assert text.startswith("# Parity\n\n")
    assert text.endswith(
        "\n## Tool\n\n| Rule | Asks for | Here | Differs, or why not |\n|:--|:--|:--|:--|\n"
        "| X-1 | a\\|b | [one-rule](one-rule.md), [other-rule](other-rule.md) *policy* | c\\* |\n"
        "| X&lt;2> | d | - | not ours |\n"
    )
