"""What strangers hand in: it ends in a result, a Gap or one line that says what is wrong, and never fills the memory.

`tests/fuzz/` searches for more; what it found is fed again here.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aks_audit.collectors.cassettes.cassette import Cassette
from aks_audit.collectors.cassettes.replay import replay
from aks_audit.config import read as read_configuration
from aks_audit.errors import AksAuditError, CassetteError, ConfigurationError, InventoryError
from aks_audit.inventory import read_inventory
from aks_audit.inventory.records import Gap, Source
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.model import NetworkBuilder
from aks_audit.model.arm import MOST_GAPS

from .fuzz import seeds
from .fuzz.mutate import mutated_json
from .fuzz.targets import TARGETS
from .records import CLUSTER, TABLE, Kept

FOUND: Final = sorted((Path(__file__).parent / "fuzz" / "found").glob("*/*"))
MANY: Final = 10_000
GIGABYTE: Final = 1 << 30


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "estate.jsonl"


def read(content: bytes, path: Path) -> Kept:
    path.write_bytes(content)
    kept = Kept()
    read_inventory(str(path), kept)
    return kept


def zeros(size: int) -> bytes:
    """So many packed zeros, as many members that each unpack to 16 MB."""
    each = 16 << 20
    return gzip.compress(bytes(each), mtime=0) * (size // each)


# -------------------------------------------------------------------- what a search found, and where it starts


@pytest.mark.parametrize("found", FOUND, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_once_broke_something_does_no_more(found: Path) -> None:
    TARGETS[found.parent.name].run(found.read_bytes())


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_every_search_starts_from_inputs_that_pass(name: str) -> None:
    for seed in TARGETS[name].seeds():
        TARGETS[name].run(seed)


@pytest.mark.parametrize("name", [name for name, target in TARGETS.items() if target.is_json])
@settings(max_examples=25)
@given(st.randoms(use_true_random=False), st.integers(0, 10_000))
def test_changed_structure_breaks_nothing(name: str, chance: Any, number: int) -> None:
    given_seeds = TARGETS[name].seeds()
    changed = mutated_json(given_seeds[number % len(given_seeds)], chance, ["id", "properties", "name"])
    TARGETS[name].run(changed or b"")


# -------------------------------------------------------------------- cut off


def shapes() -> Iterator[Any]:
    few = [{"id": TABLE, "properties": {"routes": [{"name": "é"}]}}, {"id": CLUSTER, "properties": {}}]
    own = [{"inventory": {"schemaVersion": 1}}, *few, {"end": {"resources": 2, "gaps": 0}}]
    for name, text in {
        "own": "\n".join(map(json.dumps, own)) + "\n",
        "array": json.dumps(few),
        "tall": json.dumps(few, indent=1),
        "value": json.dumps({"value": few}),
        "export": json.dumps({"count": 2, "data": few}),
        "single": json.dumps(few[0]),
        "lines": "\n".join(map(json.dumps, few)) + "\n",
    }.items():
        yield pytest.param(text.encode(), id=name)
        yield pytest.param(gzip.compress(text.encode(), mtime=0), id=f"{name}-gzipped")


@pytest.mark.parametrize("whole", list(shapes()))
def test_an_inventory_that_was_cut_off_says_so_wherever_it_was_cut(whole: bytes, path: Path) -> None:
    everything = read(whole, path).ids
    for length in range(len(whole)):
        try:
            kept = read(whole[:length], path)
        except InventoryError:
            continue
        # one line that is whole is a single resource, as `az resource show` prints one
        assert kept.ids == everything or "NoEnd" in kept.codes or len(kept.ids) == 1, length


def test_a_cassette_that_was_cut_off_says_so(tmp_path: Path) -> None:
    """Between two interactions nothing shows that there were more; what they answered is then a Gap."""
    whole, path = seeds.cassettes()[0], tmp_path / "run.yaml"
    for length in range(0, len(whole) - 1, 31):
        path.write_bytes(whole[:length])
        kept = Kept()
        try:
            replay(Cassette.load(str(path)), kept)
        except AksAuditError:
            continue
        assert kept.gaps, length


# -------------------------------------------------------------------- too much of something

ID: Final = b'{"id": "%s", "x": ' % TABLE.encode()


@pytest.mark.parametrize(
    "value",
    [
        b"[" * MANY + b"]" * MANY,
        b'{"a":' * MANY + b"1" + b"}" * MANY,
        b"1e400",
        b"-1e400",
        b"1" * 400,
        b"1" * 5000,
        b'"\\ud800"',
        b'"\\u0000"',
        b'"\x00"',
        b'"\xff"',
        b'"' + b"x" * 1_000_000 + b'"',
        b"[" + b"0," * MANY + b"0]",
        b"{" + b",".join(b'"%d":0' % number for number in range(MANY)) + b"}",
    ],
    ids=lambda value: f"{value[:12]!r}x{len(value)}",
)
def test_an_odd_value_ends_in_a_resource_or_in_one_line(value: bytes, path: Path) -> None:
    resource = ID + value + b', "type": "Microsoft.Network/routeTables", "properties": {"routes": %s}}' % value
    for content in (resource, b"[" + resource + b"]", resource + b"\n" + resource.replace(b"/rt", b"/rt2")):
        try:
            kept = read(content, path)
        except InventoryError as error:
            said = str(error)
        else:
            said = kept.ids[0]
        assert said == TABLE or ("\n" not in said and len(said) < 500)
        TARGETS["whole-run"].run(content)


@pytest.mark.parametrize("value", [b"1e400", b"1" * 400, b'"\\ud800"', b"[[[]]]", b"-0.0", b"true", b'"NaN"'])
@pytest.mark.parametrize("key", [b"maxPods", b"count", b"maxCount", b"osType", b"name", b"outboundType"])
def test_an_odd_value_in_a_cluster_is_judged_to_the_end(key: bytes, value: bytes) -> None:
    text = seeds.inventories()[1]
    place = text.index(b'"%s":' % key, text.index(b"agentPoolProfiles")) + len(key) + 3
    TARGETS["whole-run"].run(text[:place] + value + b',"_":' + text[place:])


def test_a_key_that_comes_twice_counts_once(path: Path) -> None:
    doubled = b'{"id": "/subscriptions/s/a/b", "id": "%s", "properties": {}, "properties": {"routes": []}}'
    assert read(doubled % TABLE.encode(), path).ids == [TABLE]


def test_many_small_resources_are_read(path: Path) -> None:
    text = b"\n".join(b'{"id":"/subscriptions/s/providers/A.B/c/%d"}' % number for number in range(MANY))
    assert len(read(text, path).ids) == MANY


def test_a_hundred_thousand_values_that_do_not_parse_are_not_named_one_by_one(path: Path) -> None:
    routes = b"[" + b"0," * 99_999 + b"0]"
    path.write_bytes(b'[{"id": "%s", "properties": {"routes": %s}}]' % (TABLE.encode(), routes))
    builder = NetworkBuilder()
    read_inventory(str(path), builder)
    gaps = builder.build(Source("inventory", None)).gaps
    assert len(gaps) == MOST_GAPS + 1
    assert {gap.code for gap in gaps} == {"InvalidValue"}
    assert any(gap.message == "more values than these do not parse" for gap in gaps)


def test_an_inventory_that_unpacks_to_a_gigabyte_of_nothing_is_refused(path: Path) -> None:
    with pytest.raises(InventoryError, match=r"it is gzipped, and 2\d\d MB came out of \d+ KB"):
        read(zeros(GIGABYTE), path)
    with pytest.raises(InventoryError, match="not an inventory"):
        read(zeros(64 << 20), path)


def test_an_honest_file_is_unpacked_however_large(path: Path) -> None:
    text = b"".join(b'{"id":"/subscriptions/s/providers/A.B/c/%d","x":"%s"}\n' % (n, b"y" * 99) for n in range(5000))
    assert len(read(gzip.compress(text), path).ids) == 5000


# -------------------------------------------------------------------- cassettes

CASSETTE: Final = """\
interactions:
- request: {body: null, headers: {}, method: GET, uri: 'https://management.azure.com%s?api-version=1'}
  response: {status: {code: %s, message: OK}, headers: %s, body: {string: %s}}
version: 1
"""
LISTING: Final = "/subscriptions/s/providers/Microsoft.ContainerService/managedClusters"


def cassette(*, status: str = "200", headers: str = "{}", body: str = "'{\"value\": []}'", before: str = "") -> str:
    return before + CASSETTE % (LISTING, status, headers, body)


def loaded(text: str | bytes, folder: Path) -> Cassette:
    path = folder / "run.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Cassette.load(str(path))


def in_yaml(body: bytes) -> str:
    return f"!!binary {base64.b64encode(body).decode()}"


def laughs(levels: int) -> str:
    """Anchors that stand for nine of the one before."""
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels + 1))]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        cassette(body="!!python/object/apply:os.system ['touch pwned']"),
        cassette(body="!!python/name:os.system"),
        cassette(headers="!!python/object/new:dict {}"),
        cassette(before=laughs(12), headers="{content-type: [*a12]}"),
        cassette(before=laughs(12), body="*a12"),
        cassette(before=laughs(12), status="*a12"),
        cassette(body="100000000000"),
        cassette(body="[1, 2]"),
        cassette(body="{a: b}"),
        cassette(body="2026-01-01"),
        cassette(status=".inf"),
        cassette(status=".nan"),
        cassette(status="9" * 5000),
        cassette(status="[200]"),
        cassette(body='"\\ud800"'),
        "interactions: &x [*x]\nversion: 1\n",
        "interactions: " + "[" * MANY,
        "interactions: " + "[" * MANY + "]" * MANY + "\nversion: 1\n",
        "interactions:\n" + "".join(" " * n + "-\n" for n in range(1500)),
        "interactions: [{request: 5, response: 5}]\nversion: 1\n",
        "interactions: \0\n",
        "\x1f\x8b",
    ],
    ids=lambda text: text[-60:].strip()[:40],
)
def test_a_cassette_that_is_none_is_refused_in_one_line(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CassetteError) as caught:
        loaded(text, tmp_path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600
    assert not (tmp_path / "pwned").exists()


def test_anchors_are_fine_where_they_multiply_nothing(tmp_path: Path) -> None:
    text = cassette(before="type: &type [application/json]\n", headers="{content-type: *type}")
    (answer,) = loaded(text, tmp_path).answers.values()
    assert answer.headers == {"content-type": "application/json"}


def test_a_packed_body_is_unpacked_when_the_file_is_read(tmp_path: Path) -> None:
    for encoding, layers in (("gzip", 1), ("x-gzip", 1), ("gzip, gzip", 2), ("identity, GZIP", 1)):
        body = b'{"value": []}'
        for _ in range(layers):
            body = gzip.compress(body)
        text = cassette(
            headers=f"{{content-encoding: ['{encoding}']}}", body=f"!!binary {base64.b64encode(body).decode()}"
        )
        (answer,) = loaded(text, tmp_path).answers.values()
        assert (answer.body, answer.headers) == (b'{"value": []}', {})


def test_a_packed_body_that_is_damaged_is_a_gap(tmp_path: Path) -> None:
    for body in (gzip.compress(b'{"value": []}')[:-9], b"garbage", gzip.compress(b'{"value": []}')[:-4] + b"abcd"):
        kept = Kept()
        replay(loaded(cassette(headers="{content-encoding: [gzip]}", body=in_yaml(body)), tmp_path), kept)
        clusters = [gap for gap in kept.gaps if gap.resource_type.endswith("/managedClusters")]
        assert [gap.code for gap in clusters] == ["InvalidJson"]


@pytest.mark.parametrize("status", ["204", "304", "100", "0", "-1", "999"])
def test_a_status_that_is_no_answer_is_a_gap(status: str, tmp_path: Path) -> None:
    kept = Kept()
    replay(loaded(cassette(status=status), tmp_path), kept)
    assert any(gap.resource_type.endswith("/managedClusters") for gap in kept.gaps)


@pytest.mark.parametrize(("encoding", "layers"), [("gzip", 0), ("gzip, gzip", 1)])
def test_bodies_that_unpack_to_a_gigabyte_are_refused(encoding: str, layers: int, tmp_path: Path) -> None:
    body = gzip.compress(zeros(GIGABYTE)) if layers else zeros(GIGABYTE)
    text = cassette(headers=f"{{content-encoding: ['{encoding}']}}", body=in_yaml(body))
    with pytest.raises(CassetteError, match=r"it is gzipped, and \d+ MB came out of \d+ KB"):
        loaded(text, tmp_path)


# -------------------------------------------------------------------- configuration


@pytest.mark.parametrize(
    "text",
    [
        "select = " + "[" * MANY,
        "a = " + "{a=" * MANY,
        "fail_on = " + "9" * 5000,
        "[thresholds]\nroute_limit = " + "9" * 400,
        "[thresholds]\nroute_limit = 1e400",
        "[thresholds]\nroute_limit = nan",
        "profile = '\ud800'",
        "profile = '\0'",
        "profile = 'default'\nprofile = 'policy'",
        ".".join(["a"] * 2000) + " = 1",
        "tool = 5",
        "[[suppress]]\nrule = 'byo-cni'\nresource = '*'\nreason = 'r'\nowner = 'o'\nexpires = 10000-01-01",
        "[[suppress]]\nrule = 'byo-cni'\nresource = '*'\nreason = 'r'\nowner = 'o'\nexpires = 2026-01-01T00:00:00Z",
        "\x1f\x8b",
    ],
    ids=lambda text: repr(text)[:40],
)
def test_a_configuration_that_is_none_is_refused_in_one_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "aks-audit.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ConfigurationError) as caught:
        read_configuration(path, {"byo-cni"})
    assert "\n" not in str(caught.value)


# -------------------------------------------------------------------- ids

SEGMENTS: Final = st.lists(st.text(max_size=8), max_size=12).map("/".join) | st.text(max_size=60)


@given(SEGMENTS)
@example("/" * MANY)
@example("/providers/" * 1000)
@example("/SUBSCRIPTIONS/\x00/İ/providers/ß/ſ/K")
def test_any_text_is_an_id_that_can_be_asked_for_its_parts(text: str) -> None:
    resource_id = ResourceId(text)
    parts = (
        resource_id.type,
        resource_id.name,
        resource_id.names,
        resource_id.subscription,
        resource_id.resource_group,
    )
    assert all(isinstance(part, str | tuple) for part in parts)
    place = resource_id
    while place.parent is not None:
        assert len(place.parent.text) < len(place.text)
        place = place.parent
    assert Gap("t", resource_id.text, None, "c", "m") == Gap("t", resource_id.text, None, "c", "m")
