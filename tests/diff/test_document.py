from __future__ import annotations

import json

import pytest

from aks_audit.diff import is_report, read
from aks_audit.errors import ReportError

from .sides import faulty, parsed


def test_a_report_is_told_from_an_inventory() -> None:
    report = json.dumps(parsed(faulty())).encode()
    assert is_report(report)
    for other in (
        b"",
        b"[]",
        b'{"inventory": {}}\n{}',
        b'{"value": []}',
        b"\x1f\x8b\x00",
        b"\xff",
        b'{"findings": []}',
    ):
        assert not is_report(other)


def test_a_report_of_a_later_minor_version_is_read_and_so_is_one_of_an_earlier() -> None:
    report = parsed(faulty()) | {"surplus": {"a": 1}}
    report["clusters"][0]["surplus"] = 1
    for field in ("rules", "gone", "notices"):
        del report[field]
    for cluster in report["clusters"]:
        for pool in cluster["nodePools"]:
            del pool["egress"], pool["podEgress"]
    found = read(json.dumps(report).encode(), "a.json")
    assert len(found.findings) == 2
    assert found.rules == ()


def test_another_schema_version_is_an_error() -> None:
    report = parsed(faulty()) | {"schemaVersion": 2}
    with pytest.raises(
        ReportError, match=r"cannot compare a\.json: schemaVersion 2, this aks-audit knows 1; write both"
    ):
        read(json.dumps(report).encode(), "a.json")


def test_what_is_no_report_is_an_error() -> None:
    with pytest.raises(ReportError, match=r"a\.json is no JSON report: "):
        read(b'{"schemaVersion": 1, "findings": {}}', "a.json")
