"""What lies in the subscriptions, by Resource Graph: the same report, fewer requests, and nothing claimed in vain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from aks_audit.audit import audit
from aks_audit.collectors.collect import Survey, by_listings, collect
from aks_audit.collectors.connection.arm import Arm
from aks_audit.collectors.connection.deadline import Deadline
from aks_audit.collectors.graph import ask
from aks_audit.collectors.graph.queries import QUERIES
from aks_audit.collectors.graph.survey import GraphSurvey
from aks_audit.collectors.listings import of_subscription
from aks_audit.errors import AccessError
from aks_audit.inventory import Gap, Header, Resource, Source, types
from aks_audit.model import Network, NetworkBuilder
from aks_audit.reporters import RENDER
from aks_audit.rules import catalogue

from ...arm import StandIn
from ...estate import Estate, Json, Pool, grow, subnet, subscription_id
from ...example_estates import crowded_node_subnet, egress_with_faults, healthy_mixed, kubenet_with_faults
from ...records import Kept
from ..virtual_clock import VirtualClock

Serve = Callable[..., StandIn]
Connect = Callable[..., Arm]
GRAPH = "/providers/Microsoft.ResourceGraph/resources"
DATE = "Fri, 20 Nov 2026 06:00:00 GMT"
CLUSTERS = f"*/providers/{types.MANAGED_CLUSTERS}"


class Both:
    """A sink that keeps records and builds the network."""

    def __init__(self) -> None:
        self.kept = Kept()
        self.builder = NetworkBuilder()

    def add(self, record: Resource | Gap) -> None:
        self.kept.add(record)
        self.builder.add(record)


def surveyed(arm: Arm, subscriptions: Sequence[str], survey: Survey, **words: Any) -> tuple[Header, Kept, Network]:
    sink = Both()
    header = collect(arm, sorted(subscriptions), sink, survey=survey, **words)
    return header, sink.kept, sink.builder.build(Source("live", header))


def by_graph(arm: Arm, standin: StandIn, **words: Any) -> tuple[Header, Kept, list[str]]:
    notes: list[str] = []
    survey = GraphSurvey(arm, notes.append, **words)
    header, kept, _ = surveyed(arm, list(standin.store.subscriptions), survey)
    return header, kept, notes


def report(network: Network) -> str:
    """As a reader of ids has it: their case does not count."""
    return RENDER["json"](audit(network, catalogue())).lower()


def complete(header: Header) -> set[tuple[str, str]]:
    return {(each.resource_type, each.scope.lower()) for each in header.complete}


def asked(standin: StandIn) -> Counter[str]:
    """Requests by what they ask for: queries, permissions, subscription listings, and the rest."""

    def kind(path: str) -> str:
        parts = path.lower().split("/")
        if path == GRAPH:
            return "queries"
        if parts[-1] == "permissions":
            return "permissions"
        return "listings" if len(parts) == 6 and parts[3] == "providers" else "others"

    # AKS gives a link to a next page even where there is none
    return Counter(kind(request.path) for request in standin.requests if "skip" not in request.raw_query.lower())


# -------------------------------------------------------------------- the same report


def of_all_examples() -> list[Json]:
    makers = (kubenet_with_faults, crowded_node_subnet, egress_with_faults, healthy_mixed)
    return [resource for make in makers for resource in make().resources]


ESTATES: dict[str, Callable[[], list[Json]]] = {
    "kubenet": lambda: kubenet_with_faults().resources,
    "crowded": lambda: crowded_node_subnet().resources,
    "egress": lambda: egress_with_faults().resources,
    "healthy": lambda: healthy_mixed().resources,
    "all": of_all_examples,
    "six subscriptions": lambda: list(grow(clusters=14, pools=2, nodes=3, subscriptions=6)),
}


@pytest.mark.parametrize("page_size", [1000, 2])
@pytest.mark.parametrize("name", ESTATES)
def test_both_collectors_give_the_same_report(name: str, page_size: int, serve: Serve, connect: Connect) -> None:
    standin = serve(ESTATES[name](), date=DATE, graph_page_size=page_size)
    arm, subscriptions = connect(standin, deadline=VirtualClock()), list(standin.store.subscriptions)
    _, _, listed = surveyed(arm, subscriptions, by_listings)
    notes: list[str] = []
    _, kept, queried = surveyed(arm, subscriptions, GraphSurvey(arm, notes.append))
    assert report(listed) == report(queried)
    assert kept.gaps == []
    assert ["minutes behind" in note for note in notes] == [True]


def test_every_type_that_arm_lists_is_asked_for_or_comes_from_arm(serve: Serve, connect: Connect) -> None:
    standin = serve(grow(clusters=6, subscriptions=6))
    arm = connect(standin)
    header, kept, _ = by_graph(arm, standin)
    by_arm, listed, _ = surveyed(arm, list(standin.store.subscriptions), by_listings)
    with_clusters = {r.id.subscription_id for r in kept.resources if r.type == types.MANAGED_CLUSTERS}
    expected = {
        (resource_type, scope)
        for resource_type, scope in complete(by_arm)
        if resource_type != types.ROLE_ASSIGNMENTS or scope in with_clusters
    }
    assert complete(header) == expected
    assert kept.by_type == listed.by_type


# -------------------------------------------------------------------- requests


def requests_of(subscriptions: int, serve: Serve, connect: Connect) -> Counter[str]:
    standin = serve(
        grow(clusters=3, pools=1, nodes=2, subscriptions=1),
        subscriptions=[subscription_id(each) for each in range(1, subscriptions + 1)],
    )
    by_graph(connect(standin), standin)
    return asked(standin)


def test_only_the_look_at_permissions_grows_with_the_subscriptions(serve: Serve, connect: Connect) -> None:
    """One query a type, one for the subscriptions; permissions of each; role assignments where clusters are."""
    few, many = requests_of(5, serve, connect), requests_of(20, serve, connect)
    assert many == {
        "queries": 1 + len(QUERIES),
        "permissions": 20,
        "listings": 1,
        "others": few["others"],
    }
    assert many - few == {"permissions": 15}


def test_subscriptions_go_into_queries_a_thousand_at_a_time(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aks_audit.collectors.graph.survey.MAX_SUBSCRIPTIONS", 3)
    assert ask.MAX_SUBSCRIPTIONS == 1000
    standin = serve(grow(clusters=7, subscriptions=7))
    header, kept, _ = by_graph(connect(standin, deadline=VirtualClock()), standin)
    assert asked(standin)["queries"] == 3 * (1 + len(QUERIES))
    assert kept.by_type[types.MANAGED_CLUSTERS] == 7
    assert kept.gaps == []
    assert len({scope for kind, scope in complete(header) if kind == types.MANAGED_CLUSTERS}) == 7


def test_a_page_that_is_too_large_is_asked_for_in_smaller_ones(serve: Serve, connect: Connect) -> None:
    standin = serve(grow(clusters=40, pools=1, nodes=1, subscriptions=5), graph_max_bytes=60_000)
    _, kept, notes = by_graph(connect(standin, deadline=VirtualClock()), standin)
    assert kept.by_type[types.MANAGED_CLUSTERS] == 40
    assert kept.gaps == []
    assert len(notes) == 1


# -------------------------------------------------------------------- nothing is claimed in vain


@pytest.fixture
def standin(serve: Serve) -> StandIn:
    return serve(grow(clusters=6, pools=1, nodes=2, subscriptions=6), date=DATE)


FIRST, SECOND = f"/subscriptions/{subscription_id(1)}", f"/subscriptions/{subscription_id(2)}"


def test_a_subscription_that_graph_does_not_show_is_listed_by_arm(standin: StandIn, connect: Connect) -> None:
    standin.hidden_from_graph.add(subscription_id(1))
    header, kept, _ = by_graph(connect(standin), standin)
    assert kept.by_type[types.MANAGED_CLUSTERS] == 6
    assert (types.MANAGED_CLUSTERS, FIRST) in complete(header)
    assert asked(standin)["listings"] == 15 + 5  # role assignments of the others, where they have clusters


def test_a_subscription_that_nobody_may_read_is_a_gap_for_every_type(standin: StandIn, connect: Connect) -> None:
    standin.hidden_from_graph.add(subscription_id(1))
    standin.fault(f"{FIRST}/*", status=403)
    header, kept, _ = by_graph(connect(standin), standin)
    refused = {gap.resource_type for gap in kept.gaps if gap.scope == FIRST}
    assert refused == {listing.resource_type for listing in of_subscription(subscription_id(1))}
    assert FIRST not in {scope for _, scope in complete(header)}
    assert SECOND in {scope for _, scope in complete(header)}


def test_rights_on_one_group_alone_are_no_whole_listing(standin: StandIn, connect: Connect) -> None:
    """Resource Graph answers as if there were nothing else; ARM refuses, and that is what counts."""
    standin.readable_groups[subscription_id(1)] = {"rg-network-0"}
    standin.fault(f"{FIRST}/providers/Microsoft.*", status=403)
    header, kept, _ = by_graph(connect(standin), standin)
    whole = {scope for _, scope in complete(header)}
    assert FIRST not in whole
    assert SECOND in whole
    assert not any(r.id.subscription_id == FIRST for r in kept.resources)


def test_rights_on_one_group_alone_say_as_much_as_arm_says(standin: StandIn, connect: Connect) -> None:
    """Where ARM leaves things out of its listings without a word, nothing more is known either."""
    standin.readable_groups[subscription_id(1)] = {"rg-network-0", "rg-clusters"}
    arm = connect(standin)
    header, kept, _ = by_graph(arm, standin)
    by_arm, listed, _ = surveyed(arm, list(standin.store.subscriptions), by_listings)
    whole = {kind for kind, scope in complete(by_arm) if scope == FIRST} - {types.ROLE_ASSIGNMENTS}
    assert {kind for kind, scope in complete(header) if scope == FIRST} == whole
    seen = {r.id.key for r in listed.resources if r.id.subscription_id == FIRST and r.type != types.ROLE_ASSIGNMENTS}
    assert {r.id.key for r in kept.resources if r.id.subscription_id == FIRST} == seen != set()


def test_a_type_that_may_not_be_read_all_over_is_listed_by_arm(standin: StandIn, connect: Connect) -> None:
    without = {"actions": ["*/read"], "notActions": ["Microsoft.Network/*/read"]}
    standin.rights[subscription_id(1)] = [without, {"actions": ["microsoft.network/virtualNetworks/*"]}]
    standin.fault(f"{FIRST}/providers/Microsoft.Network/*", status=403)
    header, kept, _ = by_graph(connect(standin), standin)
    whole = {kind for kind, scope in complete(header) if scope == FIRST}
    assert types.VIRTUAL_NETWORKS in whole
    assert types.MANAGED_CLUSTERS in whole
    assert types.ROUTE_TABLES not in whole
    assert types.ROUTE_TABLES in {gap.resource_type for gap in kept.gaps if gap.scope == FIRST}


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 500, "times": 99}, {"how": "empty"}, {"how": "cut"}])
def test_where_permissions_cannot_be_read_arm_is_asked(
    fault: dict[str, Any], standin: StandIn, connect: Connect
) -> None:
    standin.fault(f"{FIRST}/*/permissions", **fault)
    header, kept, _ = by_graph(connect(standin, retries=1, deadline=VirtualClock()), standin)
    assert asked(standin)["listings"] == 14 + 6
    assert kept.gaps == []
    assert (types.ROUTE_TABLES, FIRST) in complete(header)


def short(standin: StandIn, **words: Any) -> None:
    """The query for route tables answers with something else than all of them."""
    standin.fault(GRAPH, query="routeTables'", **words)


TRUNCATED = b'{"totalRecords":9,"count":0,"resultTruncated":"true","data":[]}'
MISCOUNTED = b'{"totalRecords":9,"count":0,"resultTruncated":"false","data":[]}'
LOOP = b'{"totalRecords":9,"count":0,"resultTruncated":"false","$skipToken":"MHxuZXh0","data":[]}'
AS_TABLE = b'{"totalRecords":0,"count":0,"resultTruncated":"false","data":{"columns":[],"rows":[]}}'
NO_RESOURCE = b'{"totalRecords":1,"count":1,"resultTruncated":"false","data":[{"id":null}]}'


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"body": TRUNCATED}, "Truncated: 0 rows came of 9"),
        ({"body": MISCOUNTED}, "Truncated: 0 rows came of 9"),
        ({"body": LOOP}, "PagingLoop"),
        ({"body": AS_TABLE}, "InvalidJson"),
        ({"body": NO_RESOURCE}, "InvalidJson"),
        ({"how": "truncate"}, "InvalidJson"),
        ({"status": 403}, "403 AuthorizationFailed"),
        ({"status": 502}, "502 HTTP502"),
    ],
)
def test_a_query_that_did_not_bring_all_is_asked_of_arm(
    fault: dict[str, Any], why: str, standin: StandIn, connect: Connect
) -> None:
    short(standin, **fault)
    header, kept, notes = by_graph(connect(standin, retries=1, deadline=VirtualClock()), standin)
    assert kept.gaps == []
    assert (types.ROUTE_TABLES, FIRST) in complete(header)
    assert asked(standin)["listings"] == 2 * 6 + 6
    [note] = [note for note in notes if "route tables" in note]
    assert why in note


def test_where_arm_refuses_too_it_is_a_gap(standin: StandIn, connect: Connect) -> None:
    short(standin, body=TRUNCATED)
    standin.fault(f"{FIRST}/*/routeTables", status=403)
    header, kept, _ = by_graph(connect(standin), standin)
    assert [(gap.resource_type, gap.scope, gap.status) for gap in kept.gaps] == [(types.ROUTE_TABLES, FIRST, 403)]
    assert (types.ROUTE_TABLES, FIRST) not in complete(header)


def test_what_came_twice_and_differs_between_the_services_is_no_trouble(serve: Serve, connect: Connect) -> None:
    standin = serve(grow(clusters=12, subscriptions=6), graph_page_size=2)
    standin.fault(GRAPH, query="virtualNetworks'", status=403, after=2)
    _, kept, _ = by_graph(connect(standin, deadline=VirtualClock()), standin)
    assert kept.gaps == []
    assert len(kept.ids) == len({each.lower() for each in kept.ids})


@pytest.mark.parametrize("stalled", [GRAPH, "*/permissions", "*"], ids=["queries", "permissions", "everything"])
def test_what_did_not_come_in_time_is_a_gap(stalled: str, standin: StandIn, connect: Connect) -> None:
    if stalled == GRAPH:
        standin.fault(stalled, query="routeTables'", how="stall")
    else:
        standin.fault(stalled, how="stall")
    notes: list[str] = []
    arm = connect(standin, deadline=Deadline(1.5))
    kept = Kept()
    try:
        header = collect(arm, sorted(standin.store.subscriptions), kept, survey=GraphSurvey(arm, notes.append))
    except AccessError:  # nothing came at all
        assert stalled == "*"
        return
    assert (types.ROUTE_TABLES, FIRST) not in complete(header)
    assert (types.ROUTE_TABLES, FIRST, "Timeout") in {(gap.resource_type, gap.scope, gap.code) for gap in kept.gaps}


@pytest.mark.parametrize("kind", ["virtualNetworks", "routeTables", "networkSecurityGroups", "natGateways"])
def test_what_is_newer_than_the_index_is_not_called_missing(
    kind: str, estate: Estate, serve: Serve, connect: Connect
) -> None:
    standin = serve(estate.resources, date=DATE)
    arm = connect(standin)
    _, _, listed = surveyed(arm, list(standin.store.subscriptions), by_listings)
    ids = {resource["id"].lower() for resource in estate.of_type(kind)}
    new = {each for each in ids if kind == "routeTables" or "/mc_" not in each}  # nothing refers to a node group's own
    standin.not_in_graph_yet |= new
    notes: list[str] = []
    _, kept, queried = surveyed(arm, list(standin.store.subscriptions), GraphSurvey(arm, notes.append))
    assert set() != new <= {resource.id.key for resource in kept.resources}
    assert report(queried) == report(listed)


def test_what_is_really_missing_is_asked_for_once_more_and_stays_missing(
    estate: Estate, serve: Serve, connect: Connect
) -> None:
    [gateway] = estate.of_type("natGateways")
    standin = serve([r for r in estate.resources if r is not gateway], date=DATE)
    _, kept, _ = by_graph(connect(standin), standin)
    assert kept.gaps == []
    assert [r.path.lower() for r in standin.requests].count(gateway["id"].lower()) == 1


# -------------------------------------------------------------------- refused altogether


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 503}, {"status": 404, "code": "InvalidResourceType"}])
def test_without_resource_graph_arm_is_asked_and_a_note_says_so(
    fault: dict[str, Any], standin: StandIn, connect: Connect
) -> None:
    standin.fault(GRAPH, **fault)
    arm = connect(standin, retries=1, deadline=VirtualClock())
    header, kept, notes = by_graph(arm, standin)
    by_arm, listed, _ = surveyed(arm, list(standin.store.subscriptions), by_listings)
    assert header == by_arm
    assert kept.by_type == listed.by_type
    assert len(notes) == 1
    assert notes[0].startswith(f"Azure Resource Graph refuses ({fault['status']}")


def test_without_resource_graph_whoever_wants_nothing_else_is_told_what_to_try(
    standin: StandIn, connect: Connect
) -> None:
    standin.fault(GRAPH, status=403)
    with pytest.raises(AccessError, match=r"Resource Graph refuses: 403 AuthorizationFailed") as caught:
        by_graph(connect(standin), standin, is_optional=False)
    assert "--collector arm" in str(caught.value)


def test_an_older_version_will_do(standin: StandIn, connect: Connect) -> None:
    standin.refused_api_versions.add("2024-04-01")
    _, kept, notes = by_graph(connect(standin, deadline=VirtualClock()), standin)
    assert kept.gaps == []
    assert len(notes) == 1


def test_a_refusal_for_haste_is_tried_again(standin: StandIn, connect: Connect) -> None:
    standin.fault(GRAPH, status=429, times=2)
    _, kept, notes = by_graph(connect(standin, deadline=VirtualClock()), standin)
    assert kept.gaps == []
    assert len(notes) == 1


class Renewal(VirtualClock):
    """Whoever waits long enough finds a new quota."""

    def __init__(self, standin: StandIn) -> None:
        super().__init__()
        self.standin = standin

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if seconds > 1:
            self.standin.graph_quota = 15


def test_the_quota_is_waited_for_and_not_run_into(serve: Serve, connect: Connect) -> None:
    standin = serve(grow(clusters=20, pools=1, nodes=1, subscriptions=5), graph_page_size=3, graph_quota_counts=True)
    clock = Renewal(standin)
    _, kept, notes = by_graph(connect(standin, deadline=clock, retries=0), standin)
    queries = sum(request.path == GRAPH for request in standin.requests)
    assert kept.gaps == []
    assert len(notes) == 1
    assert queries > 45
    assert clock.now() >= 5 * ((queries - 1) // 15)


# -------------------------------------------------------------------- private zones


def test_links_of_api_servers_zones_come_by_one_query(serve: Serve, connect: Connect) -> None:
    estate = Estate()
    hub = estate.virtual_network("hub", "10.9.0.0/16", {"shared": "10.9.4.0/24"})
    vnet = estate.virtual_network("spoke", "10.1.0.0/16", {"nodes": "10.1.0.0/24"}, peer_with=[hub])
    for name in ("aks1", "aks2"):
        estate.cluster(name, "cni-overlay", pools=[Pool(count=1)], subnet=subnet(vnet, "nodes"), private=True)
    standin = serve(estate.resources)
    header, kept, _ = by_graph(connect(standin), standin)
    assert kept.by_type[types.PRIVATE_DNS_ZONE_LINKS] > 0
    zones = {r.id.key for r in kept.resources if r.type == types.PRIVATE_DNS_ZONES}
    assert {scope for kind, scope in complete(header) if kind == types.PRIVATE_DNS_ZONE_LINKS} == zones
    assert not any("virtualnetworklinks" in request.path.lower() for request in standin.requests)
