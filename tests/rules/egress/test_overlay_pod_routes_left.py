from aks_audit.rules.egress.overlay_pod_routes_left import overlay_pod_routes_left
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import FIREWALL, TABLES, a_spoke


def test_is_quiet_about_default_routes_and_summaries() -> None:
    spoke = a_spoke(pod_cidr="10.244.0.0/16")
    spoke.estate.add_route(spoke.table, "10.240.0.0/12", FIREWALL)
    spoke.estate.add_route(spoke.table, "10.245.0.0/24", FIREWALL)
    spoke.estate.add_route(spoke.table, "fd00::/64", FIREWALL)
    assert messages(overlay_pod_routes_left, network_of(spoke.estate)) == []


def test_finds_what_kubenet_left() -> None:
    spoke = a_spoke(pod_cidr="10.244.0.0/16")
    spoke.estate.add_route(spoke.table, "10.244.0.0/24", "10.1.0.4", "a")
    spoke.estate.add_route(spoke.table, "10.244.1.0/24", "10.1.0.5", "b")
    finding = only(findings(overlay_pod_routes_left, network_of(spoke.estate)))
    assert finding.message == (
        "rt, on nodes, more of aks1: 2 routes into the pod CIDR 10.244.0.0/16, 10.244.0.0/24 first, although overlay "
        "needs none"
    )
    assert finding.resource_id.text == spoke.table["id"]
    assert [(e.path, e.value) for e in finding.evidence] == [
        ("properties.routes[a].addressPrefix", "10.244.0.0/24"),
        ("properties.routes[b].addressPrefix", "10.244.1.0/24"),
        ("properties.networkProfile.podCidrs", ("10.244.0.0/16",)),
    ]
    assert [each.name for each in finding.affected] == ["nodes", "more", "aks1"]
    assert finding.cluster_id
    assert finding.severity is None


def test_finds_the_whole_pod_cidr_in_one_route() -> None:
    spoke = a_spoke(pod_cidr="10.244.0.0/16")
    spoke.estate.add_route(spoke.table, "10.244.0.0/16", FIREWALL)
    (message,) = messages(overlay_pod_routes_left, network_of(spoke.estate))
    assert ": 1 route into the pod CIDR 10.244.0.0/16, 10.244.0.0/16 first," in message


def test_is_quiet_where_they_serve_a_kubenet_cluster_on_the_subnet() -> None:
    spoke = a_spoke(pod_cidr="10.244.0.0/16")
    spoke.estate.cluster(
        "aks2",
        "kubenet",
        subnet=spoke.subnet(),
        route_table=spoke.table,
        pod_cidr="10.244.0.0/16",
        outbound_type="userDefinedRouting",
    )
    found = findings(overlay_pod_routes_left, network_of(spoke.estate))
    assert [each.name for each in only(found).affected] == ["more", "aks1"]
    spoke.subnet("more")["properties"].pop("routeTable")
    assert messages(overlay_pod_routes_left, network_of(spoke.estate)) == []


def test_is_quiet_about_kubenet_itself() -> None:
    assert messages(overlay_pod_routes_left, network_of(a_spoke("kubenet").estate)) == []


def test_cannot_tell_without_the_pod_cidr() -> None:
    spoke = a_spoke()
    for words in ("podCidr", "podCidrs"):
        spoke.cluster["properties"]["networkProfile"].pop(words)
    (answer,) = unknowns(overlay_pod_routes_left, network_of(spoke.estate))
    assert answer.gap.message == "properties.networkProfile.podCidrs is absent or lacks a family"


def test_cannot_tell_without_the_tables() -> None:
    (answer,) = unknowns(overlay_pod_routes_left, network_of(a_spoke().estate, refused=[TABLES]))
    assert (answer.resource_id.name, answer.gap.status) == ("rt", 403)
