"""Recording the stand-in, and playing cassettes: our own, foreign and broken ones."""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from aks_audit.audit import audit
from aks_audit.collectors.cassettes.cassette import Cassette
from aks_audit.collectors.collect import collect
from aks_audit.collectors.input import Input
from aks_audit.collectors.load import load, load_network
from aks_audit.collectors.scrub import Scrubber, identities_in, stand_in
from aks_audit.collectors.selection import Selection
from aks_audit.errors import CassetteError, UsageError
from aks_audit.inventory import Source, types
from aks_audit.model import NetworkBuilder
from aks_audit.reporters import RENDER
from aks_audit.rules import catalogue

from ..arm import StandIn
from ..estate import SUBSCRIPTION, Estate, Pool, grow, subnet, subscription_id
from ..records import CLUSTER, SUBSCRIPTION_ID, TABLE, Kept

REAL = Path(__file__).parents[3] / "shared" / "real-arm"
HOST = "https://management.azure.com"
REAL_SUBSCRIPTION = "3f0c2a54-8d0a-4f3e-9b43-0c8de0f6a001"
TENANT = "7a1b2c3d-1111-4222-8333-444455556666"
PEOPLE = [f"9f8e7d6c-0000-4000-8000-00000000000{n}" for n in range(8)]


@pytest.fixture
def as_azure(monkeypatch: pytest.MonkeyPatch) -> Callable[[StandIn], None]:
    """Makes the environment take a stand-in for Azure."""

    def take(standin: StandIn) -> None:
        for name in [name for name in os.environ if name.startswith(("AZURE_", "MSI_", "IDENTITY_"))]:
            monkeypatch.delenv(name)
        for name, value in standin.environment.items():
            monkeypatch.setenv(name, value)

    return take


def report_of(wanted: Input) -> str:
    return RENDER["json"](audit(load_network(wanted), catalogue()))


def interaction(uri: str, body: Any, status: int = 200, method: str = "GET", **headers: str) -> dict[str, Any]:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return {
        "request": {"method": method, "uri": uri, "body": None, "headers": {}},
        "response": {
            "status": {"code": status, "message": "OK"},
            "headers": {name: [value] for name, value in headers.items()},
            "body": {"string": text},
        },
    }


def clusters(*found: Any, subscription: str = SUBSCRIPTION, version: str = "2026-08-01") -> dict[str, Any]:
    path = f"/subscriptions/{subscription}/providers/{types.MANAGED_CLUSTERS}"
    return interaction(f"{HOST}{path}?api-version={version}", {"value": list(found)})


A_CLUSTER = {"id": CLUSTER, "name": "aks1", "properties": {"networkProfile": {"networkPlugin": "azure"}}}


def a_cassette(path: Path, *interactions: dict[str, Any]) -> str:
    path.write_text(yaml.safe_dump({"version": 1, "interactions": list(interactions)}))
    return str(path)


def played(path: str, **words: Any) -> tuple[Source, Kept]:
    kept = Kept()
    return load(Input(replay=path, **words), kept), kept


# -------------------------------------------------------------------- recording


def test_a_recording_with_sixteen_requests_at_once_replays_to_the_same_bytes(
    as_azure: Callable[[StandIn], None], tmp_path: Path
) -> None:
    path = str(tmp_path / "run.yaml")
    estate = list(grow(clusters=12, pools=2, nodes=3, subscriptions=3))
    with StandIn(estate, latency_seconds=0.02, page_sizes={"microsoft.network/networkinterfaces": 1}) as standin:
        standin.fault("/subscriptions", headers={"Date": "Fri, 20 Nov 2020 06:00:00 GMT"})
        standin.fault("*/natGateways", status=403)
        standin.fault("*/loadBalancers", status=429, retry_after=0, times=3)
        as_azure(standin)
        live = report_of(Input(all_subscriptions=True, record=path))
        assert standin.max_in_flight > 8
        asked = {(request.path.lower(), request.raw_query) for request in standin.requests}
    assert "AuthorizationFailed" in live
    assert len(Cassette.load(path).answers) == len(asked)
    first, second = report_of(Input(replay=path)), report_of(Input(replay=path))
    assert first == second == live


def test_the_token_is_in_no_cassette(as_azure: Callable[[StandIn], None], estate: Estate, tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    with StandIn(estate.resources) as standin:
        as_azure(standin)
        load(Input(record=str(path)), Kept())
    text = path.read_text().lower()
    assert "stand-in-token" not in text
    assert "bearer" not in text
    assert "authorization:" not in text
    assert "x-ms-" not in text
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["run.yaml"]


# -------------------------------------------------------------------- who it was


def a_real_looking_estate() -> Estate:
    estate = Estate(REAL_SUBSCRIPTION)
    vnet = estate.virtual_network()
    cluster = estate.cluster("aks1", "kubenet", subnet=subnet(vnet, "nodes"), pools=[Pool(count=1)])
    cluster["identity"] = {"type": "SystemAssigned", "principalId": PEOPLE[0], "tenantId": TENANT.upper()}
    cluster["properties"] |= {
        "servicePrincipalProfile": {"clientId": PEOPLE[1]},
        "aadProfile": {"adminGroupObjectIDs": [PEOPLE[2], PEOPLE[3]], "serverAppID": PEOPLE[4], "tenantID": TENANT},
        "oidcIssuerProfile": {"issuerURL": f"https://westeurope.oic.prod-aks.azure.com/{TENANT}/{PEOPLE[5]}/"},
        "dnsPrefix": f"aks-{REAL_SUBSCRIPTION[:6]}",
    }
    cluster["systemData"] = {"createdBy": "jane.doe@contoso.com", "lastModifiedBy": PEOPLE[6]}
    return estate


def record(estate: Estate, path: Path, as_azure: Callable[[StandIn], None], **words: Any) -> str:
    with StandIn(estate.resources) as standin:
        as_azure(standin)
        message = f"The client '{PEOPLE[7]}' with object id '{PEOPLE[7]}' does not have authorization"
        standin.fault("*/azureFirewalls", status=403, message=message)
        load(Input(record=str(path), **words), Kept())
    return path.read_text()


def test_a_scrubbed_cassette_names_nobody_and_replays(as_azure: Callable[[StandIn], None], tmp_path: Path) -> None:
    text = record(a_real_looking_estate(), tmp_path / "a.yaml", as_azure).lower()
    known = [REAL_SUBSCRIPTION, TENANT, *PEOPLE[:5], *PEOPLE[6:], "jane.doe"]
    assert [identity for identity in known if identity.lower() in text] == []
    assert stand_in(REAL_SUBSCRIPTION) in text
    assert stand_in(PEOPLE[0]) in text
    again = record(a_real_looking_estate(), tmp_path / "b.yaml", as_azure).lower()
    assert sorted(identities_in(text)) == sorted(identities_in(again))
    source, kept = played(str(tmp_path / "a.yaml"))
    assert source.header
    assert source.header.subscriptions == (stand_in(REAL_SUBSCRIPTION),)
    assert kept.by_type[types.SCALE_SET_NICS] == 1
    assert kept.codes == ["AuthorizationFailed"]


def test_an_identity_keeps_its_rights_in_a_scrubbed_cassette(
    as_azure: Callable[[StandIn], None], tmp_path: Path
) -> None:
    estate = a_real_looking_estate()
    vnet = estate.virtual_network("own", "10.9.0.0/16", {"nodes": "10.9.0.0/24"})
    cluster = estate.cluster("aks9", subnet=subnet(vnet, "nodes"))
    principal = estate.principal_of(cluster)
    text = record(estate, tmp_path / "a.yaml", as_azure)
    assert principal not in text
    _, kept = played(str(tmp_path / "a.yaml"))
    given = [msgspec.json.decode(r.raw)["properties"] for r in kept.resources if r.type == types.ROLE_ASSIGNMENTS]
    [own] = [msgspec.json.decode(r.raw) for r in kept.resources if r.id.name == "aks9"]
    assert estate.principal_of(own) == stand_in(principal)
    [role] = [g["roleDefinitionId"] for g in given if g["principalId"] == stand_in(principal)]
    assert role.endswith("/4d97b98b-1d4f-4787-a291-c67834d212e7")


def test_without_scrubbing_ids_stay(as_azure: Callable[[StandIn], None], tmp_path: Path) -> None:
    text = record(a_real_looking_estate(), tmp_path / "a.yaml", as_azure, scrub=False)
    assert REAL_SUBSCRIPTION in text
    assert [person for person in PEOPLE if person in text] == [PEOPLE[0], PEOPLE[1], PEOPLE[7]]


def test_a_role_definition_is_nobodys_identity() -> None:
    role = "/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7"
    text = f'{{"principalId":"{PEOPLE[0]}","roleDefinitionId":"/subscriptions/{REAL_SUBSCRIPTION}{role}"}}'
    clean = Scrubber(identities_in(text)).scrub(text)
    assert role in clean
    assert PEOPLE[0] not in clean
    assert REAL_SUBSCRIPTION not in clean


# -------------------------------------------------------------------- playing


def test_a_differing_api_version_is_noted_once(tmp_path: Path) -> None:
    path = a_cassette(tmp_path / "old.yaml", clusters(A_CLUSTER, version="2019-01-01"))
    source, kept = played(path)
    assert kept.ids == [CLUSTER]
    [note] = source.notes
    assert "2019-01-01" in note


def test_what_the_cassette_lacks_is_a_gap(tmp_path: Path) -> None:
    source, kept = played(a_cassette(tmp_path / "c.yaml", clusters(A_CLUSTER)))
    assert set(kept.codes) == {"NotInCassette"}
    assert {gap.scope for gap in kept.gaps} == {SUBSCRIPTION_ID}
    assert len(kept.gaps) == 14
    assert source.header
    assert [c.resource_type for c in source.header.complete] == [types.MANAGED_CLUSTERS]


def test_a_refusal_is_played_as_one(tmp_path: Path) -> None:
    uri = f"{HOST}{SUBSCRIPTION_ID}/providers/{types.MANAGED_CLUSTERS}?api-version=2026-08-01"
    refused = interaction(uri, {"error": {"code": "AuthorizationFailed", "message": "no"}}, 403)
    _, kept = played(a_cassette(tmp_path / "c.yaml", refused))
    assert ("AuthorizationFailed", 403) in {(gap.code, gap.status) for gap in kept.gaps}


def test_what_no_collector_asks_for_is_read_too(tmp_path: Path) -> None:
    group = f"{HOST}{SUBSCRIPTION_ID}/resourceGroups/rg/providers"
    pool, machine = (
        f"{CLUSTER}/agentPools/np1",
        f"{SUBSCRIPTION_ID}/resourceGroups/rg/providers/{types.VIRTUAL_MACHINES}/v",
    )
    bastion = f"{SUBSCRIPTION_ID}/resourceGroups/rg/providers/{types.BASTION_HOSTS}/b"
    path = a_cassette(
        tmp_path / "c.yaml",
        clusters(A_CLUSTER),
        interaction(f"{HOST}{CLUSTER}/agentPools?api-version=1", {"value": [{"id": pool, "properties": {"count": 2}}]}),
        interaction(f"{group}/{types.VIRTUAL_MACHINES}?api-version=1", {"value": [{"id": machine}]}),
        interaction(f"{HOST}{bastion}?api-version=1", {"id": bastion}),
        interaction(f"{HOST}{TABLE}?api-version=1", {"id": TABLE, "properties": {"routes": []}}),
        interaction(f"{HOST}/subscriptions?api-version=1", {"value": [{"id": SUBSCRIPTION_ID}]}),
        interaction(f"{HOST}{CLUSTER}/start?api-version=1", "{}", method="POST"),
    )
    source, kept = played(path)
    assert sorted(kept.ids) == sorted([CLUSTER, pool, machine, bastion, TABLE])
    assert any("1 requests other than GET" in note for note in source.notes)
    [cluster] = load_network(Input(replay=path)).clusters
    assert [found.count for found in cluster.node_pools] == [2]


def test_a_page_without_the_pages_before_it_is_no_whole_listing(tmp_path: Path) -> None:
    uri = f"{HOST}{SUBSCRIPTION_ID}/providers/{types.ROUTE_TABLES}?api-version=1&%24skiptoken=abc"
    source, kept = played(a_cassette(tmp_path / "c.yaml", clusters(), interaction(uri, {"value": [{"id": TABLE}]})))
    assert kept.ids == [TABLE]
    assert source.header
    assert types.ROUTE_TABLES not in {c.resource_type for c in source.header.complete}


def test_a_cluster_that_no_listing_shows_can_be_chosen(tmp_path: Path) -> None:
    path = a_cassette(tmp_path / "c.yaml", interaction(f"{HOST}{CLUSTER}?api-version=1", A_CLUSTER))
    assert [cluster.name for cluster in load_network(Input(replay=path, clusters=("AKS1",))).clusters] == ["aks1"]
    with pytest.raises(UsageError, match="no cluster 'other'"):
        load_network(Input(replay=path, clusters=("other",)))


def test_only_the_chosen_subscription_is_played(tmp_path: Path) -> None:
    other = subscription_id(2)
    foreign = {**A_CLUSTER, "id": CLUSTER.replace(SUBSCRIPTION, other)}
    network = f"{SUBSCRIPTION_ID.replace('0001', '0003')}/resourceGroups/rg/providers/{types.VIRTUAL_NETWORKS}/hub"
    path = a_cassette(
        tmp_path / "c.yaml",
        clusters(A_CLUSTER),
        clusters(foreign, subscription=other),
        interaction(f"{HOST}{network}?api-version=1", {"id": network, "properties": {}}),
    )
    source, kept = played(path, subscriptions=(SUBSCRIPTION.upper(),))
    assert kept.ids == [CLUSTER, network]
    assert source.header
    assert source.header.subscriptions == (SUBSCRIPTION,)
    with pytest.raises(UsageError, match="is not in"):
        played(path, subscriptions=(subscription_id(7),))


def test_bodies_may_be_packed_or_binary(tmp_path: Path) -> None:
    packed = clusters(A_CLUSTER)
    packed["response"]["body"]["string"] = gzip.compress(packed["response"]["body"]["string"].encode())
    packed["response"]["headers"]["Content-Encoding"] = ["gzip"]
    _, kept = played(a_cassette(tmp_path / "c.yaml", packed))
    assert kept.ids == [CLUSTER]


def test_a_replay_reaches_no_network(tmp_path: Path, serve: Callable[..., StandIn]) -> None:
    standin = serve([])
    uri = f"{standin.base_url}{SUBSCRIPTION_ID}/providers/{types.MANAGED_CLUSTERS}?api-version=1"
    played(a_cassette(tmp_path / "c.yaml", interaction(uri, {"value": []})))
    assert standin.requests == []


# -------------------------------------------------------------------- broken ones


GOOD = clusters(A_CLUSTER)


def spoiled(part: str, value: Any) -> dict[str, Any]:
    copy: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(GOOD))
    place = copy
    *outer, last = part.split(".")
    for name in outer:
        place = place[name]
    place[last] = value
    return {"version": 1, "interactions": [copy]}


BROKEN = [
    "",
    "5",
    "[]",
    "text",
    "{}",
    "a: [",
    "\x00\x01",
    "interactions: 5",
    "interactions: {}",
    "interactions: []",
    "interactions: [null]",
    "interactions: [{}]",
    "interactions: [{request: {}, response: {}}]",
    "- request: {}\n  response: {}",
    "version: 2\ninteractions: []",
    "version: x\ninteractions: []",
    "a: &a [*a]",
    "[" * 5000,
    *(
        json.dumps(spoiled(part, value))
        for part, value in [
            *(("request", None), ("request.uri", None), ("request.method", None), ("response", None)),
            *(("response.status", None), ("response.status.code", "x"), ("response.body", None)),
            *(("response.headers", 5), ("response.body.string", 5), ("response.body.string", ["a"])),
        ]
    ),
]


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[-40:] or "empty")
def test_a_broken_cassette_is_refused_in_one_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    with pytest.raises(CassetteError) as caught:
        played(str(path))
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "tag",
    ["!!python/object/apply:os.system", "!!python/object/new:os.system", "!!python/name:os.system", "!custom"],
)
def test_a_cassette_executes_nothing(tag: str, tmp_path: Path) -> None:
    path, witness = tmp_path / "evil.yaml", tmp_path / "witness"
    path.write_text(f"version: 1\ninteractions: {tag} ['touch {witness}']\n")
    with pytest.raises(CassetteError, match="not a cassette"):
        played(str(path))
    assert not witness.exists()


@pytest.mark.parametrize("name", ["no.yaml", "."])
def test_a_cassette_that_is_not_there_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(CassetteError, match="cannot read"):
        played(str(tmp_path / name))


@pytest.mark.parametrize(
    "answer",
    [
        interaction(f"{HOST}{SUBSCRIPTION_ID}/providers/Microsoft.Network/routeTables?api-version=1", {"value": []}),
        interaction(f"{HOST}{SUBSCRIPTION_ID}/providers/Microsoft.ContainerService/managedClusterSnapshots", {}),
        interaction(f"{HOST}/providers/{types.MANAGED_CLUSTERS}?api-version=1", {"value": []}),
        interaction(f"{HOST}{CLUSTER}?api-version=1", A_CLUSTER, method="PUT"),
    ],
    ids=["another-type", "snapshots", "no-subscription", "only-written"],
)
def test_a_cassette_that_answers_for_no_cluster_is_refused(answer: dict[str, Any], tmp_path: Path) -> None:
    path = a_cassette(tmp_path / "c.yaml", answer)
    with pytest.raises(CassetteError, match="nothing in it answers for managed clusters"):
        played(path)


@pytest.mark.parametrize("name", ["no/such/run.yaml", "."])
def test_a_recording_that_cannot_be_written_is_refused_before_the_run(
    name: str, as_azure: Callable[[StandIn], None], tmp_path: Path
) -> None:
    with StandIn([], subscriptions=[SUBSCRIPTION]) as standin:
        as_azure(standin)
        with pytest.raises(CassetteError, match="cannot write"):
            load(Input(record=str(tmp_path / name)), Kept())
        assert standin.requests == []


# -------------------------------------------------------------------- what Azure really sent


RECORDINGS = sorted(REAL.glob("*.yaml")) + sorted(REAL.glob("scenarios/*/*.yaml"))


def recorded_types(path: Path) -> Counter[str]:
    """Every resource that the recording's answers hold, each id once, by type in lower case."""
    found: dict[str, str] = {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for answer in yaml.load(path.read_text(), Loader=loader)["interactions"]:  # noqa: S506 (both are safe)
        if answer["request"]["method"] != "GET" or answer["response"]["status"]["code"] != 200:
            continue
        body = json.loads(answer["response"]["body"]["string"])
        if answer["request"]["uri"].partition("?")[0].endswith("/usages"):
            usages = answer["request"]["uri"].partition("?")[0].removeprefix(HOST)
            found[usages.lower()] = types.USAGES.lower()
            continue
        for element in body.get("value", [body]) if isinstance(body, dict) else []:
            segments = element["id"].rpartition("/providers/")[2].split("/")
            found[element["id"].lower()] = "/".join([segments[0], *segments[1::2]]).lower()
    return Counter(found.values())


@pytest.mark.skipif(not RECORDINGS, reason="the recordings of real answers are not beside this checkout")
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem[:50])
def test_nothing_that_azure_really_sent_is_lost(path: Path) -> None:
    source, kept = played(str(path))
    assert Counter({name.lower(): count for name, count in kept.by_type.items()}) == recorded_types(path)
    assert set(kept.codes) <= {"NotInCassette"}
    builder = NetworkBuilder()
    for record in kept.records:
        builder.add(record)
    report = audit(builder.build(source), catalogue())
    listed = [cluster.cluster.id.key for cluster in report.clusters]
    assert sorted(listed) == sorted(i.lower() for i in kept.ids if i.lower().split("/")[-2] == "managedclusters")
    for render in RENDER.values():
        render(report)


def test_sixteen_workers_and_one_play_the_same(tmp_path: Path, serve: Callable[..., StandIn], connect: Any) -> None:
    """The order in which answers come must not show."""
    standin = serve(list(grow(clusters=6, pools=1, nodes=2)), date="Fri, 20 Nov 2026 06:00:00 GMT")
    one, many = Kept(), Kept()
    first = collect(connect(standin), (SUBSCRIPTION,), one, workers=1, selection=Selection())
    assert first == collect(connect(standin), (SUBSCRIPTION,), many, workers=16)
    assert sorted(one.ids) == sorted(many.ids)
