"""What an inventory writer writes, the reader reads."""

from __future__ import annotations

import gzip
import json
import stat
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aks_audit.errors import InventoryError
from aks_audit.inventory import Complete, Gap, Header, InventoryWriter, Resource, ResourceId, read_inventory
from aks_audit.inventory.properties import written
from aks_audit.inventory.split import split

from ..records import GROUP, TABLE, Kept

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
RESOURCES = st.builds(
    lambda name, more, indent: json.dumps({**more, "id": f"{GROUP}/providers/A.B/c/{name}"}, indent=indent).encode(),
    st.text("abcxyz-_.:{}\"'\\\n é", min_size=1, max_size=6),
    st.dictionaries(TEXT.filter(lambda key: key not in ("id", "resources")), JSON, max_size=4),
    st.sampled_from([None, 2, "\t"]),
)
GAPS = st.builds(Gap, TEXT, TEXT, st.none() | st.integers(100, 599), TEXT, TEXT)
HEADERS = st.builds(
    Header,
    tool=st.none() | TEXT,
    collected_at=st.none() | TEXT,
    subscriptions=st.lists(TEXT, max_size=3).map(tuple),
    complete=st.lists(st.builds(Complete, TEXT, TEXT), max_size=3).map(tuple),
)


def as_records(raw: list[bytes]) -> list[Resource]:
    records = [record for element in raw for record in split(element, "here")]
    unique = {record.id: record for record in reversed(records) if isinstance(record, Resource)}
    return list(unique.values())


def write(path: str, records: list[Any], header: Header) -> tuple[int, int]:
    with InventoryWriter(path) as writer:
        for record in records:
            writer.add(record)
        return writer.finish(header)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.lists(RESOURCES, max_size=5), gaps=st.lists(GAPS, max_size=3), header=HEADERS, zipped=st.booleans())
def test_what_is_written_is_read(
    raw: list[bytes], gaps: list[Gap], header: Header, zipped: bool, tmp_path: Path
) -> None:
    resources = as_records(raw)
    path = str(tmp_path / ("estate.jsonl.gz" if zipped else "estate.jsonl"))
    assert write(path, [*resources, *gaps], header) == (len(resources), len(gaps))
    kept = Kept()
    assert read_inventory(path, kept) == header
    assert kept.gaps == gaps
    assert [(r.id, r.type) for r in kept.resources] == [(r.id, r.type) for r in resources]
    assert [bytes(r.raw).strip() for r in kept.resources] == [written(r.type, r.raw, r.id.text) for r in resources]


def a_table() -> Resource:
    return Resource(ResourceId.of(TABLE), "Microsoft.Network/routeTables", json.dumps({"id": TABLE}).encode())


def test_a_file_is_the_same_bytes_every_time_and_private(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("one.jsonl.gz", "two.jsonl.gz")]
    for path in paths:
        write(str(path), [a_table()], Header())
    one, two = (path.read_bytes() for path in paths)
    assert one == two
    assert stat.S_IMODE(paths[0].stat().st_mode) == 0o600
    first, *_, last = gzip.decompress(one).splitlines()
    assert json.loads(first)["inventory"]["schemaVersion"] == 1
    assert json.loads(last) == {"end": {"resources": 1, "gaps": 0}}


def test_writes_to_standard_output(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with (tmp_path / "out.jsonl").open("wb") as file:
        monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=file))
        write("-", [a_table()], Header())
    kept = Kept()
    read_inventory(str(tmp_path / "out.jsonl"), kept)
    assert kept.ids == [TABLE]


def test_a_run_that_does_not_finish_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "estate.jsonl"
    target.write_text("what was there before")
    with InventoryWriter(str(target)) as writer:
        writer.add(a_table())
    assert [path.name for path in tmp_path.iterdir()] == ["estate.jsonl"]
    assert target.read_text() == "what was there before"


@pytest.mark.parametrize("name", ["no/such/folder/x.jsonl", "."])
def test_a_place_that_cannot_be_written_is_refused_at_once(name: str, tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="cannot write"):
        InventoryWriter(str(tmp_path / name))
