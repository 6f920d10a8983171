"""The collection: first what lies in the subscriptions, then what that leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from .. import __version__
from ..analysis.nodes import NodeSubnet, node_subnets
from ..analysis.rights import unread_roles
from ..errors import AccessError
from ..inventory import types
from ..inventory.records import Gap, Header, Resource, Source
from ..inventory.resource_id import ResourceId
from ..inventory.stream import Journal, Sink
from ..model import ManagedCluster, Network, NetworkBuilder, NotCollected, Subnet, VirtualNetwork
from .connection.answers import NO_TOKEN, UNREACHABLE, unreachable
from .connection.arm import Arm
from .gather import Gatherer, Progress, Silent
from .listings import (
    Listing,
    Single,
    is_zone_of_api_servers,
    links_of,
    nics_of_scale_set,
    of_resource_group,
    of_subscription,
    role_assignments_in,
    role_assignments_of,
    usages_of,
)
from .selection import Selection

_UNKNOWN_SUBSCRIPTION: Final = ("SubscriptionNotFound", "InvalidSubscriptionId")
_UNAUTHORIZED: Final = 401
_PLANNED_BY: Final = frozenset(
    {
        types.MANAGED_CLUSTERS,
        types.AGENT_POOLS,
        types.VIRTUAL_NETWORKS,
        types.SUBNETS,
        types.SCALE_SETS,
        types.ROUTE_TABLES,
        types.ROLE_ASSIGNMENTS,
        types.ROLE_DEFINITIONS,
    }
)
"""The types that say what else to ask for."""
_ROUNDS: Final = 3
"""A cluster leads to its virtual network, that to tables and peers: no reference is further away."""
WORKERS: Final = 16

Survey = Callable[[Gatherer, Sequence[str]], None]
"""Reads what lies in subscriptions: each of fifteen types whole, or a Gap says what is not."""


def by_listings(gatherer: Gatherer, subscriptions: Sequence[str]) -> None:
    """The survey that asks ARM for each type in each subscription."""
    gatherer.listings(listing for subscription in subscriptions for listing in of_subscription(subscription))


class _Planner:
    """A sink before the sink: keeps what says what else to ask for, and passes everything on."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._builder = NetworkBuilder()
        self.gaps: list[Gap] = []
        self.has_resources = False
        self.zones: list[ResourceId] = []

    def add(self, record: Resource | Gap) -> None:
        self._sink.add(record)
        if isinstance(record, Gap):
            self.gaps.append(record)
            self._builder.add(record)
            return
        self.has_resources = True
        if record.type in _PLANNED_BY:
            self._builder.add(record)
        else:
            self._builder.note(record)
            if record.type == types.PRIVATE_DNS_ZONES:
                self.zones.append(record.id)

    def network(self, gatherer: Gatherer) -> Network:
        """What is known so far."""
        return self._builder.build(Source("live", Header(complete=tuple(gatherer.complete))))


def collect(
    arm: Arm,
    subscriptions: Sequence[str],
    sink: Sink,
    *,
    selection: Selection | None = None,
    progress: Progress | None = None,
    workers: int = WORKERS,
    journal: Journal | None = None,
    survey: Survey = by_listings,
    rest: Callable[[], tuple[list[Listing], list[Single]]] | None = None,
) -> Header:
    """Read everything that the audit of some subscriptions' clusters needs.

    Args:
        subscriptions: ids.
        sink: takes the records, each resource once, one at a time.
        selection: the clusters whose nodes are wanted; listings of subscriptions come whole in any case.
        workers: how many requests are under way at once.
        journal: notes what was read whole, and knows what an earlier run has; that is not asked for again.
        survey: how what lies in the subscriptions is read; what that leads to is read in one way only.
        rest: asked again and again, when all else was read, what else there is, until there is nothing.

    Returns:
        The header: what is complete, and when the first answer came.

    Raises:
        AccessError: ARM does not know a subscription.
        UsageError: the selection fits no cluster.
    """
    planner = _Planner(sink)
    gatherer = Gatherer(arm, planner, progress or Silent(), workers, journal)
    gatherer.begin(subscriptions)
    survey(gatherer, subscriptions)
    _refuse_unknown_subscriptions(planner.network(gatherer))
    if not rest and not gatherer.complete and not planner.has_resources:
        _refuse_silence(planner.gaps)
    chosen = selection or Selection()

    def selected() -> Network:
        network = planner.network(gatherer)
        # in a cassette without listings the clusters come with the rest
        return chosen.of(network) if network.clusters or not rest else network

    looked_for: set[Single] = set()
    for _ in range(_ROUNDS):
        network = selected()
        references = set(_references(network))
        wanted = {single for single in references if _is_open(network, single)}
        if survey is not by_listings:  # what is newer than its index is not in it: nothing is missing on its word alone
            wanted |= {single for single in references - looked_for if _is_missing(network, single)}
        looked_for |= wanted
        groups = [of_resource_group(t, scope) for t, scope in sorted(set(_unlisted_groups(network)))]
        if not wanted and not groups:
            break
        gatherer.singles(sorted(wanted))
        gatherer.listings(groups)
    network = selected()
    gatherer.listings(nics_of_scale_set(scale_set.text) for scale_set in _scale_sets(network))
    gatherer.listings(usages_of(vnet.text) for vnet in _networks_in_use(network))
    gatherer.listings(links_of(zone.text) for zone in _zones(network, planner.zones))
    gatherer.listings(_unasked_rights(network, subscriptions))
    gatherer.singles(Single(role.text, types.ROLE_DEFINITIONS) for role in unread_roles(selected()))
    while rest and any(more := rest()):
        gatherer.listings(more[0])
        gatherer.singles(more[1])
    chosen.of(planner.network(gatherer))
    return Header(
        tool=f"aks-audit {__version__}",
        collected_at=_earliest(arm.collected_at, journal.collected_at if journal else None),
        subscriptions=tuple(sorted(subscriptions)),
        complete=tuple(sorted(set(gatherer.complete))),
    )


def _earliest(*times: str | None) -> str | None:
    return min((time for time in times if time), default=None)


def _refuse_unknown_subscriptions(network: Network) -> None:
    for gap in network.gaps:
        if gap.resource_type == types.MANAGED_CLUSTERS and gap.code in _UNKNOWN_SUBSCRIPTION:
            name = gap.scope.rpartition("/")[2]
            raise AccessError(
                f"Azure knows no subscription {name} ({gap.code})", "'az account list' shows those you can see"
            )


def _refuse_silence(gaps: list[Gap]) -> None:
    """Where nothing at all was answered, there is nothing to report but why."""
    gap = min(gaps, key=lambda gap: (gap.resource_type, gap.scope), default=None)
    if gap and all(gap.status == _UNAUTHORIZED or gap.code == NO_TOKEN for gap in gaps):
        raise AccessError(f"Azure takes no token: {gap.code} {gap.message}".rstrip(), "sign in again with 'az login'")
    if gap and all(gap.code in UNREACHABLE for gap in gaps):
        raise unreachable(gap.code, gap.message)


def _references(network: Network) -> Iterator[Single]:
    """What clusters lead to.

    Things live in other subscriptions, and whoever may not list a subscription may often read a resource in it.
    """
    for subnet_id in _subnet_ids(network):
        if subnet_id.parent:
            yield Single(subnet_id.parent.text, types.VIRTUAL_NETWORKS)
        subnet = network.subnets.get(subnet_id)
        for resource_type, resource_id in _of_subnet(subnet) if subnet else ():
            yield Single(resource_id.text, resource_type)
    for cluster in network.clusters:
        if zone_id := cluster.api_server.private_dns_zone_id:
            yield Single(zone_id.text, types.PRIVATE_DNS_ZONES)
    for vnet_id in _networks_in_use(network):
        for peering in network.virtual_networks[vnet_id].peerings:
            if peering.remote_id:
                yield Single(peering.remote_id.text, types.VIRTUAL_NETWORKS)


def _zones(network: Network, zones: list[ResourceId]) -> list[ResourceId]:
    """The private zones whose links matter: those named as API servers' zones are, and what clusters point to."""
    named = {cluster.api_server.private_dns_zone_id for cluster in network.clusters}
    return sorted(
        zone
        for zone in set(zones)
        if (is_zone_of_api_servers(zone) or zone in named)
        and isinstance(network.completeness.absent(types.PRIVATE_DNS_ZONE_LINKS, zone), NotCollected)
    )


def _unasked_rights(network: Network, subscriptions: Sequence[str]) -> list[Listing]:
    """The role assignments that matter and that nobody asked for: those of the subscriptions, and of places outside."""
    places = _places_of_unasked_rights(network)
    inside = sorted({place.subscription for place in places} & set(subscriptions))
    outside = [place for place in places if place.subscription not in subscriptions]
    return [role_assignments_in(s) for s in inside] + [role_assignments_of(place.text) for place in outside]


def _of_subnet(subnet: Subnet) -> Iterator[tuple[str, ResourceId]]:
    if subnet.route_table_id:
        yield types.ROUTE_TABLES, subnet.route_table_id
    if subnet.network_security_group_id:
        yield types.NETWORK_SECURITY_GROUPS, subnet.network_security_group_id
    if subnet.nat_gateway_id:
        yield types.NAT_GATEWAYS, subnet.nat_gateway_id


def _is_open(network: Network, single: Single) -> bool:
    """Not here, and nobody asked for this very resource yet."""
    resource_id = ResourceId.of(single.path)
    answer = network.exists(single.resource_type, resource_id)
    return isinstance(answer, NotCollected) and (
        answer.gap.code == "NotCollected" or answer.gap.scope.lower() != resource_id.key
    )


def _is_missing(network: Network, single: Single) -> bool:
    """A whole listing lacks it."""
    return network.exists(single.resource_type, ResourceId.of(single.path)) is False


def _unlisted_groups(network: Network) -> Iterator[tuple[str, str]]:
    """Node resource groups to list by themselves, where their subscription could not be listed."""
    for cluster in network.clusters:
        if not cluster.node_resource_group:  # as in answers of 2018
            continue
        scope = f"/subscriptions/{cluster.id.subscription}/resourceGroups/{cluster.node_resource_group}"
        answers: list[tuple[str, object]] = [(types.SCALE_SETS, network.scale_sets_of(cluster))]
        if cluster.node_auto_provisioning or any(not pool.is_scale_set for pool in cluster.node_pools):
            answers.append((types.NETWORK_INTERFACES, network.vm_nics_of(cluster)))
        for resource_type, answer in answers:
            if isinstance(answer, NotCollected) and answer.gap.scope.lower() != scope.lower():
                yield resource_type, scope


def _subnet_ids(network: Network) -> list[ResourceId]:
    """The subnets that the chosen clusters name."""
    ids: dict[ResourceId, None] = {}
    for cluster in network.clusters:
        ids.update((place.id, None) for place in node_subnets(network, cluster) if isinstance(place, NodeSubnet))
        ids.update((subnet_id, None) for subnet_id in cluster.pod_subnet_ids)
    return sorted(ids)


def _networks_in_use(network: Network) -> list[ResourceId]:
    """The virtual networks, as far as they were read, that the chosen clusters have subnets in."""
    vnets = {subnet_id.parent for subnet_id in _subnet_ids(network) if subnet_id.parent}
    return sorted(vnet.id for vnet_id in vnets if isinstance(vnet := network.virtual_network(vnet_id), VirtualNetwork))


def _places_of_unasked_rights(network: Network) -> list[ResourceId]:
    """Where clusters need rights, as far as it lies in a subscription whose role assignments nobody asked for."""
    places: dict[ResourceId, None] = {}
    for cluster in network.clusters:
        of_pools = [subnet_id for pool in cluster.node_pools for subnet_id in (pool.subnet_id, pool.pod_subnet_id)]
        subnets = [subnet_id for subnet_id in (*of_pools, cluster.api_server_subnet_id) if subnet_id]
        places.update((subnet_id.parent or subnet_id, None) for subnet_id in subnets)
        tables = [network.subnets[subnet_id].route_table_id for subnet_id in subnets if subnet_id in network.subnets]
        profile = cluster.load_balancer
        own = (*profile.outbound_ip_ids, *profile.outbound_prefix_ids) if profile else ()
        places.update((place, None) for place in (*tables, cluster.api_server.private_dns_zone_id, *own) if place)
    answers = ((place, network.completeness.absent(types.ROLE_ASSIGNMENTS, place)) for place in sorted(places))
    return [p for p, answer in answers if isinstance(answer, NotCollected) and answer.gap.code == "NotCollected"]


def _scale_sets(network: Network) -> list[ResourceId]:
    """The scale sets of the chosen clusters, and of all that share a subnet or a route table with one."""
    ids: dict[ResourceId, None] = {}
    for cluster in _with_neighbours(network):
        scale_sets = network.scale_sets_of(cluster)
        if isinstance(scale_sets, tuple):
            ids.update((scale_set.id, None) for scale_set in scale_sets)
    return sorted(ids)


def _with_neighbours(network: Network) -> list[ManagedCluster]:
    everything = replace(network, clusters=network.all_clusters, memory={})
    places: dict[ResourceId, set[ResourceId]] = {}
    for cluster in network.all_clusters:
        for place in node_subnets(everything, cluster):
            if isinstance(place, NodeSubnet):
                tables = {place.subnet.route_table_id} if isinstance(place.subnet, Subnet) else set()
                places.setdefault(cluster.id, set()).update({place.id, *(t for t in tables if t)})
    shared = set().union(*(places.get(cluster.id, set()) for cluster in network.clusters))
    chosen = {cluster.id for cluster in network.clusters}
    return [c for c in network.all_clusters if c.id in chosen or places.get(c.id, set()) & shared]
