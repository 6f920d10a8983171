from __future__ import annotations

from ipaddress import ip_network
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from aks_audit.analysis.addresses import RESERVED_RANGES
from aks_audit.analysis.cluster_networks import pod_cidrs_in_use
from aks_audit.analysis.overlaps import overlap_matrix, overlaps_by_owner
from aks_audit.analysis.ranges import Overlap, RangeKind, Relation
from aks_audit.model import Network
from aks_audit.settings import ExternalPrefix, Settings
from tests.estate import Estate, Json, subnet
from tests.networks import network_of


def a_spoke(
    service_cidr: str = "172.16.0.0/16", pod_cidr: str = "10.244.0.0/16", model: str = "cni-overlay"
) -> tuple[Estate, Json, Json]:
    estate = Estate()
    vnet = estate.virtual_network("spoke", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    cluster = estate.cluster(
        "aks1",
        model,  # type: ignore[arg-type]
        subnet=subnet(vnet, "nodes"),
        pod_cidr=pod_cidr,
        service_cidr=service_cidr,
    )
    return estate, vnet, cluster


def matrix(estate: Estate, *external: str) -> tuple[Overlap, ...]:
    declared = tuple(ExternalPrefix(prefix=ip_network(text), name="berlin") for text in external)
    return overlap_matrix(network_of(estate, settings=Settings(external_prefixes=declared)))


def told(overlap: Overlap) -> tuple[str, str, str, str, str, bool]:
    a, b = overlap.a, overlap.b
    return a.kind.value, a.name, b.kind.value, b.name, overlap.relation.value, overlap.is_relevant


def test_a_network_in_order_has_no_overlap() -> None:
    assert matrix(a_spoke()[0], "192.168.0.0/24") == ()


def test_a_pod_cidr_and_a_service_cidr_of_one_cluster() -> None:
    (overlap,) = matrix(a_spoke(service_cidr="10.244.128.0/17")[0])
    assert told(overlap) == ("pod CIDR", "aks1", "service CIDR", "aks1", "same cluster", True)
    assert str(overlap.shared) == "10.244.128.0/17"


def test_a_service_cidr_in_the_space_and_in_a_subnet() -> None:
    found = matrix(a_spoke(service_cidr="10.1.0.0/20")[0])
    assert [told(overlap) for overlap in found] == [
        ("service CIDR", "aks1", "address space", "spoke", "the cluster's own virtual network", True),
        ("service CIDR", "aks1", "subnet", "nodes", "the cluster's own virtual network", True),
    ]


def test_an_overlays_pod_cidr_beside_the_subnets_does_no_harm_and_kubenets_does() -> None:
    for model, is_relevant in (("cni-overlay", False), ("kubenet", True)):
        (overlap,) = matrix(a_spoke(pod_cidr="10.1.128.0/17", model=model)[0])
        assert told(overlap)[2:] == ("address space", "spoke", "the cluster's own virtual network", is_relevant)


def test_the_network_that_aks_made_with_its_service_cidr_does_no_harm() -> None:
    """Source: https://github.com/Azure/AKS/issues/2727"""
    estate = Estate()
    estate.cluster("aks1", "cni-node-subnet", service_cidr="10.224.0.0/16")
    vnet = estate.of_type("virtualNetworks")[0]
    vnet["properties"]["addressSpace"]["addressPrefixes"] = ["10.0.0.0/8"]
    vnet["properties"]["subnets"][0]["properties"]["addressPrefix"] = "10.240.0.0/16"
    (overlap,) = matrix(estate)
    assert told(overlap)[2:] == ("address space", vnet["name"], "the cluster's own virtual network", False)
    assert overlap.why == "AKS made the network so, and nobody adds subnets there"


def test_a_peer_and_the_name_of_the_peering() -> None:
    estate, vnet, _ = a_spoke()
    hub = estate.virtual_network("hub", ["10.244.8.0/21", "10.1.0.0/20"])
    halves = estate.peer(vnet, hub)
    found = matrix(estate)
    assert [told(overlap) for overlap in found] == [
        ("pod CIDR", "aks1", "address space", "hub", "a peered network", True),
        ("address space", "hub", "address space", "spoke", "a peered network", True),
    ]
    assert [overlap.peering for overlap in found] == ["spoke-to-hub", "hub-to-spoke"]
    for half in halves:
        half["properties"]["peeringState"] = "Disconnected"
    assert matrix(estate) == ()


def test_a_network_behind_the_hub_matters_where_a_route_leads_there() -> None:
    estate, vnet, _ = a_spoke()
    hub = estate.virtual_network("hub", "10.0.0.0/16")
    other = estate.virtual_network("other", "10.244.0.0/20")
    estate.peer(vnet, hub)
    estate.peer(other, hub)
    (overlap,) = matrix(estate)
    assert told(overlap) == ("pod CIDR", "aks1", "address space", "other", "a network behind a peered hub", False)
    assert overlap.why == "peering does not pass on, and no route leads there through the hub"
    estate.route_table("rt", {"0.0.0.0/0": "10.0.4.4"}, subnets=[subnet(vnet, "nodes")])
    (overlap,) = matrix(estate)
    assert overlap.is_relevant
    assert overlap.via is not None
    assert (overlap.via.name, overlap.peering) == ("hub", "spoke-to-hub")


def test_two_spokes_of_one_space_matter_where_either_routes_to_the_other() -> None:
    for routed in ("one", "two"):
        estate = Estate()
        hub = estate.virtual_network("hub", "10.0.0.0/16")
        spokes = [estate.virtual_network(name, "10.1.0.0/16", peer_with=[hub]) for name in ("one", "two")]
        spoke = spokes[("one", "two").index(routed)]
        estate.route_table("rt", {"0.0.0.0/0": "10.0.4.4"}, subnets=[subnet(spoke, "nodes")])
        behind = [o for o in matrix(estate) if o.relation is Relation.BEHIND_HUB]
        assert [told(o) for o in behind] == [
            ("address space", "one", "address space", "two", "a network behind a peered hub", True)
        ]


def test_reserved_and_declared_ranges() -> None:
    found = matrix(a_spoke(service_cidr="172.16.0.0/12")[0], "10.1.4.0/24")
    assert [told(overlap) for overlap in found] == [
        ("service CIDR", "aks1", "reserved by AKS", "172.30.0.0/16", "a range that AKS keeps for itself", True),
        ("service CIDR", "aks1", "reserved by AKS", "172.31.0.0/16", "a range that AKS keeps for itself", True),
        ("address space", "spoke", "in use outside Azure", "berlin", "a declared range outside Azure", True),
    ]


def test_a_docker_bridge_does_no_harm() -> None:
    estate, _, cluster = a_spoke(service_cidr="172.17.0.0/20")
    cluster["properties"]["networkProfile"]["dockerBridgeCidr"] = "172.17.0.1/16"
    (overlap,) = matrix(estate)
    assert told(overlap) == ("service CIDR", "aks1", "docker bridge", "aks1", "same cluster", False)
    assert overlap.why == "nodes that run containerd have no docker bridge"


def test_a_range_that_many_use_is_one_entry() -> None:
    estate, vnet, _ = a_spoke()
    for number in range(2, 5):
        estate.cluster(
            f"aks{number}", subnet=subnet(vnet, "nodes"), pod_cidr="10.244.0.0/16", service_cidr="172.16.0.0/16"
        )
    found = matrix(estate)
    assert [(o.relation, o.is_relevant, str(o.shared), len(o.owners)) for o in found] == [
        (Relation.REUSED, False, "10.244.0.0/16", 4),
        (Relation.REUSED, False, "172.16.0.0/16", 4),
    ]
    assert found[0].why == "pod CIDRs stay inside their cluster, so many may use the same"


def test_entries_are_found_by_their_owner() -> None:
    estate, vnet, _ = a_spoke(service_cidr="10.0.0.0/16")
    estate.cluster("aks2", subnet=subnet(vnet, "nodes"), pod_cidr="10.245.0.0/16", service_cidr="10.0.0.0/16")
    estate.peer(vnet, estate.virtual_network("hub", "10.0.0.0/20"))
    by_owner = overlaps_by_owner(network_of(estate))
    assert sorted((owner.name, [o.b.name for o in found]) for owner, found in by_owner.items()) == [
        ("aks1", ["hub"]),
        ("aks2", ["hub"]),
    ]


# ------------------------------------------------------------------------------------------------- against all pairs

SPACES = ("10.0.0.0/8", "10.1.0.0/16", "10.1.128.0/17", "10.2.0.0/16", "172.16.0.0/12", "fd00::/48")
CIDRS = ("10.1.0.0/20", "10.1.128.0/18", "10.2.0.0/16", "10.244.0.0/16", "172.30.0.0/24", "192.168.0.0/16")
MODELS = ("kubenet", "cni-overlay", "cni-node-subnet")


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    estate = Estate()
    vnets = []
    for number in range(draw(st.integers(1, 5))):
        extra = draw(st.lists(st.sampled_from(SPACES), max_size=2, unique=True))
        own = f"10.{draw(st.integers(1, 3))}.0.0/16"
        vnets.append(
            estate.virtual_network(f"v{number}", list(dict.fromkeys([own, *extra])), {"nodes": own[:-2] + "22"})
        )
    for one, other in combinations(vnets, 2):
        halves = draw(st.sampled_from(("none", "none", "both", "first", "second", "off")))
        if halves != "none":
            first, second = estate.peer(one, other)
            if halves == "off":
                first["properties"]["peeringState"] = "Disconnected"
            for vnet, half, kept in ((one, first, "second"), (other, second, "first")):
                if halves == kept:
                    vnet["properties"]["virtualNetworkPeerings"].remove(half)
    for number in range(draw(st.integers(0, 3))):
        cluster = estate.cluster(
            f"aks{number}",
            draw(st.sampled_from(MODELS)),
            subnet=subnet(draw(st.sampled_from(vnets)), "nodes"),
            pod_cidr=draw(st.sampled_from(CIDRS)),
            service_cidr=draw(st.sampled_from(CIDRS)),
            pools=[{"count": 1}],
        )
        if draw(st.booleans()):
            cluster["properties"]["networkProfile"]["dockerBridgeCidr"] = draw(st.sampled_from(CIDRS))
    return estate


def _naive(network: Network) -> set[frozenset[str] | tuple[str, ...]]:
    """Every pair of ranges tried, and for each overlap what the two have to do with each other."""
    vnets = network.virtual_networks

    def live(a: object, b: object) -> bool:
        return any(p.remote_id == b and p.state != "Disconnected" for p in vnets[a].peerings)  # type: ignore[index]

    def opened(a: object, b: object) -> bool:
        return all(
            any(p.remote_id == y and p.state == "Connected" for p in vnets[x].peerings)  # type: ignore[index]
            for x, y in ((a, b), (b, a))
        )

    def named(a: object, b: object) -> bool:
        return any(p.remote_id == b for p in vnets[a].peerings)  # type: ignore[index]

    def behind(a: object, b: object) -> bool:
        return not named(a, b) and any(opened(a, hub) and opened(hub, b) for hub in vnets if hub not in (a, b))

    spaces = [("address space", v.id, v.id, p) for v in vnets.values() for p in v.prefixes]
    subnets = [("subnet", s.id, v.id, p) for v in vnets.values() for s in v.subnets for p in s.prefixes]
    own = []
    in_use = {pool.subnet_id.parent for cluster in network.clusters for pool in cluster.node_pools if pool.subnet_id}
    for cluster in network.all_clusters:
        (pool,) = cluster.node_pools
        assert pool.subnet_id is not None
        home = pool.subnet_id.parent
        own += [("pod CIDR", cluster.id, home, p) for p in pod_cidrs_in_use(cluster)]
        own += [("service CIDR", cluster.id, home, p) for p in cluster.service_cidrs]
        own += [("docker bridge", cluster.id, home, p) for p in [cluster.docker_bridge_cidr] if p]
    found: set[frozenset[str] | tuple[str, ...]] = set()

    def enter(relation: str, *sides: tuple[object, ...]) -> None:
        found.add(frozenset([relation, *(f"{kind} {owner} {prefix}" for kind, owner, _, prefix in sides)]))

    def clash(a: tuple[object, ...], b: tuple[object, ...]) -> bool:
        return a[3].version == b[3].version and a[3].overlaps(b[3])  # type: ignore[attr-defined, no-any-return]

    for a, b in combinations(own, 2):
        if a[1] == b[1] and a[0] != b[0] and clash(a, b):
            enter("same cluster", a, b)
    for a, b in product(own, [*spaces, *subnets]):
        if a[2] == b[2] and clash(a, b):
            enter("the cluster's own virtual network", a, b)
        if b[0] == "address space" and a[2] != b[2] and clash(a, b):
            if live(a[2], b[2]):
                enter("a peered network", a, b)
            if a[0] != "docker bridge" and behind(a[2], b[2]):
                enter("a network behind a peered hub", a, b)
    for a, b in combinations(spaces, 2):
        if a[2] != b[2] and clash(a, b):
            if live(a[2], b[2]) or live(b[2], a[2]):
                enter("a peered network", a, b)
            first, second = sorted([a[2], b[2]], key=lambda vnet: (vnet not in in_use, vnet))
            if behind(first, second):
                enter("a network behind a peered hub", a, b)
    for a, prefix in product([*spaces, *own], RESERVED_RANGES):
        other = ("reserved by AKS", None, None, prefix)
        if a[0] != "docker bridge" and clash(a, other):
            enter("a range that AKS keeps for itself", a, other)
    return found


@settings(max_examples=150)
@given(estate=estates())
def test_the_matrix_is_what_trying_all_pairs_gives(estate: Estate) -> None:
    network = network_of(estate)
    listed = [o for o in overlap_matrix(network) if o.relation is not Relation.REUSED]
    ours = [
        frozenset([o.relation.value, *(f"{r.kind.value} {r.owner} {r.prefix}" for r in (o.a, o.b))]) for o in listed
    ]
    assert len(ours) == len(set(ours)), "each pair once"
    assert set(ours) == _naive(network)


def test_the_matrix_of_many_clusters_stays_small() -> None:
    estate = Estate()
    hub = estate.virtual_network("hub", "172.16.0.0/16")
    for number in range(200):
        vnet = estate.virtual_network(f"v{number}", f"10.{number}.0.0/16", peer_with=[hub])
        estate.cluster(
            f"aks{number}",
            subnet=subnet(vnet, "nodes"),
            pod_cidr="192.168.0.0/16",
            service_cidr="192.168.0.0/16",
            pools=[{"count": 0}],
        )
    network = network_of(estate)
    assert len(overlap_matrix(network)) == 200 + 2
    assert {o.a.kind for o in overlap_matrix(network)} == {RangeKind.POD, RangeKind.SERVICE}
