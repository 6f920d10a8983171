from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import jsonschema
import pytest
from markdown_it import MarkdownIt
from syrupy.assertion import SnapshotAssertion

from aks_audit.cli import run
from aks_audit.diff import Difference
from aks_audit.diff.render import RENDER, schema
from aks_audit.findings import Severity
from aks_audit.report import Report

from ..reporters.reports import HOSTILE, empty_report, hostile_report, report_of, unlisted_report
from ..snapshots import JsonFile, MarkdownFile, PlainFile
from .sides import between, faulty, grown_estate, without

each_format = pytest.mark.parametrize("render", RENDER.values(), ids=RENDER)


def changed() -> Difference:
    return between(without(faulty(), "kubenet-route-missing"), report_of(grown_estate()))


@pytest.mark.parametrize(
    ("name", "file"), [("text", PlainFile), ("markdown", MarkdownFile), ("json", JsonFile)], ids=["text", "md", "json"]
)
def test_shows_what_changed(name: str, file: type[PlainFile], snapshot: SnapshotAssertion) -> None:
    assert RENDER[name](changed()) == snapshot.use_extension(file)


@each_format
def test_ends_with_one_newline_and_gives_the_same_bytes(render: Callable[[Difference], str]) -> None:
    for difference in (changed(), between(faulty(), faulty()), between(faulty(), unlisted_report())):
        text = render(difference)
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert text == render(difference)


@each_format
@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_steers_a_terminal_or_a_build(render: Callable[[Difference], str], name: str) -> None:
    text = render(between(empty_report(), hostile_report(HOSTILE[name])))
    assert all(character.isprintable() or character == "\n" for character in text)
    assert "##vso[" not in text.lower()


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_is_markup_in_a_comment(name: str) -> None:
    text = RENDER["markdown"](between(empty_report(), hostile_report(HOSTILE[name])))
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    for markup in ("<script", "<img", "<a ", "<h1", "<pre"):
        assert markup not in html
    assert html.count("<h3>") == 3
    assert len(text) < 60_000


def test_what_was_not_read_is_not_said_to_be_gone() -> None:
    text = RENDER["text"](between(faulty(), unlisted_report()))
    assert "NOT LOOKED AT AGAIN  2\n" in text
    assert ": NEW could not read it" in text
    assert "\nGONE" not in text
    assert "checks could not tell in NEW" in text.replace("\n", " ")
    assert RENDER["markdown"](between(faulty(), unlisted_report())).startswith("⚠️ **")


def test_markdown_marks_what_fails() -> None:
    assert RENDER["markdown"](changed()).startswith("🔴 **1 new finding, ")
    assert RENDER["markdown"](between(faulty(), faulty())).startswith("✅ **")


def test_text_is_cut_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aks_audit.diff.render._SHOWN", 1)
    text = RENDER["text"](between(empty_report(), faulty()))
    assert "NEW  2\n" in text
    assert "  and 1 more; -f json has all\n" in text


@pytest.mark.parametrize("name", ["", *HOSTILE])
def test_json_is_valid_by_its_own_schema(name: str) -> None:
    for new in (hostile_report(HOSTILE[name]) if name else unlisted_report(), faulty()):
        found = json.loads(RENDER["json"](between(faulty(), new)))
        jsonschema.validate(found, json.loads(schema()), jsonschema.Draft202012Validator)


def test_its_schema_takes_no_field_more_and_none_less() -> None:
    rules = json.loads(schema())
    jsonschema.Draft202012Validator.check_schema(rules)
    found = json.loads(RENDER["json"](changed()))
    with pytest.raises(jsonschema.ValidationError, match="surplus"):
        jsonschema.validate(found | {"surplus": 1}, rules)
    for name in found:
        with pytest.raises(jsonschema.ValidationError, match=name):
            jsonschema.validate({key: value for key, value in found.items() if key != name}, rules)
    found["findings"]["new"][0].pop("changes")
    with pytest.raises(jsonschema.ValidationError, match="changes"):
        jsonschema.validate(found, rules)


def test_the_command_line_prints_its_schema(snapshot: SnapshotAssertion, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "diff"]) == 0
    assert capsys.readouterr().out == schema() == snapshot.use_extension(JsonFile)


def test_json_has_the_promised_fields() -> None:
    found = json.loads(RENDER["json"](changed()))
    assert list(found) == [
        *("schemaVersion", "old", "new", "failOn", "findings", "unknown", "topology", "addresses", "notes"),
    ]
    assert list(found["findings"]) == ["new", "gone", "changed", "notLookedAt", "unchanged"]
    assert found["findings"]["new"][0]["fails"] is True
    assert list(found["addresses"][0]["before"]) == [
        *("usable", "used", "free", "now", "upgrade", "upgradeOnePool", "autoscaleMax", "worst"),
    ]


def test_what_got_worse_has_a_heading_and_no_check_mark() -> None:
    def with_severity(severity: str) -> Report:
        return replace(faulty(), findings=(replace(faulty().findings[0], severity=Severity(severity)),))

    worse = between(with_severity("info"), with_severity("low"))
    text = RENDER["text"](worse)
    assert text.startswith("0 new findings, 1 worse, 0 gone, 0 changed; 0 unchanged\n")
    assert "\nWORSE  1\n" in text
    assert "\nCHANGED" not in text
    markdown = RENDER["markdown"](worse)
    assert markdown.startswith("⚠️ **")
    assert "### Worse (1)\n" in markdown
    assert RENDER["markdown"](between(with_severity("low"), with_severity("info"))).startswith("✅ **")
