"""Reading inventory files: every shape that is accepted, and what is said of the rest."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aks_audit.errors import InventoryError
from aks_audit.inventory import Header, read_inventory

from ..records import CLUSTER, GROUP, SUBSCRIPTION_ID, TABLE, VNET, Kept

TABLE_RESOURCE = {"id": TABLE, "type": "Microsoft.Network/routeTables", "properties": {"routes": []}}
VNET_RESOURCE = {"id": VNET, "type": "Microsoft.Network/virtualNetworks", "properties": {"subnets": []}}
HEADER = {"inventory": {"schemaVersion": 1, "tool": "t", "collectedAt": "2026-11-20T06:00:00Z", "subscriptions": ["s"]}}
GAP = {"gap": {"resourceType": "t", "scope": "/s", "status": 403, "code": "AuthorizationFailed", "message": "no right"}}
END = {"end": {"resources": 2, "gaps": 1}}
OWN = [HEADER, TABLE_RESOURCE, GAP, VNET_RESOURCE, END]


def lines(*values: Any) -> bytes:
    return b"".join(json.dumps(value, separators=(",", ":")).encode() + b"\n" for value in values)


def read(content: bytes, path: Path) -> tuple[Header | None, Kept]:
    path.write_bytes(content)
    kept = Kept()
    return read_inventory(str(path), kept), kept


def refusal(content: bytes, path: Path) -> str:
    """The error, which is one line."""
    with pytest.raises(InventoryError) as caught:
        read(content, path)
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    return message


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "estate.jsonl"


# -------------------------------------------------------------------- our own form


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text,
        gzip.compress,
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: b"\xef\xbb\xbf\n\n" + text,
        lambda text: b"\n  \n\n" + text,
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.replace(b"\n", b"\n\n"),
        lambda text: text.rstrip(b"\n"),
    ],
    ids=["plain", "gzipped", "mark", "mark-and-blank", "blank-lines", "windows", "blank-between", "no-last-newline"],
)
def test_reads_a_file_of_our_own(spoil: Any, path: Path) -> None:
    header, kept = read(spoil(lines(*OWN)), path)
    assert header is not None
    assert header.collected_at == "2026-11-20T06:00:00Z"
    assert kept.ids == [TABLE, VNET]
    assert kept.codes == ["AuthorizationFailed"]


def test_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(gzip.compress(lines(*OWN)))))
    kept = Kept()
    assert read_inventory("-", kept)
    assert kept.ids == [TABLE, VNET]


def test_an_unknown_key_in_the_header_does_no_harm(path: Path) -> None:
    later = {"inventory": {**HEADER["inventory"], "minor": 7, "complete": []}}
    header, _ = read(lines(later, {"end": {"resources": 0, "gaps": 0}}), path)
    assert header == Header(tool="t", collected_at="2026-11-20T06:00:00Z", subscriptions=("s",))


@pytest.mark.parametrize("cut", [1, len(lines(END)), len(lines(END)) + 5, len(lines(VNET_RESOURCE, END)) + 1])
def test_a_file_that_was_cut_off_is_refused(cut: int, path: Path) -> None:
    whole = lines(*OWN).rstrip(b"\n")
    message = refusal(whole[: len(whole) - cut], path)
    assert "cut off" in message or ", line " in message


def test_a_gzipped_file_that_was_cut_off_is_refused(path: Path) -> None:
    assert "it is gzipped and was cut off or damaged; collect again" in refusal(gzip.compress(lines(*OWN))[:-12], path)


@pytest.mark.parametrize("place", [2, 20, -5])
def test_a_gzipped_file_that_was_damaged_is_refused(place: int, path: Path) -> None:
    content = bytearray(gzip.compress(lines(*OWN), mtime=0))
    content[place] ^= 0xFF
    assert "it is gzipped and was cut off or damaged; collect again" in refusal(bytes(content), path)


@pytest.mark.parametrize("end", [{"resources": 3, "gaps": 1}, {"resources": 2, "gaps": 0}])
def test_wrong_counts_are_refused(end: Any, path: Path) -> None:
    assert "the file holds 2 and 1" in refusal(lines(*OWN[:-1], {"end": end}), path)


def test_two_inventories_in_one_file_are_refused(path: Path) -> None:
    assert "line 6: there is more after the end line" in refusal(lines(*OWN, *OWN), path)
    assert "line 3: a second header" in refusal(lines(HEADER, TABLE_RESOURCE, HEADER), path)


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ({"schemaVersion": 2}, "schema 2, this aks-audit knows up to 1; collect again or upgrade"),
        ({}, "no schemaVersion"),
        ({"schemaVersion": 0}, "no schemaVersion"),
        ({"schemaVersion": "one"}, "not as expected"),
        ({"schemaVersion": 1, "complete": [{"scope": 5}]}, "not as expected"),
        ({"schemaVersion": 1, "subscriptions": "s"}, "not as expected"),
        (5, "not as expected"),
        (None, "not as expected"),
    ],
)
def test_a_header_that_is_not_ours_is_refused(header: Any, word: str, path: Path) -> None:
    assert word in refusal(lines({"inventory": header}, END), path)


@pytest.mark.parametrize("line", [b'{"id": broken', b"not json", b'{"gap":{"code":5}}', b'{"end":{"gaps":0}}'])
def test_a_broken_line_is_named_by_its_number(line: bytes, path: Path) -> None:
    assert "line 4" in refusal(b"\n" + lines(HEADER, TABLE_RESOURCE) + line + b"\n" + lines(END), path)


# -------------------------------------------------------------------- what people have already


SHAPES = {
    "array": [TABLE_RESOURCE, VNET_RESOURCE],
    "value": {"value": [TABLE_RESOURCE, VNET_RESOURCE]},
    "value-with-empty-link": {"value": [TABLE_RESOURCE, VNET_RESOURCE], "nextLink": None},
    "resources": {"resources": [TABLE_RESOURCE, VNET_RESOURCE]},
    "graph": {"count": 2, "data": [TABLE_RESOURCE, VNET_RESOURCE], "skip_token": None, "total_records": 2},
    "graph-rest": {"totalRecords": 2, "count": 2, "data": [TABLE_RESOURCE, VNET_RESOURCE], "resultTruncated": "false"},
}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("shape", SHAPES)
def test_reads_lists_of_resources(shape: str, indent: int | None, path: Path) -> None:
    header, kept = read(b"\n\xef\xbb\xbf"[1:] + json.dumps(SHAPES[shape], indent=indent).encode(), path)
    assert header is None
    assert kept.ids == [TABLE, VNET]
    assert kept.gaps == []


@pytest.mark.parametrize("indent", [None, 2])
def test_reads_a_single_resource(indent: int | None, path: Path) -> None:
    header, kept = read(json.dumps(TABLE_RESOURCE, indent=indent).encode(), path)
    assert (header, kept.ids) == (None, [TABLE])


def test_reads_resources_without_a_header(path: Path) -> None:
    header, kept = read(b"\n\n" + lines(TABLE_RESOURCE, VNET_RESOURCE), path)
    assert (header, kept.ids) == (None, [TABLE, VNET])


def test_lines_that_nothing_ends_may_have_been_cut_off(path: Path) -> None:
    _, kept = read(lines(TABLE_RESOURCE, VNET_RESOURCE), path)
    assert [(gap.code, gap.scope) for gap in kept.gaps] == [("NoEnd", str(path))]


def test_a_file_of_our_own_without_its_first_line_keeps_its_gaps(path: Path) -> None:
    header, kept = read(lines(*OWN[1:]), path)
    assert (header, kept.ids, kept.codes) == (None, [TABLE, VNET], ["AuthorizationFailed"])


def test_a_broken_line_without_a_header_is_named_too(path: Path) -> None:
    assert "line 3" in refusal(lines(TABLE_RESOURCE, VNET_RESOURCE) + b'{"id": ', path)


def test_types_have_one_spelling(path: Path) -> None:
    graph = {"data": [{"id": CLUSTER.lower(), "type": "microsoft.containerservice/managedclusters"}]}
    _, kept = read(json.dumps(graph).encode(), path)
    assert kept.by_type == {"Microsoft.ContainerService/managedClusters": 1}


def test_the_type_is_taken_from_the_id_where_it_is_absent(path: Path) -> None:
    nic = f"{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/s/virtualMachines/0/networkInterfaces/n"
    _, kept = read(json.dumps([{"id": nic}, {"id": f"{VNET}/usages", "value": []}]).encode(), path)
    assert list(kept.by_type) == [
        "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces",
        "Microsoft.Network/virtualNetworks/usages",
    ]


def test_usage_rows_are_one_object_and_no_list(path: Path) -> None:
    usages = {"id": f"{VNET}/usages", "value": [{"id": f"{VNET}/subnets/a", "currentValue": 3.0, "limit": 11.0}]}
    _, kept = read(json.dumps(usages).encode(), path)
    assert kept.ids == [f"{VNET}/usages"]


def test_nested_resources_count_with_and_without_ids(path: Path) -> None:
    deepest = {"name": "r", "type": "routes"}
    vnet = {
        **VNET_RESOURCE,
        "resources": [
            {"id": f"{VNET}/subnets/a", "name": "a", "type": "Microsoft.Network/virtualNetworks/subnets"},
            {"name": "vnet/b", "type": "Microsoft.Network/virtualNetworks/subnets", "resources": [deepest]},
            {"type": "subnets"},
            7,
        ],
    }
    _, kept = read(json.dumps([vnet]).encode(), path)
    assert kept.ids == [VNET, f"{VNET}/subnets/a", f"{VNET}/subnets/b", f"{VNET}/subnets/b/routes/r"]
    assert kept.codes == ["InvalidValue", "InvalidValue"]


def test_nested_resources_survive_a_parent_with_odd_fields(path: Path) -> None:
    _, kept = read(json.dumps([{"id": VNET, "type": 5, "resources": [TABLE_RESOURCE]}]).encode(), path)
    assert kept.ids == [VNET, TABLE]


@pytest.mark.parametrize("link", [{"nextLink": "https://x/"}, {"skip_token": "abc"}, {"$skipToken": "abc"}])
def test_one_page_of_several_is_not_taken_for_the_whole(link: Any, path: Path) -> None:
    header, kept = read(json.dumps({"value": [TABLE_RESOURCE], **link}).encode(), path)
    assert header == Header()
    assert header.complete == ()
    assert kept.codes == ["Truncated"]


# -------------------------------------------------------------------- elements that are no resource


@pytest.mark.parametrize("end", ["/x", "/agentpool/x", "/x/y/z"])
def test_a_resource_whose_id_and_type_disagree_is_read_as_its_type_says(end: str, path: Path) -> None:
    element = {"id": CLUSTER + end, "type": "microsoft.containerservice/managedclusters", "properties": {}}
    _, kept = read(json.dumps([TABLE_RESOURCE, element]).encode(), path)
    assert kept.by_type["Microsoft.ContainerService/managedClusters"] == 1
    [gap] = kept.gaps
    assert (gap.resource_type, gap.scope, gap.code) == (
        "Microsoft.ContainerService/managedClusters",
        CLUSTER + end,
        "InvalidValue",
    )
    assert "its id and its type disagree" in gap.message
    assert CLUSTER + end in gap.message


@pytest.mark.parametrize(
    ("resource_id", "said", "expected"),
    [
        (TABLE, "Microsoft.Network/virtualNetworks", "Microsoft.Network/routeTables"),
        (f"{TABLE}/routes/r", "Microsoft.Network/routeTables/routes", "Microsoft.Network/routeTables/routes"),
        (f"{CLUSTER}/x/y", "Microsoft.Storage/storageAccounts", "Microsoft.ContainerService/managedClusters/x"),
        (f"{CLUSTER}/x/y", None, "Microsoft.ContainerService/managedClusters/x"),
        ("/a/b", "microsoft.network/routetables", "Microsoft.Network/routeTables"),
    ],
)
def test_the_type_in_the_id_counts_where_it_is_known(
    resource_id: str, said: str | None, expected: str, path: Path
) -> None:
    _, kept = read(json.dumps([{"id": resource_id, "type": said, "properties": {}}]).encode(), path)
    assert (list(kept.by_type), kept.gaps) == ([expected], [])


@pytest.mark.parametrize("element", [None, 5, "x", [], {}, {"id": None}, {"id": 5}, {"id": ""}, {"name": "n"}, [1]])
def test_an_element_without_an_id_is_a_gap(element: Any, path: Path) -> None:
    _, kept = read(json.dumps([TABLE_RESOURCE, element]).encode(), path)
    [gap] = kept.gaps
    assert (gap.code, gap.scope) == ("InvalidValue", f"{path}, element 2")
    named = ", named n" if element == {"name": "n"} else ""
    assert gap.message == f"an element without an id{named}"  # and not what it has: it may be anything


@pytest.mark.parametrize("element", [None, 5, {"name": "n"}, {"value": [TABLE_RESOURCE]}])
def test_a_line_without_an_id_is_a_gap(element: Any, path: Path) -> None:
    _, kept = read(lines(TABLE_RESOURCE, element), path)
    assert [(gap.code, gap.scope) for gap in kept.gaps] == [
        ("InvalidValue", f"{path}, line 2"),
        ("NoEnd", str(path)),
    ]


@pytest.mark.parametrize("form", ["array", "own"])
def test_a_resource_that_comes_twice_counts_once(form: str, path: Path) -> None:
    again = {**TABLE_RESOURCE, "id": TABLE.upper()}
    own = lines(HEADER, TABLE_RESOURCE, again, {"end": {"resources": 2, "gaps": 0}})
    _, kept = read(json.dumps([TABLE_RESOURCE, again]).encode() if form == "array" else own, path)
    assert (kept.ids, kept.gaps) == ([TABLE], [])


def test_two_unlike_resources_with_one_id_are_a_gap(path: Path) -> None:
    other = {**TABLE_RESOURCE, "id": TABLE.upper(), "properties": {"routes": [{"name": "r"}]}}
    _, kept = read(json.dumps([TABLE_RESOURCE, other, other]).encode(), path)
    assert kept.ids == [TABLE]
    assert set(kept.codes) == {"DuplicateId"}
    assert kept.gaps[0].scope == TABLE.upper()


# -------------------------------------------------------------------- no inventory at all


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"\n \n\t\n", "empty"),
        (gzip.compress(b"", mtime=0), "empty"),
        (b"5", "no ARM resource"),
        (b"null", "no ARM resource"),
        (b'"text"', "no ARM resource"),
        (b"[]", "no ARM resource"),
        (b"[null, 5]", "no ARM resource"),
        (b'{"value": []}', "no ARM resource"),
        (b'{"value": {"a": 1}}', "no ARM resource"),
        (b'{"id": 5}', "no ARM resource"),
        (b'{"name": 1}\n{"name": 2}\n', "no ARM resource"),
        (b"{}", "neither an id nor a value"),
        (b'{"value": null}', "neither an id nor a value"),
        (b'{"a": 1}', "neither an id nor a value"),
        (b"[1, 2", "not an inventory"),
        (b'{\n "value": [\n', "not an inventory"),
        (b"a,b\n1,2\n", "not an inventory"),
        (b"\x00\x01\x02\xff", "not an inventory"),
        (b"\x7fELF\x02\x01\n\x00", "not an inventory"),
        ('[{"id": "/a/b"}]'.encode("utf-16"), "it is UTF-16 text; save it as UTF-8"),
        ('\r\n{\r\n"id": "/a/b"\r\n}'.encode("utf-16"), "it is UTF-16 text; save it as UTF-8"),
        ('\ufeff{"id": "/a/b"}\n'.encode("utf-16-be"), "it is UTF-16 text; save it as UTF-8"),
        ('{"id": "/a/b"}'.encode("utf-16-le"), "it is UTF-16 text; save it as UTF-8"),
        ('[{"id": "/a/b"}]'.encode("utf-16-be"), "it is UTF-16 text; save it as UTF-8"),
        (gzip.compress('[{"id": "/a/b"}]'.encode("utf-16"), mtime=0), "it is UTF-16 text; save it as UTF-8"),
        (b"[" * 100_000, "not an inventory"),
        (b"\x1f\x8b" + b"\x00" * 40, "cannot read"),
        (b'[{"id": "/a/b\xff"}]', "element 1: not JSON"),
        (b'[{"id": "/a/b", "resources": ' * 5000, "not an inventory"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_no_inventory_is_refused(content: bytes, word: str, path: Path) -> None:
    assert word in refusal(content, path)


def test_resources_nested_too_deep_are_refused(path: Path) -> None:
    nested = b""
    for number in range(900):
        nested = b'{"id":"%s/%d","resources":[%s]}' % (SUBSCRIPTION_ID.encode(), number, nested)
    assert "recursion" in refusal(b"[" + nested + b"]", path)


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    for name, word in ((str(tmp_path), "it is a folder"), (str(tmp_path / "no.jsonl"), "no such file")):
        with pytest.raises(InventoryError, match=word) as caught:
            read_inventory(name, Kept())
        assert name in str(caught.value)
        assert "name an inventory that exists" in str(caught.value)


# ------------------------------------------------------------- halves of characters

HALF = json.dumps({**TABLE_RESOURCE, "name": "HALF"}).encode().replace(b"HALF", rb"rt\ud800")


@pytest.mark.parametrize(
    "content",
    [
        b"\n".join((lines(HEADER).strip(), HALF, lines({"end": {"resources": 1, "gaps": 0}}))),
        b"\n".join((HALF, lines(VNET_RESOURCE))),
        b"[" + HALF + b"]",
        b'{"value": [' + HALF + b"]}",
        HALF,
    ],
    ids=["our own", "lines", "a list", "a wrapped list", "one resource"],
)
def test_half_a_character_costs_a_gap_and_not_the_inventory(content: bytes, path: Path) -> None:
    _, kept = read(content, path)
    assert TABLE in [item.id.text for item in kept.resources]
    (gap,) = [gap for gap in kept.gaps if gap.code == "InvalidValue"]
    assert "half a character stands in" in gap.message


def test_half_a_character_in_something_broken_is_named_with_its_line(path: Path) -> None:
    said = refusal(lines(HEADER, TABLE_RESOURCE) + rb'{"id": "\ud800', path)
    assert f"{path}, line 3: not JSON" in said
