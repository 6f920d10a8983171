"""From a stream of records to the Network."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from ..inventory import types
from ..inventory.records import Complete, Gap, Resource, Source, gap_order
from ..inventory.resource_id import ResourceId
from ..settings import Settings
from .authorization import RoleAssignment, RoleDefinition, role_assignment_from_arm, role_definition_from_arm
from .cluster import ManagedCluster, cluster_from_arm
from .firewall import Firewall, firewall_from_arm
from .load_balancer import LoadBalancer, load_balancer_from_arm
from .network import Completeness, Network
from .network_interface import NetworkInterface, network_interface_from_arm
from .node_pool import NodePool, node_pool_from_arm
from .outbound import (
    NatGateway,
    PublicIp,
    PublicIpPrefix,
    nat_gateway_from_arm,
    public_ip_from_arm,
    public_ip_prefix_from_arm,
)
from .private_link import (
    PrivateDnsZone,
    PrivateDnsZoneLink,
    PrivateEndpoint,
    private_dns_zone_from_arm,
    private_dns_zone_link_from_arm,
    private_endpoint_from_arm,
)
from .route_table import RouteTable, route_table_from_arm
from .scale_set import ScaleSet, scale_set_from_arm
from .security_group import SecurityGroup, security_group_from_arm
from .virtual_network import Subnet, SubnetUsage, VirtualNetwork, subnet_from_arm, usages_from_arm
from .virtual_network import virtual_network_from_arm as vnet_from_arm


class NetworkBuilder:
    """A sink that decodes each resource as it comes and keeps only its compact form."""

    def __init__(self) -> None:
        self._gaps: list[Gap] = []
        self._clusters: dict[ResourceId, ManagedCluster] = {}
        self._pools: dict[ResourceId, list[NodePool]] = {}
        self._vnets: dict[ResourceId, VirtualNetwork] = {}
        self._subnets: dict[ResourceId, Subnet] = {}
        self._usages: dict[ResourceId, SubnetUsage] = {}
        self._route_tables: dict[ResourceId, RouteTable] = {}
        self._nics: dict[ResourceId, NetworkInterface] = {}
        self._scale_sets: dict[ResourceId, ScaleSet] = {}
        self._scale_set_nics: dict[ResourceId, list[NetworkInterface]] = {}
        self._nat_gateways: dict[ResourceId, NatGateway] = {}
        self._public_ip_prefixes: dict[ResourceId, PublicIpPrefix] = {}
        self._public_ips: dict[ResourceId, PublicIp] = {}
        self._security_groups: dict[ResourceId, SecurityGroup] = {}
        self._load_balancers: dict[ResourceId, LoadBalancer] = {}
        self._firewalls: dict[ResourceId, Firewall] = {}
        self._private_endpoints: dict[ResourceId, PrivateEndpoint] = {}
        self._zones: dict[ResourceId, PrivateDnsZone] = {}
        self._zone_links: dict[ResourceId, PrivateDnsZoneLink] = {}
        self._role_assignments: dict[ResourceId, RoleAssignment] = {}
        self._role_definitions: dict[ResourceId, RoleDefinition] = {}
        self._types: dict[ResourceId, str] = {}
        self._read: dict[str, Callable[[Resource], None]] = {
            types.MANAGED_CLUSTERS: self._keeper(cluster_from_arm, self._clusters),
            types.ROUTE_TABLES: self._keeper(route_table_from_arm, self._route_tables),
            types.NETWORK_INTERFACES: self._keeper(network_interface_from_arm, self._nics),
            types.SCALE_SETS: self._keeper(scale_set_from_arm, self._scale_sets),
            types.NAT_GATEWAYS: self._keeper(nat_gateway_from_arm, self._nat_gateways),
            types.PUBLIC_IP_PREFIXES: self._keeper(public_ip_prefix_from_arm, self._public_ip_prefixes),
            types.PUBLIC_IP_ADDRESSES: self._keeper(public_ip_from_arm, self._public_ips),
            types.NETWORK_SECURITY_GROUPS: self._keeper(security_group_from_arm, self._security_groups),
            types.LOAD_BALANCERS: self._keeper(load_balancer_from_arm, self._load_balancers),
            types.AZURE_FIREWALLS: self._keeper(firewall_from_arm, self._firewalls),
            types.PRIVATE_ENDPOINTS: self._keeper(private_endpoint_from_arm, self._private_endpoints),
            types.PRIVATE_DNS_ZONES: self._keeper(private_dns_zone_from_arm, self._zones),
            types.PRIVATE_DNS_ZONE_LINKS: self._keeper(private_dns_zone_link_from_arm, self._zone_links),
            types.ROLE_ASSIGNMENTS: self._keeper(role_assignment_from_arm, self._role_assignments),
            types.ROLE_DEFINITIONS: self._keeper(role_definition_from_arm, self._role_definitions),
            types.SUBNETS: self._keeper(subnet_from_arm, self._subnets),
            types.VIRTUAL_NETWORKS: self._virtual_network,
            types.AGENT_POOLS: self._agent_pool,
            types.USAGES: self._usage,
            types.SCALE_SET_NICS: self._scale_set_nic,
        }

    def add(self, record: Resource | Gap) -> None:
        if isinstance(record, Gap):
            self._gaps.append(record)
            return
        self._types[record.id] = record.type
        read = self._read.get(record.type)
        if read:
            read(record)

    def note(self, resource: Resource) -> None:
        """Remember that a resource exists, without reading it."""
        self._types[resource.id] = resource.type

    def build(self, source: Source, as_of: date | None = None, settings: Settings | None = None) -> Network:
        """Link everything that came so far.

        Args:
            as_of: the day on which dated rules judge; None: the day of collection, today where that is not said.
            settings: what the team decided for itself; None: the defaults.
        """
        clusters = tuple(
            cluster.with_pools(self._pools.get(cluster.id, []))
            for cluster in sorted(self._clusters.values(), key=lambda cluster: cluster.id)
        )
        gaps = tuple(sorted(set(self._gaps), key=gap_order))
        complete = source.header.complete if source.header else self._taken_from_content()
        return Network(
            source=source,
            gaps=gaps,
            as_of=as_of or _collected_on(source) or datetime.now(UTC).date(),
            all_clusters=clusters,
            clusters=clusters,
            virtual_networks=dict(sorted(self._vnets.items())),
            subnets=dict(sorted(self._subnets.items())),
            usages=self._usages,
            route_tables=dict(sorted(self._route_tables.items())),
            network_interfaces=dict(sorted(self._nics.items())),
            scale_sets=self._scale_sets,
            scale_set_nics={
                scale_set: tuple(sorted(nics, key=lambda nic: (len(nic.instance_id), nic.instance_id, nic.id)))
                for scale_set, nics in self._scale_set_nics.items()
            },
            nat_gateways=self._nat_gateways,
            public_ip_prefixes=self._public_ip_prefixes,
            public_ips=self._public_ips,
            security_groups=dict(sorted(self._security_groups.items())),
            load_balancers=dict(sorted(self._load_balancers.items())),
            firewalls=dict(sorted(self._firewalls.items())),
            private_endpoints=dict(sorted(self._private_endpoints.items())),
            private_dns_zones=dict(sorted(self._zones.items())),
            private_dns_zone_links=self._zone_links,
            role_assignments=dict(sorted(self._role_assignments.items())),
            role_definitions=self._role_definitions,
            resource_types=self._types,
            completeness=Completeness(complete, gaps),
            settings=settings or Settings(),
        )

    def _taken_from_content(self) -> list[Complete]:
        """Input without a header: a type that is there for a subscription counts as listed whole there."""
        return [
            Complete(resource_type, resource_id.subscription_id)
            for resource_id, resource_type in self._types.items()
            if types.listed_by_being_there(resource_type)
        ]

    def _keeper(self, from_arm: Callable[[Resource], tuple[Any, list[Gap]]], kept: dict[ResourceId, Any]) -> Any:
        def keep(resource: Resource) -> None:
            value, gaps = from_arm(resource)
            kept[resource.id] = value
            self._gaps += gaps

        return keep

    def _virtual_network(self, resource: Resource) -> None:
        vnet, gaps = vnet_from_arm(resource)
        self._vnets[vnet.id] = vnet
        self._gaps += gaps
        for subnet in vnet.subnets:
            self._subnets[subnet.id] = subnet

    def _agent_pool(self, resource: Resource) -> None:
        pool, gaps = node_pool_from_arm(resource)
        self._gaps += gaps
        cluster_id = resource.id.ancestor("managedClusters")
        if cluster_id:
            self._pools.setdefault(cluster_id, []).append(pool)

    def _usage(self, resource: Resource) -> None:
        usages, gaps = usages_from_arm(resource)
        self._gaps += gaps
        self._usages.update((usage.subnet_id, usage) for usage in usages)

    def _scale_set_nic(self, resource: Resource) -> None:
        nic, gaps = network_interface_from_arm(resource)
        self._gaps += gaps
        if nic.scale_set_id:
            self._scale_set_nics.setdefault(nic.scale_set_id, []).append(nic)


def select(network: Network, names: tuple[str, ...] = (), groups: tuple[str, ...] = ()) -> Network:
    """The same network, with only the named clusters to judge. Names and groups compare without case."""
    wanted_names, wanted_groups = {n.lower() for n in names}, {g.lower() for g in groups}
    chosen = tuple(
        cluster
        for cluster in network.all_clusters
        if (not names or cluster.name.lower() in wanted_names or cluster.id.key in wanted_names)
        and (not groups or cluster.id.resource_group.lower() in wanted_groups)
    )
    return network.judging(chosen)


def _collected_on(source: Source) -> date | None:
    text = (source.header and source.header.collected_at) or ""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
