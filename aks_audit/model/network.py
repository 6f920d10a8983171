"""The Network: every resource of an inventory as a typed value, linked by id."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from ..inventory import types
from ..inventory.records import Complete, Gap, Source
from ..inventory.resource_id import ResourceId
from ..settings import Settings
from .authorization import RoleAssignment, RoleDefinition
from .cluster import ManagedCluster
from .firewall import Firewall
from .load_balancer import LoadBalancer
from .network_interface import NetworkInterface
from .outbound import NatGateway, PublicIp, PublicIpPrefix
from .private_link import PrivateDnsZone, PrivateDnsZoneLink, PrivateEndpoint
from .route_table import RouteTable
from .scale_set import ScaleSet
from .security_group import SecurityGroup
from .virtual_network import Subnet, SubnetUsage, VirtualNetwork

P = ParamSpec("P")
R = TypeVar("R")

Group = tuple[str, str]
"""A subscription and a resource group, both in lower case."""


@dataclass(frozen=True, slots=True)
class NotCollected:
    """The answer to a look-up that meets a Gap: it may exist or not."""

    gap: Gap


@dataclass(frozen=True, slots=True)
class Missing:
    """The answer to a look-up into a complete listing that finds nothing: it does not exist."""

    id: ResourceId


class Completeness:
    """Which listings are whole, and which Gap stands in the way where one is not."""

    def __init__(self, complete: Iterable[Complete], gaps: Iterable[Gap]) -> None:
        self._complete = {_key(types.canonical_type(item.resource_type), item.scope) for item in complete}
        self._gaps: dict[tuple[str, str], Gap] = {}
        for gap in gaps:
            self._gaps.setdefault(_key(gap.resource_type, gap.scope), gap)

    def absent(self, resource_type: str, resource_id: ResourceId) -> Missing | NotCollected:
        """What it means that a resource, or everything of a type below it, is not in the inventory.

        The nearest listing decides: a group that was listed whole after its subscription was refused is whole.
        """
        for scope in _scopes(resource_id):
            gap = self._gaps.get((resource_type.lower(), scope))
            if gap:
                return NotCollected(gap)
            if (resource_type.lower(), scope) in self._complete:
                return Missing(resource_id)
        message = "nobody asked for it, or the input leaves it out"
        return NotCollected(Gap(resource_type, resource_id.text, None, "NotCollected", message))


def _scopes(resource_id: ResourceId) -> list[str]:
    """From the resource itself outwards: the places whose listing it would stand in."""
    scopes = [resource_id.key]
    parent = resource_id.parent
    while parent is not None:
        scopes.append(parent.key)
        parent = parent.parent
    if resource_id.subscription:
        subscription = f"/subscriptions/{resource_id.subscription}"
        scopes += [f"{subscription}/resourcegroups/{resource_id.resource_group}".lower(), subscription]
    return scopes


def _key(resource_type: str, scope: str) -> tuple[str, str]:
    scope = scope.rstrip("/").lower()
    return resource_type.lower(), scope if scope.startswith("/") else f"/subscriptions/{scope}"


@dataclass(slots=True, kw_only=True, eq=False)
class Network:
    """What was collected, typed and linked. Look-ups answer with the thing, `Missing`, or `NotCollected`."""

    source: Source
    gaps: tuple[Gap, ...]
    """What was refused or did not parse, sorted."""
    as_of: date
    """The day on which dated rules judge."""
    all_clusters: tuple[ManagedCluster, ...]
    """Every cluster in the inventory; they all draw on the subnets, whether judged or not."""
    clusters: tuple[ManagedCluster, ...]
    """The clusters to judge: all, or those that the user selected. Sorted by id."""
    virtual_networks: Mapping[ResourceId, VirtualNetwork]
    subnets: Mapping[ResourceId, Subnet]
    usages: Mapping[ResourceId, SubnetUsage]
    route_tables: Mapping[ResourceId, RouteTable]
    network_interfaces: Mapping[ResourceId, NetworkInterface]
    """Of virtual machines, private endpoints and so on; scale sets' are below."""
    scale_sets: Mapping[ResourceId, ScaleSet]
    scale_set_nics: Mapping[ResourceId, tuple[NetworkInterface, ...]]
    """By scale set, sorted by instance."""
    nat_gateways: Mapping[ResourceId, NatGateway]
    public_ip_prefixes: Mapping[ResourceId, PublicIpPrefix]
    public_ips: Mapping[ResourceId, PublicIp]
    security_groups: Mapping[ResourceId, SecurityGroup]
    load_balancers: Mapping[ResourceId, LoadBalancer]
    firewalls: Mapping[ResourceId, Firewall]
    private_endpoints: Mapping[ResourceId, PrivateEndpoint]
    private_dns_zones: Mapping[ResourceId, PrivateDnsZone]
    private_dns_zone_links: Mapping[ResourceId, PrivateDnsZoneLink]
    role_assignments: Mapping[ResourceId, RoleAssignment]
    role_definitions: Mapping[ResourceId, RoleDefinition]
    resource_types: Mapping[ResourceId, str]
    """Every resource that was collected, with its type; for those that need no more than to exist."""
    completeness: Completeness
    settings: Settings = field(default_factory=Settings)
    """What the team decided for itself; rules read thresholds and the ranges of other sites here."""
    memory: dict[Any, Any] = field(default_factory=dict, repr=False)
    """Answers of the analysis, kept so that rules can ask again; see `remembered`."""
    _scale_sets_by_group: dict[Group, list[ScaleSet]] = field(init=False, repr=False)
    _vm_nics_by_group: dict[Group, list[NetworkInterface]] = field(init=False, repr=False)
    _vnets_by_group: dict[Group, list[VirtualNetwork]] = field(init=False, repr=False)
    _load_balancers_by_group: dict[Group, list[LoadBalancer]] = field(init=False, repr=False)
    _endpoints_by_group: dict[Group, list[PrivateEndpoint]] = field(init=False, repr=False)
    _links_by_zone: dict[ResourceId, list[PrivateDnsZoneLink]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._scale_sets_by_group = _by_group(self.scale_sets.values())
        self._vm_nics_by_group = _by_group(nic for nic in self.network_interfaces.values() if nic.virtual_machine_id)
        self._vnets_by_group = _by_group(self.virtual_networks.values())
        self._load_balancers_by_group = _by_group(self.load_balancers.values())
        self._endpoints_by_group = _by_group(self.private_endpoints.values())
        self._links_by_zone = {}
        for link in self.private_dns_zone_links.values():
            self._links_by_zone.setdefault(link.zone_id, []).append(link)

    def judging(self, clusters: tuple[ManagedCluster, ...]) -> Network:
        """The same network with other clusters to judge; what was worked out for these is not taken along."""
        return replace(self, clusters=clusters, memory={})

    def virtual_network(self, resource_id: ResourceId) -> VirtualNetwork | Missing | NotCollected:
        found = self.virtual_networks.get(resource_id)
        return found or self.completeness.absent(types.VIRTUAL_NETWORKS, resource_id)

    def subnet(self, resource_id: ResourceId) -> Subnet | Missing | NotCollected:
        found = self.subnets.get(resource_id)
        if found:
            return found
        vnet_id = resource_id.parent
        if vnet_id is None:
            return Missing(resource_id)
        match self.virtual_network(vnet_id):
            case NotCollected(gap) as not_collected if gap.code != "NotCollected":
                return not_collected
            case NotCollected() as not_collected:  # nobody asked for the network; its subnets may stand on their own
                listed = self.completeness.absent(types.SUBNETS, resource_id)
                return listed if isinstance(listed, Missing) else not_collected
            case VirtualNetwork(gap=Gap() as gap):
                return NotCollected(gap)
            case _:  # the virtual network lists all of its subnets, or does not exist itself
                return Missing(resource_id)

    def route_table(self, resource_id: ResourceId) -> RouteTable | Missing | NotCollected:
        return self.route_tables.get(resource_id) or self.completeness.absent(types.ROUTE_TABLES, resource_id)

    def route_table_of(self, subnet: Subnet) -> RouteTable | Missing | NotCollected | None:
        """The table associated with a subnet; None: it has none."""
        return self.route_table(subnet.route_table_id) if subnet.route_table_id else None

    def nat_gateway_of(self, subnet: Subnet) -> NatGateway | Missing | NotCollected | None:
        """The NAT gateway attached to a subnet; None: it has none."""
        if not subnet.nat_gateway_id:
            return None
        found = self.nat_gateways.get(subnet.nat_gateway_id)
        return found or self.completeness.absent(types.NAT_GATEWAYS, subnet.nat_gateway_id)

    def public_ip_prefix(self, resource_id: ResourceId) -> PublicIpPrefix | Missing | NotCollected:
        found = self.public_ip_prefixes.get(resource_id)
        return found or self.completeness.absent(types.PUBLIC_IP_PREFIXES, resource_id)

    def public_ip(self, resource_id: ResourceId) -> PublicIp | Missing | NotCollected:
        return self.public_ips.get(resource_id) or self.completeness.absent(types.PUBLIC_IP_ADDRESSES, resource_id)

    def security_group(self, resource_id: ResourceId) -> SecurityGroup | Missing | NotCollected:
        found = self.security_groups.get(resource_id)
        return found or self.completeness.absent(types.NETWORK_SECURITY_GROUPS, resource_id)

    def load_balancer(self, resource_id: ResourceId) -> LoadBalancer | Missing | NotCollected:
        return self.load_balancers.get(resource_id) or self.completeness.absent(types.LOAD_BALANCERS, resource_id)

    def load_balancers_of(self, cluster: ManagedCluster) -> tuple[LoadBalancer, ...] | NotCollected:
        """The load balancers in the cluster's node resource group, sorted by id."""
        found = self._load_balancers_by_group.get(_node_group(cluster), [])
        gap = self._unlisted(types.LOAD_BALANCERS, cluster)
        return gap if gap else tuple(sorted(found, key=lambda balancer: balancer.id))

    def private_endpoints_of(self, cluster: ManagedCluster) -> tuple[PrivateEndpoint, ...] | NotCollected:
        """The private endpoints in the cluster's node resource group, sorted by id."""
        found = self._endpoints_by_group.get(_node_group(cluster), [])
        gap = self._unlisted(types.PRIVATE_ENDPOINTS, cluster)
        return gap if gap else tuple(sorted(found, key=lambda endpoint: endpoint.id))

    def private_dns_zone(self, resource_id: ResourceId) -> PrivateDnsZone | Missing | NotCollected:
        found = self.private_dns_zones.get(resource_id)
        return found or self.completeness.absent(types.PRIVATE_DNS_ZONES, resource_id)

    def links_of(self, zone: PrivateDnsZone) -> tuple[PrivateDnsZoneLink, ...] | NotCollected:
        """The links of a private DNS zone, sorted by id."""
        match self.completeness.absent(types.PRIVATE_DNS_ZONE_LINKS, zone.id):
            case NotCollected() as not_collected:
                return not_collected
            case Missing():
                return tuple(sorted(self._links_by_zone.get(zone.id, ()), key=lambda link: link.id))

    def _unlisted(self, resource_type: str, cluster: ManagedCluster) -> NotCollected | None:
        """Why the things of a type in the cluster's node resource group are not all known, or None."""
        place = f"/subscriptions/{cluster.id.subscription}/resourceGroups/{cluster.node_resource_group}"
        match self.completeness.absent(resource_type, ResourceId.of(f"{place}/providers/{resource_type}/any")):
            case NotCollected(gap) if gap.code == "NotCollected":
                return NotCollected(Gap(resource_type, place, None, gap.code, gap.message))
            case NotCollected() as not_collected:
                return not_collected
            case Missing():
                return None

    def scale_sets_of(self, cluster: ManagedCluster) -> tuple[ScaleSet, ...] | NotCollected:
        """The scale sets in the cluster's node resource group, sorted by name."""
        found = self._scale_sets_by_group.get(_node_group(cluster), [])
        if found:
            return tuple(sorted(found, key=lambda scale_set: scale_set.id))
        place = f"/subscriptions/{cluster.id.subscription}/resourceGroups/{cluster.node_resource_group}"
        match self.completeness.absent(types.SCALE_SETS, ResourceId.of(f"{place}/providers/{types.SCALE_SETS}/any")):
            case NotCollected(gap) if gap.code == "NotCollected":
                return NotCollected(Gap(types.SCALE_SETS, place, None, gap.code, gap.message))
            case NotCollected() as not_collected:
                return not_collected
            case Missing():
                return ()

    def nics_of(self, scale_set: ScaleSet) -> tuple[NetworkInterface, ...] | NotCollected:
        """The NICs of a scale set's instances, sorted by instance."""
        found = self.scale_set_nics.get(scale_set.id, ())
        match self.completeness.absent(types.SCALE_SET_NICS, scale_set.id):
            case NotCollected() as not_collected if not found or not_collected.gap.code != "NotCollected":
                return () if scale_set.capacity == 0 else not_collected
            case _:
                return found

    def vm_nics_of(self, cluster: ManagedCluster) -> tuple[NetworkInterface, ...] | NotCollected:
        """The NICs of virtual machines in the cluster's node resource group, sorted by id."""
        found = self._vm_nics_by_group.get(_node_group(cluster), [])
        place = f"/subscriptions/{cluster.id.subscription}/resourceGroups/{cluster.node_resource_group}"
        probe = ResourceId.of(f"{place}/providers/{types.NETWORK_INTERFACES}/any")
        match self.completeness.absent(types.NETWORK_INTERFACES, probe):
            case NotCollected() as not_collected:
                return not_collected
            case Missing():
                return tuple(sorted(found, key=lambda nic: nic.id))

    def node_group_virtual_networks(self, cluster: ManagedCluster) -> tuple[VirtualNetwork, ...]:
        """The virtual networks in the cluster's node resource group: the one that AKS made, if it did."""
        return tuple(self._vnets_by_group.get(_node_group(cluster), ()))

    def exists(self, resource_type: str, resource_id: ResourceId) -> bool | NotCollected:
        """Whether a resource is there, for types that are read no further."""
        if resource_id in self.resource_types:
            return True
        match self.completeness.absent(resource_type, resource_id):
            case NotCollected() as not_collected:
                return not_collected
            case Missing():
                return False


class _HasId(Protocol):
    @property
    def id(self) -> ResourceId: ...


H = TypeVar("H", bound=_HasId)


def _by_group(resources: Iterable[H]) -> dict[Group, list[H]]:
    groups: dict[Group, list[H]] = {}
    for resource in resources:
        groups.setdefault((resource.id.subscription, resource.id.resource_group.lower()), []).append(resource)
    return groups


def _node_group(cluster: ManagedCluster) -> Group:
    return cluster.id.subscription, cluster.node_resource_group.lower()


def remembered(answer: Callable[Concatenate[Network, P], R]) -> Callable[Concatenate[Network, P], R]:
    """Compute an answer about a network once: several rules ask the same, of thousands of clusters.

    The arguments besides the network must be hashable by identity or value; keyword arguments are not taken.
    """

    @wraps(answer)
    def ask(network: Network, /, *args: P.args, **kwargs: P.kwargs) -> R:
        key: Hashable = (answer, *args)
        if key not in network.memory:
            network.memory[key] = answer(network, *args, **kwargs)
        found: R = network.memory[key]
        return found

    return ask
