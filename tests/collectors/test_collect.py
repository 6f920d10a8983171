"""Collecting from the stand-in, over real HTTPS, through the azure-mgmt clients."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from aks_audit.collectors import gather as gather_module
from aks_audit.collectors.collect import collect
from aks_audit.collectors.connection.answers import NoAnswer
from aks_audit.collectors.connection.arm import Arm
from aks_audit.collectors.connection.deadline import Deadline
from aks_audit.collectors.connection.transport import BoundedAdapter, session_with
from aks_audit.collectors.scope import Scope, resolve
from aks_audit.collectors.selection import Selection
from aks_audit.errors import AccessError, UsageError
from aks_audit.inventory import Header, types

from ..arm import StandIn
from ..estate import SUBSCRIPTION, Estate, Json, Pool, subnet, subscription_id
from ..records import Kept
from .conftest import TOKEN

Serve = Callable[..., StandIn]
Connect = Callable[..., Arm]
SCOPE = f"/subscriptions/{SUBSCRIPTION}"
COLLECTED = (
    "Microsoft.Network/bastionHosts",
    "Microsoft.Network/virtualNetworkGateways",
    "Microsoft.Compute/virtualMachines",
)
"""Types of the estate that no collector asks for."""


def gather(arm: Arm, *subscriptions: str, **words: Any) -> tuple[Header, Kept]:
    kept = Kept()
    return collect(arm, subscriptions or (SUBSCRIPTION,), kept, **words), kept


def expected(estate: Estate) -> Counter[str]:
    """What is in an estate, by type; the scale-set NICs by the type that their id tells."""
    nic = "/virtualmachines/"
    found = Counter(
        types.SCALE_SET_NICS if nic in r["id"].lower() and "type" not in r else types.canonical_type(r["type"])
        for r in estate.resources
    )
    return Counter({name: count for name, count in found.items() if name not in COLLECTED})


def is_complete(header: Header, resource_type: str, scope: str = SCOPE) -> bool:
    return any(c.resource_type == resource_type and c.scope.lower() == scope.lower() for c in header.complete)


# -------------------------------------------------------------------- everything is collected


@pytest.mark.parametrize("page_size", [1000, 1, 3])
def test_everything_is_collected(page_size: int, estate: Estate, serve: Serve, connect: Connect) -> None:
    standin = serve(estate.resources, page_size=page_size)
    header, kept = gather(connect(standin))
    wanted = expected(estate)
    [hub, _] = estate.of_type("virtualNetworks")
    wanted[types.USAGES] -= 1  # nobody's nodes are in the hub
    assert kept.by_type == wanted
    assert kept.gaps == []
    assert hub["id"] in kept.ids
    assert is_complete(header, types.ROUTE_TABLES)
    assert is_complete(header, types.MANAGED_CLUSTERS)
    assert header.subscriptions == (SUBSCRIPTION,)
    assert {request.method for request in standin.requests} == {"GET"}


def test_usage_rows_of_several_pages_are_one_object(estate: Estate, serve: Serve, connect: Connect) -> None:
    standin = serve(estate.resources, page_sizes={"microsoft.network/virtualnetworks/usages": 1})
    _, kept = gather(connect(standin))
    [_, vnet] = estate.of_type("virtualNetworks")
    assert kept.codes == []
    assert kept.json(f"{vnet['id']}/usages")["value"] == [estate.usage(s) for s in vnet["properties"]["subnets"]]


def test_resources_come_as_they_were_sent(estate: Estate, serve: Serve, connect: Connect) -> None:
    _, kept = gather(connect(serve(estate.resources)))
    [table] = estate.of_type("routeTables")
    assert kept.json(table["id"]) == table


def test_an_empty_subscription_is_completely_listed(serve: Serve, connect: Connect) -> None:
    header, kept = gather(connect(serve([], subscriptions=[SUBSCRIPTION])))
    assert kept.records == []
    assert is_complete(header, types.MANAGED_CLUSTERS)


CLUSTERS, NETWORK = subscription_id(1), subscription_id(2)


def two_subscriptions() -> tuple[list[Json], Estate, Json]:
    """Clusters in one subscription; their network, with all that belongs to it, in another."""
    estate = Estate(NETWORK, resource_group="rg-hub")
    hub = estate.virtual_network("hub", "10.9.0.0/16", {"shared": "10.9.4.0/24"})
    vnet = estate.virtual_network("spoke", "10.1.0.0/16", {"nodes": "10.1.0.0/24"}, peer_with=[hub])
    estate.route_table("rt", {"0.0.0.0/0": "10.9.4.4"}, subnets=[subnet(vnet, "nodes")])
    estate.nat_gateway(subnets=[subnet(vnet, "nodes")])
    estate.network_security_group(subnets=[subnet(vnet, "nodes")])
    estate.cluster("aks1", "cni-node-subnet", subnet=subnet(vnet, "nodes"), pools=[Pool(count=1, max_pods=10)])
    moved = re.compile(f"/subscriptions/{NETWORK}(/resourcegroups/(mc_)?rg-aks1)", re.IGNORECASE)
    estate.resources = msgspec.json.decode(
        moved.sub(rf"/subscriptions/{CLUSTERS}\1", msgspec.json.encode(estate.resources).decode())
    )
    return estate.resources, estate, next(r for r in estate.of_type("virtualNetworks") if r["name"] == "spoke")


def in_network(estate: Estate, resource_type: str) -> list[Json]:
    return [r for r in estate.of_type(resource_type) if NETWORK in r["id"]]


def test_what_is_in_another_subscription_is_followed_by_id(serve: Serve, connect: Connect) -> None:
    resources, estate, vnet = two_subscriptions()
    header, kept = gather(connect(serve(resources)), CLUSTERS)
    for resource_type in ("routeTables", "natGateways", "networkSecurityGroups", "virtualNetworks"):
        for resource in in_network(estate, resource_type):
            assert kept.json(resource["id"]) == resource
    assert f"{vnet['id']}/usages" in kept.ids
    assert kept.gaps == []
    assert header.subscriptions == (CLUSTERS,)
    assert not is_complete(header, types.ROUTE_TABLES, f"/subscriptions/{NETWORK}")


def test_what_is_not_there_any_more_is_known_to_be_absent(serve: Serve, connect: Connect) -> None:
    _, estate, _ = two_subscriptions()
    [table] = in_network(estate, "routeTables")
    estate.remove(table)
    header, kept = gather(connect(serve(estate.resources)), CLUSTERS)
    assert kept.gaps == []
    assert is_complete(header, types.ROUTE_TABLES, table["id"])


def test_a_followed_resource_that_is_refused_is_a_gap(serve: Serve, connect: Connect) -> None:
    resources, _, vnet = two_subscriptions()
    standin = serve(resources)
    standin.fault(vnet["id"], status=403)
    _, kept = gather(connect(standin), CLUSTERS)
    assert [(gap.resource_type, gap.scope, gap.status) for gap in kept.gaps] == [
        (types.VIRTUAL_NETWORKS, vnet["id"], 403)
    ]
    assert sum(request.path == vnet["id"] for request in standin.requests) == 1


def test_scale_sets_are_listed_by_group_where_the_subscription_is_refused(
    estate: Estate, serve: Serve, connect: Connect
) -> None:
    standin = serve(estate.resources)
    standin.fault(f"{SCOPE}/providers/Microsoft.Compute/virtualMachineScaleSets", status=403)
    header, kept = gather(connect(standin))
    assert kept.by_type == expected(estate) - Counter([types.USAGES])
    assert [(gap.resource_type, gap.scope) for gap in kept.gaps] == [(types.SCALE_SETS, SCOPE)]
    [group, _] = [c["properties"]["nodeResourceGroup"] for c in estate.of_type("managedClusters")]
    assert is_complete(header, types.SCALE_SETS, f"{SCOPE}/resourceGroups/{group}")


def test_role_assignments_come_with_those_of_management_groups(estate: Estate, serve: Serve, connect: Connect) -> None:
    above = "/providers/Microsoft.Management/managementGroups/landing-zones"
    inherited = estate.role_assignment(above, "00000000-0000-0000-0000-00000000abcd")
    header, kept = gather(connect(serve(estate.resources)))
    assert inherited["id"] in kept.ids
    assert kept.by_type[types.ROLE_ASSIGNMENTS] == len(estate.of_type("roleAssignments"))
    assert is_complete(header, types.ROLE_ASSIGNMENTS)


def test_custom_roles_of_cluster_identities_are_read_by_id_and_no_others(
    estate: Estate, serve: Serve, connect: Connect
) -> None:
    cluster = estate.of_type("managedClusters")[0]
    mine, others = estate.role_definition("joins", ["Microsoft.Network/*"]), estate.role_definition("other", ["*/read"])
    estate.role_assignment(SCOPE, estate.principal_of(cluster), mine["name"])
    estate.role_assignment(SCOPE, "00000000-0000-0000-0000-00000000abcd", others["name"])
    standin = serve(estate.resources)
    _, kept = gather(connect(standin))
    assert kept.by_type[types.ROLE_DEFINITIONS] == 1
    assert [r.path for r in standin.requests if "roleDefinitions" in r.path] == [mine["id"]]


def test_rights_in_a_subscription_that_is_not_listed_are_asked_for_at_the_place(serve: Serve, connect: Connect) -> None:
    estate, hub = Estate(), Estate(subscription_id(2), resource_group="rg-hub")
    vnet = hub.virtual_network("shared", "10.1.0.0/16", {"nodes": "10.1.0.0/24", "others": "10.1.1.0/24"})
    table = hub.route_table("rt-hub", subnets=[subnet(vnet, "nodes")])
    estate._subnets |= hub._subnets
    estate._addresses |= hub._addresses
    estate._usages |= hub._usages
    estate.resources += hub.resources
    cluster = estate.cluster("aks1", "kubenet", subnet=subnet(vnet, "nodes"), route_table=table)
    principal, role = estate.principal_of(cluster), estate.role_definition("joins", ["Microsoft.Network/*"])
    at_subnet = estate.role_assignment(subnet(vnet, "nodes")["id"], principal, role["name"])
    above = estate.role_assignment("/providers/Microsoft.Management/managementGroups/all", principal)
    beside = estate.role_assignment(f"{vnet['id']}-too", principal)
    standin = serve(estate.resources)
    header, kept = gather(connect(standin))
    asked = [r.path for r in standin.requests if r.path.endswith("/roleAssignments")]
    assert sorted(asked) == sorted(f"{p}/providers/{types.ROLE_ASSIGNMENTS}" for p in (SCOPE, table["id"], vnet["id"]))
    assert {at_subnet["id"], above["id"], role["id"]} <= set(kept.ids)
    assert beside["id"] not in kept.ids
    assert is_complete(header, types.ROLE_ASSIGNMENTS, vnet["id"])
    assert kept.gaps == []


def test_a_role_that_may_not_be_read_is_asked_for_once(estate: Estate, serve: Serve, connect: Connect) -> None:
    cluster = estate.of_type("managedClusters")[0]
    role = estate.role_definition("joins", ["Microsoft.Network/*"])
    estate.role_assignment(SCOPE, estate.principal_of(cluster), role["name"])
    standin = serve(estate.resources)
    standin.fault("*/roleDefinitions/*", status=403)
    _, kept = gather(connect(standin))
    assert [(gap.resource_type, gap.scope) for gap in kept.gaps] == [(types.ROLE_DEFINITIONS, role["id"])]
    assert sum("roleDefinitions" in request.path for request in standin.requests) == 1


# -------------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize(
    "resource_type",
    [
        *(types.VIRTUAL_NETWORKS, types.SCALE_SETS, types.ROUTE_TABLES, types.NETWORK_INTERFACES),
        *(types.NETWORK_SECURITY_GROUPS, types.NAT_GATEWAYS, types.LOAD_BALANCERS, types.PUBLIC_IP_ADDRESSES),
        *(types.PUBLIC_IP_PREFIXES, types.PRIVATE_ENDPOINTS, types.APPLICATION_GATEWAYS, types.AZURE_FIREWALLS),
        *(types.PRIVATE_DNS_ZONES, types.ROLE_ASSIGNMENTS, types.MANAGED_CLUSTERS),
    ],
)
def test_a_refused_listing_is_a_gap_and_the_run_goes_on(
    resource_type: str, estate: Estate, serve: Serve, connect: Connect
) -> None:
    standin = serve(estate.resources)
    standin.fault(f"{SCOPE}/providers/{resource_type}", status=403)
    header, kept = gather(connect(standin))
    assert [(gap.resource_type, gap.scope, gap.status, gap.code) for gap in kept.gaps] == [
        (resource_type, SCOPE, 403, "AuthorizationFailed")
    ]
    assert not is_complete(header, resource_type)
    others = {c.resource_type for c in header.complete if c.scope == SCOPE}
    assert len(others) == 14


def test_child_listings_that_are_gone_are_gaps(estate: Estate, serve: Serve, connect: Connect) -> None:
    standin = serve(estate.resources)
    standin.fault("*/virtualMachineScaleSets/*/networkInterfaces", status=404)
    standin.fault("*/usages", status=404, code="ParentResourceNotFound")
    _, kept = gather(connect(standin))
    assert Counter((gap.resource_type, gap.status) for gap in kept.gaps) == {
        (types.SCALE_SET_NICS, 404): 2,
        (types.USAGES, 404): 1,
    }
    assert kept.by_type[types.MANAGED_CLUSTERS] == 2


TABLES = "*/routeTables"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"status": 500}, "HTTP500"),
        ({"status": 502, "code": "BadGateway"}, "BadGateway"),
        ({"status": 503}, "HTTP503"),
        ({"status": 429, "bare": True, "retry_after": 0}, "RetryableError"),
        ({"status": 409}, "MissingSubscriptionRegistration"),
        ({"status": 401}, "ExpiredAuthenticationToken"),
        ({"status": 302, "headers": {"Location": "https://arm.invalid/"}}, "InternalServerError"),
        ({"status": 404, "body": b""}, "HTTP404"),
        ({"how": "truncate"}, "InvalidJson"),
        ({"how": "empty"}, "InvalidJson"),
        ({"body": b"<html>sign in</html>", "content_type": "text/html"}, "InvalidJson"),
        ({"body": b"{}"}, "InvalidJson"),
        ({"body": b"[]"}, "InvalidJson"),
        ({"body": b'{"value":null}'}, "InvalidJson"),
        ({"body": b'{"value":[],"error":{"code":"PartialFailure"}}'}, "InvalidJson"),
        ({"body": b'{"error":{"code":"X"}}'}, "InvalidJson"),
        ({"body": b'{"value":{"a":1}}'}, "InvalidJson"),
        ({"body": b'{"value":[],"nextLink":5}'}, "InvalidJson"),
        ({"body": b'{"value":' + b"[" * 100_000}, "InvalidJson"),
        ({"body": b'{"value":[{"id":"/a\xff/b"}]}'}, "InvalidJson"),
        ({"body": b'{"value":[null]}'}, "InvalidValue"),
        ({"body": b'{"value":[{"name":"x"}]}'}, "InvalidValue"),
        ({"how": "reset"}, None),
        ({"how": "cut"}, None),
        ({"how": "gzip-garbage"}, None),
        ({"how": "next-loop"}, "PagingLoop"),
        ({"how": "next-other-host"}, "ForeignNextLink"),
        ({"how": "next-http"}, "ForeignNextLink"),
        ({"body": b'{"value":[],"nextLink":"https://[::1"}'}, "ForeignNextLink"),
        ({"body": b'{"value":[],"nextLink":"https://h:port/"}'}, "ForeignNextLink"),
        ({"body": b'{"value":[],"nextLink":"//arm.invalid/x"}'}, "ForeignNextLink"),
        ({"body": b'{"value":[],"nextLink":"ftp://arm.invalid/x"}'}, "ForeignNextLink"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_broken_answer_is_a_gap_and_the_run_goes_on(
    fault: dict[str, Any], code: str | None, estate: Estate, serve: Serve, connect: Connect
) -> None:
    standin = serve(estate.resources)
    standin.fault(TABLES, **fault)
    header, kept = gather(connect(standin, retries=1))
    assert {gap.resource_type for gap in kept.gaps} == {types.ROUTE_TABLES}
    [gap] = [gap for gap in kept.gaps if gap.scope == SCOPE]
    assert code in (gap.code, None)
    assert "\n" not in gap.message
    assert "object at 0x" not in gap.message
    assert TOKEN not in gap.message
    assert not is_complete(header, types.ROUTE_TABLES)
    assert kept.by_type[types.MANAGED_CLUSTERS] == 2
    assert kept.by_type[types.SCALE_SET_NICS] == 4


def test_what_came_before_a_broken_page_counts(estate: Estate, serve: Serve, connect: Connect) -> None:
    estate.route_table("rt2")
    standin = serve(estate.resources, page_size=1)
    standin.fault(TABLES, query="skiptoken", status=500)
    header, kept = gather(connect(standin, retries=0))
    assert kept.by_type[types.ROUTE_TABLES] == 1
    assert not is_complete(header, types.ROUTE_TABLES)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "retry_after": 0},
        {"status": 429},
        {"status": 429, "bare": True},
        {"status": 503},
        {"how": "reset"},
        {"how": "cut"},
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_passing_fault_is_tried_again(fault: dict[str, Any], estate: Estate, serve: Serve, connect: Connect) -> None:
    standin = serve(estate.resources)
    standin.fault(TABLES, times=2, **fault)
    _, kept = gather(connect(standin))
    assert kept.gaps == []
    assert sum(request.path.endswith("/routeTables") for request in standin.requests) == 3


def test_retry_after_is_obeyed(estate: Estate, serve: Serve, connect: Connect) -> None:
    standin = serve(estate.resources)
    standin.fault(TABLES, status=429, retry_after=1, times=1)
    _, kept = gather(connect(standin))
    first, second = [request.at for request in standin.requests if request.path.endswith("/routeTables")]
    assert kept.gaps == []
    assert second - first > 0.9


def test_a_link_to_another_host_is_not_followed(estate: Estate, serve: Serve, connect: Connect) -> None:
    """A second stand-in takes the place of a stranger's host."""
    stranger = serve([], subscriptions=[SUBSCRIPTION])
    standin = serve(estate.resources)
    link = f'{{"value":[],"nextLink":"{stranger.base_url}{SCOPE}/x?api-version=2024-05-01"}}'
    standin.fault(TABLES, body=link.encode())
    _, kept = gather(connect(standin))
    assert "ForeignNextLink" in kept.codes
    assert stranger.requests == []


def test_an_unknown_api_version_falls_back_to_an_older_one(estate: Estate, serve: Serve, connect: Connect) -> None:
    standin = serve(estate.resources, newest_api_version="2025-12-31", refused_api_versions={"2024-11-01"})
    _, kept = gather(connect(standin))
    assert kept.gaps == []
    assert kept.by_type == expected(estate) - Counter([types.USAGES])
    asked = {r.path.rpartition("/")[2]: r.query["api-version"] for r in standin.requests}
    assert (asked["routeTables"], asked["managedClusters"]) == ("2024-10-01", "2025-05-01")
    assert asked["virtualMachineScaleSets"] == "2024-03-01"


def test_a_cloud_that_knows_no_version_is_a_gap(estate: Estate, serve: Serve, connect: Connect) -> None:
    standin = serve(estate.resources)
    standin.fault(TABLES, status=400, code="NoRegisteredProviderFound")
    _, kept = gather(connect(standin))
    assert [gap.code for gap in kept.gaps if gap.scope == SCOPE] == ["NoRegisteredProviderFound"]


# -------------------------------------------------------------------- only reading


def test_nothing_but_get_leaves(estate: Estate, serve: Serve, connect: Connect) -> None:
    standin = serve(estate.resources)
    standin.fault(TABLES, status=409)
    gather(connect(standin))
    assert {request.method for request in standin.requests} == {"GET"}
    assert not any("register" in request.path for request in standin.requests)
    assert all(request.headers["user-agent"].startswith("aks-audit/") for request in standin.requests)


# -------------------------------------------------------------------- which subscriptions and clusters


def test_an_unknown_subscription_is_an_error(serve: Serve, connect: Connect) -> None:
    with pytest.raises(AccessError, match=r"no subscription .*0009 \(SubscriptionNotFound\)"):
        gather(connect(serve([], subscriptions=[SUBSCRIPTION])), subscription_id(9))


@pytest.mark.parametrize(
    ("selection", "word"),
    [
        (Selection(names=("nosuch",)), "no cluster 'nosuch' in what was read; clusters there are: aks1, aks2"),
        (Selection(names=("aks1", "nosuch")), "no cluster 'nosuch'"),
        (Selection(resource_groups=("nosuch",)), "no resource group 'nosuch'"),
        (Selection(names=("aks1",), resource_groups=("rg-aks2",)), "no cluster 'aks1'"),
    ],
)
def test_an_unknown_cluster_is_an_error(
    selection: Selection, word: str, estate: Estate, serve: Serve, connect: Connect
) -> None:
    with pytest.raises(UsageError, match=word):
        gather(connect(serve(estate.resources)), selection=selection)


@pytest.mark.parametrize(
    "fault", [{"status": 403}, {"how": "reset"}, {"how": "truncate"}], ids=lambda value: str(value)[:60]
)
def test_a_cluster_whose_listing_failed_is_not_called_absent(
    fault: dict[str, Any], estate: Estate, serve: Serve, connect: Connect
) -> None:
    standin = serve(estate.resources)
    standin.fault("*/managedClusters", **fault)
    _, kept = gather(connect(standin, retries=0), selection=Selection(names=("aks1",)))
    assert [gap.resource_type for gap in kept.gaps] == [types.MANAGED_CLUSTERS]


def test_a_selection_collects_the_neighbours_in_the_subnet_too(serve: Serve, connect: Connect) -> None:
    estate = Estate()
    vnet = estate.virtual_network(subnets={"shared": "10.1.0.0/24", "alone": "10.1.1.0/24"})
    for name, home in (("aks1", "shared"), ("aks2", "shared"), ("aks3", "alone")):
        estate.cluster(name, subnet=subnet(vnet, home), pools=[Pool(count=1)])
    _, kept = gather(connect(serve(estate.resources)), selection=Selection(names=("AKS1",)))
    owners = {i.split("/")[4].split("_")[2].lower() for i in kept.ids if "/virtualMachines/" in i}
    assert owners == {"aks1", "aks2"}
    assert kept.by_type[types.MANAGED_CLUSTERS] == 3


def test_subscriptions_are_found_by_name_and_group(serve: Serve, connect: Connect) -> None:
    one, two, three = (subscription_id(n) for n in (1, 2, 3))
    names = {one: "Shop", two: "Hub", three: "hub "}
    arm = connect(serve([], subscriptions=names, management_groups={"root a/b": [three, two]}))
    assert resolve(arm, Scope(subscriptions=("SHOP",))) == (one,)
    assert resolve(arm, Scope(subscriptions=("hub", "shop"))) == (one, two)
    assert resolve(arm, Scope(subscriptions=(three.upper(), "shop"))) == (one, three)
    assert resolve(arm, Scope(all_subscriptions=True)) == (one, two, three)
    with pytest.raises(AccessError, match="named 'nosuch'"):
        resolve(arm, Scope(subscriptions=("nosuch",)))
    with pytest.raises(UsageError, match="sees 3 subscriptions and none was named"):
        resolve(arm, Scope())


def test_subscriptions_of_a_management_group_are_found(serve: Serve, connect: Connect) -> None:
    one, two = (subscription_id(n) for n in (1, 2))
    standin = serve([], subscriptions=[one, two], management_groups={"platform": [two]}, page_size=1)
    arm = connect(standin)
    assert resolve(arm, Scope(management_group="platform")) == (two,)
    assert resolve(arm, Scope(management_group="other")) == (one, two)
    resolve(arm, Scope(management_group="a b"))
    assert standin.requests[-1].path.endswith("/managementGroups/a b/descendants")
    standin.fault("*/descendants", status=403)
    with pytest.raises(AccessError, match="AuthorizationFailed"):
        resolve(arm, Scope(management_group="platform"))


def test_two_subscriptions_of_one_name_are_not_guessed(serve: Serve, connect: Connect) -> None:
    arm = connect(serve([], subscriptions={subscription_id(1): "Shop", subscription_id(2): "shop"}))
    with pytest.raises(UsageError, match="2 subscriptions are named 'Shop'"):
        resolve(arm, Scope(subscriptions=("Shop",)))


def test_the_only_subscription_needs_no_name(serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    arm = connect(serve([], subscriptions=[subscription_id(4)]))
    assert resolve(arm, Scope()) == (subscription_id(4),)
    monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", subscription_id(5))
    assert resolve(arm, Scope()) == (subscription_id(5),)
    assert resolve(arm, Scope(all_subscriptions=True)) == (subscription_id(4),)


def test_subscriptions_that_lead_back_are_an_error(serve: Serve, connect: Connect) -> None:
    standin = serve([], subscriptions=[SUBSCRIPTION])
    standin.fault("/subscriptions", how="next-loop")
    with pytest.raises(AccessError, match="leads back"):
        resolve(connect(standin), Scope(all_subscriptions=True))


# -------------------------------------------------------------------- side by side


def test_sixteen_requests_are_under_way_at_once(serve: Serve, connect: Connect) -> None:
    resources = []
    for number in (1, 2, 3):
        resources += Estate(subscription_id(number)).resources
    standin = serve(resources, subscriptions=[subscription_id(n) for n in (1, 2, 3)], latency_seconds=0.05)
    started = time.monotonic()
    _, kept = gather(connect(standin), *(subscription_id(n) for n in (1, 2, 3)))
    assert kept.records == []
    assert 8 < standin.max_in_flight <= 16
    assert time.monotonic() - started < len(standin.requests) * 0.05


def test_a_fault_of_our_own_in_a_thread_ends_the_run(estate: Estate, serve: Serve, connect: Connect) -> None:
    class Broken(Kept):
        def add(self, record: Any) -> None:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        collect(connect(serve(estate.resources)), (SUBSCRIPTION,), Broken())


def test_what_does_not_heed_the_time_is_left_to_itself(
    estate: Estate, serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the look-up of the host's name hangs: nothing can be bounded but the waiting for it."""
    freed = threading.Event()

    class Hanging(BoundedAdapter):
        def send(self, request: Any, **options: Any) -> Any:  # type: ignore[override]
            if "routeTables" in request.url:
                freed.wait(30)
            return super().send(request, **options)

    monkeypatch.setattr(gather_module, "GRACE_SECONDS", 0.01)
    standin = serve(estate.resources)
    deadline = Deadline(1.0)
    header, kept = gather(connect(standin, session_with(Hanging(deadline)), deadline=deadline))
    before = len(kept.records)
    freed.set()
    [gap] = [gap for gap in kept.gaps if gap.resource_type == types.ROUTE_TABLES and gap.scope == SCOPE]
    assert (gap.code, gap.status) == ("Timeout", None)
    assert not is_complete(header, types.ROUTE_TABLES)
    assert kept.by_type[types.MANAGED_CLUSTERS] == 2
    assert {gap.code for gap in kept.gaps} == {"Timeout"}
    assert {types.SCALE_SET_NICS, types.USAGES} <= {gap.resource_type for gap in kept.gaps}
    time.sleep(0.05)
    assert len(kept.records) == before


def test_a_run_that_nothing_answers_says_so(estate: Estate, serve: Serve, connect: Connect) -> None:
    standin = serve(estate.resources)
    standin.fault("*", how="reset")
    with pytest.raises(AccessError, match="Azure cannot be reached: "):
        gather(connect(standin, retries=0))


def test_a_token_that_nothing_takes_is_an_error(estate: Estate, serve: Serve, connect: Connect) -> None:
    standin = serve(estate.resources)
    standin.fault("*", status=401)
    with pytest.raises(AccessError, match=r"Azure takes no token: ExpiredAuthenticationToken .*; sign in again"):
        gather(connect(standin))


def test_certificates_are_checked(serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    standin = serve([])
    arm = connect(standin, retries=0)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(NoAnswer) as caught:
        arm.get("/subscriptions?api-version=2022-12-01", "network")
    assert caught.value.code == "SSLError"
    assert standin.requests == []
    time.sleep(0.1)  # the stand-in notices that it was refused


# -------------------------------------------------------------------- private zones


def test_a_zone_of_ones_own_in_another_subscription_is_read_with_its_links(serve: Serve, connect: Connect) -> None:
    estate, other = Estate(), Estate(subscription_id(7), resource_group="rg-dns")
    vnet = estate.virtual_network("spoke", "10.1.0.0/16")
    zone = other.private_dns_zone("privatelink.westeurope.azmk8s.io", [vnet])
    cluster = estate.cluster("aks1", subnet=subnet(vnet, "nodes"), private=True)
    cluster["properties"]["apiServerAccessProfile"]["privateDNSZone"] = zone["id"]
    header, kept = gather(connect(serve([*estate.resources, *other.resources])))
    assert zone["id"] in kept.ids
    assert f"{zone['id']}/virtualNetworkLinks/spoke" in kept.ids
    assert is_complete(header, types.PRIVATE_DNS_ZONE_LINKS, zone["id"])


@pytest.mark.parametrize(
    ("name", "is_read"),
    [
        ("privatelink.chinaeast2.cx.prod.service.azk8s.cn", True),
        ("1.PRIVATELINK.usgovvirginia.cx.aks.containerservice.azure.us", True),
        ("private.bleufrancecentral.cx.prod-aks.sovcloud-api.fr", True),
        ("0.privatelink.westus3.azmk8s.io", True),
        ("privatelink.blob.core.windows.net", False),
    ],
)
def test_links_are_read_of_zones_that_api_servers_have(
    name: str, is_read: bool, serve: Serve, connect: Connect
) -> None:
    estate = Estate()
    zone = estate.private_dns_zone(name, [estate.virtual_network("spoke", "10.1.0.0/16")])
    header, _ = gather(connect(serve(estate.resources)))
    assert is_complete(header, types.PRIVATE_DNS_ZONE_LINKS, zone["id"]) is is_read
