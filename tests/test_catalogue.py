"""What every rule owes its readers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aks_audit.findings import Rule
from aks_audit.rules import catalogue

TESTS = Path(__file__).parent / "rules"


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
        assert all(len(part.split()) >= 8 for part in re.split(r"^## .+$", rule.page, flags=re.MULTILINE)[1:])

    def test_has_a_short_title_and_a_source(self, rule: Rule) -> None:
        assert 10 <= len(rule.title) <= 80
        assert not rule.title.endswith(".")
        assert re.match(r"https://(learn\.microsoft\.com|github\.com)/", rule.source)

    def test_has_tests_for_quiet_found_and_cannot_tell(self, rule: Rule) -> None:
        file = TESTS / rule.family / f"test_{rule.id.replace('-', '_')}.py"
        names = re.findall(r"^def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
        assert len(names) >= 3
        assert any("quiet" in name or "silent" in name for name in names), names
        assert any(re.search("find|name|say|report|alarm|count", name) for name in names), names
        assert any("tell" in name or "unknown" in name for name in names), names
