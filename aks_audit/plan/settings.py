"""Settings that Azure refuses, whatever the numbers.

Sources: the pages named in `aks_audit.rules.addressing`, and
https://learn.microsoft.com/azure/aks/egress-udr, https://learn.microsoft.com/azure/aks/configure-kubenet,
https://learn.microsoft.com/azure/aks/upgrade-aks-node-pools-rolling.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ..analysis.addresses import RESERVED_RANGES, overlapping, show
from ..analysis.cluster_networks import made_by_aks, networks_of, pod_cidrs_in_use, subnets_by_network
from ..analysis.kubenet_routes import kubenet_clusters_in
from ..analysis.network_model import NetworkModel, cluster_model
from ..analysis.nodes import NodeSubnet, node_subnets, users_of_subnets
from ..analysis.subnet_consumers import consumers_of
from ..capacity.outbound_ports import LOAD_BALANCER_PORTS_PER_ADDRESS, PORT_STEP
from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..model import ManagedCluster, Missing, Network, NodePool, NotCollected, RouteTable, Subnet
from ..model.arm import IpNetwork
from .answer import Blocker, Refusal

_AKS: Final = ("microsoft.containerservice/managedclusters", "azurekubernetesservice")
_PLUGINS: Final = ("azure", "kubenet", "none", "")
_OTHERS_SUBNETS: Final = (
    "gatewaysubnet",
    "azurefirewallsubnet",
    "azurefirewallmanagementsubnet",
    "azurebastionsubnet",
    "routeserversubnet",
)
MAX_PODS: Final = range(10, 251)
"""Source: https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning"""
_LARGEST_SERVICE_CIDR: Final = {4: 12, 6: 108}
_POOL_NAME: Final = re.compile("[a-z][a-z0-9]{0,11}")
_LONGEST_WINDOWS_POOL_NAME: Final = 6
_HIGHEST_SURGE_PERCENT: Final = 100
_NO_ROOM_TO_MOVE: Final = "build a new cluster, or move to overlay with another range (aks-audit plan migrate)"
_PORTS: Final = "networkProfile.loadBalancerProfile.allocatedOutboundPorts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One setting that is refused: what it is, and the code where Azure has one."""

    blocker: Blocker
    code: str = ""
    target: str = ""

    @property
    def error(self) -> Refusal | None:
        if not self.code:
            return None
        target = self.target or self.blocker.resource_id.text
        return Refusal(code=self.code, target=target, message=self.blocker.what)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A cluster as it is written to Azure, and what of it is new."""

    network: Network
    cluster: ManagedCluster
    is_new: bool = False
    new_pools: frozenset[str] = field(default_factory=frozenset)
    """In lower case; of a new cluster all of them."""
    kept_names: frozenset[str] = field(default_factory=frozenset)
    """Of pools that are there already, although they are made anew; in lower case."""
    touched_pools: frozenset[str] = field(default_factory=frozenset)
    """Whose settings are written, or which are upgraded; in lower case."""
    egress_changes: bool = False
    """The load balancer's profile is written anew."""
    counts_asked: bool = False
    """Numbers of nodes are written, and not only taken along."""
    chooses_pod_cidr: bool = False
    """The pod CIDR is an argument, as in a migration."""

    def is_new_pool(self, pool: NodePool) -> bool:
        return self.is_new or pool.name.lower() in self.new_pools

    def names_pool(self, pool: NodePool) -> bool:
        """The pool gets its name now; one that is made anew may have a name from before there were rules."""
        return self.is_new_pool(pool) and pool.name.lower() not in self.kept_names

    def touches(self, pool: NodePool) -> bool:
        return self.is_new_pool(pool) or pool.name.lower() in self.touched_pools

    @property
    def places(self) -> tuple[NodeSubnet, ...]:
        return tuple(p for p in node_subnets(self.network, self.cluster) if isinstance(p, NodeSubnet))


def refused_settings(written: Written) -> Iterator[Refused | Gap]:
    """Everything that Azure refuses about a cluster as it would be written, and what was not read of that."""
    if written.cluster.gap:
        yield written.cluster.gap
    for check in (_stopped, _ranges, _dns, _subnets, _pod_subnets, _pools, _windows, _outbound, _routes, _surge):
        yield from check(written)
    if written.is_new:
        for check in (_new_cluster, _new_egress, _shared_kubenet, _api_server):
            yield from check(written)


def _refused(what: str, on: ResourceId, fix: str, code: str = "", target: str = "") -> Refused:
    return Refused(blocker=Blocker(what=what, resource_id=on, fix=fix), code=code, target=target)


def _stopped(written: Written) -> Iterator[Refused]:
    cluster = written.cluster
    if cluster.is_stopped and not written.is_new:
        place = f"--resource-group {cluster.id.resource_group} --name {cluster.name}"
        yield _refused(
            f"cluster {cluster.name} is stopped, and takes no change",
            cluster.id,
            f"start it first: az aks start {place}",
        )


def subnets_around(network: Network, cluster: ManagedCluster) -> tuple[Subnet, ...]:
    """Every subnet of the cluster's virtual networks, its own and all others."""
    by_network = subnets_by_network(network)
    return tuple(s for vnet_id in networks_of(network, cluster).ids for s in by_network.get(vnet_id, ()))


def _ranges(written: Written) -> Iterator[Refused | Gap]:
    """Azure tests every subnet of the virtual network at each write, not only those that the cluster uses."""
    network, cluster = written.network, written.cluster
    for _, not_collected in networks_of(network, cluster).unread:
        yield not_collected.gap
    for subnet in subnets_around(network, cluster):
        if subnet.gap:
            yield subnet.gap
        for service, prefix in overlapping(cluster.service_cidrs, subnet.prefixes):
            yield _refused(
                f"service CIDR {service} overlaps {prefix} of subnet {subnet.id.name}",
                subnet.id,
                "choose another service CIDR" if written.is_new else _service_cidr_fix(written, subnet),
                "ServiceCidrOverlapExistingSubnetsCidr",
                "networkProfile.serviceCIDR",
            )
        for pods, prefix in overlapping(pod_cidrs_in_use(cluster), subnet.prefixes):
            yield _refused(
                f"pod CIDR {pods} overlaps {prefix} of subnet {subnet.id.name}",
                subnet.id,
                _pod_cidr_fix(written, subnet),
                "NetworkProfileCIDROverlapVNET",
                "networkProfile.podCIDR",
            )
    if cluster_model(cluster) is NetworkModel.KUBENET:
        yield from _kubenet_space(written)


def _pod_cidr_fix(written: Written, subnet: Subnet) -> str:
    if written.is_new:
        return "choose another pod CIDR"
    if written.chooses_pod_cidr:
        return "choose another with --pod-cidr"
    return _NO_ROOM_TO_MOVE if _is_used(written, subnet) else "remove that subnet; the pod CIDR cannot move"


def _service_cidr_fix(written: Written, subnet: Subnet) -> str:
    used = _is_used(written, subnet)
    return "build a new cluster: the service CIDR is fixed" if used else "remove that subnet; the service CIDR is fixed"


def _is_used(written: Written, subnet: Subnet) -> bool:
    """Whether something is in it or is to be: then nobody removes it lightly."""
    pods = {subnet_id for each in written.network.all_clusters for subnet_id in each.pod_subnet_ids}
    nodes = users_of_subnets(written.network).get(subnet.id)
    return bool(nodes) or subnet.id in pods or bool(consumers_of(written.network, subnet.id))


def _kubenet_space(written: Written) -> Iterator[Refused]:
    """With kubenet the whole address space counts; networks that AKS made so itself it leaves alone."""
    for vnet in networks_of(written.network, written.cluster).found:
        if made_by_aks(written.cluster, vnet.id):
            continue
        taken = [p for s in subnets_by_network(written.network).get(vnet.id, ()) for p in s.prefixes]
        for pods, space in overlapping(written.cluster.pod_cidrs, vnet.prefixes):
            if not overlapping([pods], taken):
                yield _refused(
                    f"pod CIDR {pods} overlaps the address space {space} of {vnet.id.name}",
                    vnet.id,
                    "choose another pod CIDR"
                    if written.is_new
                    else (
                        _NO_ROOM_TO_MOVE if overlapping([space], taken) else f"take {space} out of the address space"
                    ),
                    "NetworkProfileCIDROverlapVNET",
                    "networkProfile.podCIDR",
                )


def _dns(written: Written) -> Iterator[Refused]:
    cluster, address = written.cluster, written.cluster.dns_service_ip
    if address is None or not cluster.service_cidrs:
        return
    home = next((c for c in cluster.service_cidrs if c.version == address.version and address in c), None)
    fix = (
        f"use the tenth address, {cluster.service_cidrs[0][10]}" if cluster.service_cidrs[0].num_addresses > 11 else ""
    )
    if home is None:
        yield _refused(
            f"DNS service address {address} is not in service CIDR {show(cluster.service_cidrs)}",
            cluster.id,
            fix if written.is_new else "build a new cluster: neither can be changed",
            "DnsServiceIpOutOfServiceCidr",
            "networkProfile.dnsServiceIP",
        )
    elif written.is_new and address in (home.network_address, home.network_address + 1, home.broadcast_address):
        yield _refused(f"DNS service address {address} is the first or last of {home}", cluster.id, fix)


def _subnets(written: Written) -> Iterator[Refused | Gap]:
    network, cluster = written.network, written.cluster
    for place in written.places:
        is_new = any(written.is_new_pool(pool) for pool in place.pools)
        match place.subnet:
            case Missing():
                yield _refused(f"subnet {place.id.name} does not exist", place.id, "make it, or name another")
            case Subnet() as subnet:
                marks = (*subnet.delegations, *subnet.service_association_links)
                ours = is_new and not made_by_aks(cluster, place.id)
                for name in dict.fromkeys(mark for mark in marks if ours or mark.lower() not in _AKS):
                    yield _refused(
                        f"node subnet {place.id.name} is delegated to {name}",
                        place.id,
                        "take the delegation off if nothing uses it, or put the nodes elsewhere",
                        "SubnetIsDelegated",
                        "agentPoolProfile.vnetSubnetID",
                    )
                yield from _outside(network, subnet)
            case NotCollected():
                pass  # its limit says so
        if is_new and place.id.name.lower() in _OTHERS_SUBNETS:
            yield _refused(f"{place.id.name} is kept for another service", place.id, "put the nodes elsewhere")
    parents = {place.id.parent for place in written.places}
    for pool in cluster.node_pools:
        if pool.pod_subnet_id:
            parents.add(pool.pod_subnet_id.parent)
            if isinstance(network.subnet(pool.pod_subnet_id), Missing):
                what = f"pod subnet {pool.pod_subnet_id.name} does not exist"
                yield _refused(what, pool.pod_subnet_id, "make it, or name another")
    if len(parents) > 1 and (written.is_new or written.new_pools):
        names = ", ".join(sorted(parent.name for parent in parents if parent))
        yield _refused(
            f"the pools' subnets are in several virtual networks: {names}", cluster.id, "use subnets of one of them"
        )


def _pod_subnets(written: Written) -> Iterator[Refused]:
    """Of new pools: all pools of a cluster get pod addresses in one way, and a pod subnet holds nothing else."""
    cluster = written.cluster
    new = [pool for pool in cluster.node_pools if written.is_new_pool(pool)]
    if any(pool.pod_subnet_id for pool in new) and not all(pool.pod_subnet_id for pool in cluster.node_pools):
        without = ", ".join(pool.name for pool in cluster.node_pools if not pool.pod_subnet_id)
        names = ", ".join(pool.name for pool in new if pool.pod_subnet_id)
        yield _refused(
            f"pool {names} has a pod subnet and {without} has none; a cluster has one way of giving pods addresses",
            cluster.id,
            "give all pools a pod subnet, or none; for both build a cluster each",
        )
    for subnet_id in dict.fromkeys(pool.pod_subnet_id for pool in new if pool.pod_subnet_id):
        subnet = written.network.subnet(subnet_id)
        if not isinstance(subnet, Subnet):
            continue
        others = [name for name in subnet.delegations if name.lower() not in _AKS]
        for name in dict.fromkeys(others):
            what = f"pod subnet {subnet_id.name} is delegated to {name}"
            yield _refused(
                what, subnet_id, "use a subnet of its own", "SubnetIsDelegated", "agentPoolProfile.podSubnetID"
            )
        if not subnet.delegations and (names := _held_by(written.network, subnet)):
            yield _refused(
                f"pod subnet {subnet_id.name} is not delegated to AKS and cannot be, since it holds {names}",
                subnet_id,
                "use an empty subnet",
            )


def _held_by(network: Network, subnet: Subnet) -> str:
    """What keeps a subnet from being delegated, in words; "" where nothing does."""
    held = [c.node_pool or c.resource_id.name for c in consumers_of(network, subnet.id) if c.is_stranger or c.addresses]
    held += [endpoint.name for endpoint in subnet.private_endpoint_ids]
    held += [user.pool.name for user in users_of_subnets(network).get(subnet.id, ())]
    names = list(dict.fromkeys(held))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _outside(network: Network, subnet: Subnet) -> Iterator[Refused]:
    vnet = network.virtual_networks.get(subnet.virtual_network_id)
    if vnet is None or vnet.gap:
        return
    for prefix in subnet.prefixes:
        if not any(_contains(space, prefix) for space in vnet.prefixes):
            yield _refused(
                f"{prefix} of subnet {subnet.id.name} is not in {show(vnet.prefixes)} of {vnet.id.name}",
                subnet.id,
                "choose a prefix inside the virtual network",
            )


def _pools(written: Written) -> Iterator[Refused]:
    for pool in filter(written.touches, written.cluster.node_pools):
        on = written.cluster.id.child("agentPools", pool.name)
        if written.names_pool(pool):
            yield from _pool_name(pool, on)
        if written.counts_asked or written.is_new_pool(pool):
            yield from _counts(pool, on)
        if written.is_new_pool(pool) and pool.max_pods is not None and pool.max_pods not in MAX_PODS:
            yield _refused(f"maxPods {pool.max_pods} of pool {pool.name} is not in 10 to 250", on, "choose 10 to 250")
        if pool.autoscaled and pool.count is not None and pool.max_count is not None and pool.count > pool.max_count:
            yield _refused(
                f"count {pool.count} of pool {pool.name} is above its maxCount {pool.max_count}",
                on,
                "lower the count, or raise maxCount as well",
            )


def _pool_name(pool: NodePool, on: ResourceId) -> Iterator[Refused]:
    if not _POOL_NAME.fullmatch(pool.name):
        what = f"pool name {pool.name!r} is not a small letter with at most 11 small letters and digits after it"
        yield _refused(what, on, "choose another name")
    elif pool.is_windows and len(pool.name) > _LONGEST_WINDOWS_POOL_NAME:
        what = f"name {pool.name!r} of a Windows pool is longer than {_LONGEST_WINDOWS_POOL_NAME} characters"
        yield _refused(what, on, "choose a shorter name")


def _counts(pool: NodePool, on: ResourceId) -> Iterator[Refused]:
    is_system = pool.mode.lower() == "system"
    if is_system and pool.count == 0:
        yield _refused(f"system pool {pool.name} would have no node", on, "keep one node at least")
    elif pool.autoscaled and pool.count is not None and pool.min_count is not None and pool.count < pool.min_count:
        what = f"count {pool.count} of pool {pool.name} is below its minCount {pool.min_count}"
        yield _refused(what, on, "raise the count, or lower minCount as well")
    if is_system and pool.autoscaled and pool.min_count == 0:
        yield _refused(f"minCount 0 of pool {pool.name}: a system pool keeps one node", on, "set minCount to 1")


def _windows(written: Written) -> Iterator[Refused]:
    cluster = written.cluster
    for pool in cluster.node_pools:
        if not pool.is_windows or not written.is_new_pool(pool):
            continue
        on = cluster.id.child("agentPools", pool.name)
        if cluster.network_plugin.lower() in ("kubenet", "none"):
            yield _refused(
                f"Windows pool {pool.name} needs Azure CNI; the cluster has network plugin {cluster.network_plugin}",
                on,
                "use a cluster with networkPlugin azure",
                "AzureCNIOnlyForWindows",
                "networkProfile.networkPlugin",
            )
        if not written.is_new and not cluster.has_windows_profile:
            yield _refused(
                f"Windows pool {pool.name} needs a windowsProfile, and the cluster was made without one",
                on,
                "build a new cluster with --windows-admin-username",
                "WindowsProfileMissing",
                "windowsProfile",
            )
        if cluster.network_dataplane.lower() == "cilium":
            yield _refused(f"Windows pool {pool.name}: the Cilium dataplane has Linux nodes only", on, "use Linux")


def _outbound(written: Written) -> Iterator[Refused]:
    cluster, profile = written.cluster, written.cluster.load_balancer
    outbound = cluster.outbound_type.lower()
    if profile is None:
        return
    ports = profile.allocated_outbound_ports or 0
    if outbound in ("", "loadbalancer") and (ports % PORT_STEP or not 0 <= ports <= LOAD_BALANCER_PORTS_PER_ADDRESS):
        yield _refused(
            f"allocatedOutboundPorts {ports} is not a multiple of {PORT_STEP} from 0 to 64000",
            cluster.id,
            f"choose a multiple of {PORT_STEP}, up to 64000",
            "InvalidLoadBalancerProfileAllocatedOutboundPorts",
            _PORTS,
        )
    if not (written.is_new or written.egress_changes):
        return
    if outbound == "userdefinedrouting":
        yield _refused(
            "outboundType userDefinedRouting and a loadBalancerProfile exclude each other",
            cluster.id,
            "leave loadBalancerProfile out",
            "InvalidUserDefinedRoutingWithLoadBalancerProfile",
            "networkProfile.loadBalancerProfile",
        )
    elif outbound not in ("", "loadbalancer"):
        what = f"the load balancer's settings mean nothing with outboundType {cluster.outbound_type}"
        yield _refused(what, cluster.id, "set the NAT gateway's addresses instead")
    addresses = profile.managed_outbound_ips
    if addresses is not None and not 1 <= addresses <= 100:
        yield _refused(f"{addresses} managed outbound IPs; Azure makes 1 to 100", cluster.id, "choose 1 to 100")
    if cluster.is_dual_stack and addresses and profile.managed_outbound_ipv6s is None:
        yield _refused(
            f"the cluster is dual stack, and its profile names {addresses} IPv4 addresses without a count for IPv6",
            cluster.id,
            "set managedOutboundIPs.countIPv6 too",
        )


def _routes(written: Written) -> Iterator[Refused | Gap]:
    """userDefinedRouting: every node subnet needs a table with a default route that leads somewhere."""
    if written.cluster.outbound_type.lower() != "userdefinedrouting":
        return
    for place in written.places:
        if not isinstance(place.subnet, Subnet):
            continue
        match written.network.route_table_of(place.subnet):
            case NotCollected(gap):
                yield gap
            case RouteTable() as table:
                yield from _default_route(table)
            case _:
                yield _refused(
                    f"outboundType is userDefinedRouting, and subnet {place.id.name} has no route table"
                    " (the code's name is not verified)",
                    place.id,
                    "associate a route table with 0.0.0.0/0 to a firewall or gateway",
                    "ExistingRouteTableNotAssociatedWithSubnet",
                )


def _default_route(table: RouteTable) -> Iterator[Refused | Gap]:
    default = next((r for r in table.routes if r.prefix and r.prefix.version == 4 and r.prefix.prefixlen == 0), None)
    if default is None and table.gap:
        yield table.gap
    elif default is None:
        yield _refused(
            f"outboundType is userDefinedRouting, and route table {table.id.name} has no 0.0.0.0/0"
            " (the code's name is not verified)",
            table.id,
            "add a route 0.0.0.0/0 to a firewall or gateway",
            "ExistingRouteTableNotAssociatedWithSubnet",
        )
    elif default.next_hop_type.lower() == "internet":
        yield _refused(
            f"0.0.0.0/0 of route table {table.id.name} leads to Internet",
            table.id,
            "let it lead to a virtual appliance or a virtual network gateway",
            "RouteTableInvalidNextHop",
        )


def _surge(written: Written) -> Iterator[Refused]:
    for pool in filter(written.touches, written.cluster.node_pools):
        on = written.cluster.id.child("agentPools", pool.name)
        percent = pool.max_surge.removesuffix("%") if pool.max_surge and pool.max_surge.endswith("%") else ""
        if percent.isdecimal() and int(percent) > _HIGHEST_SURGE_PERCENT:
            yield _refused(f"maxSurge {pool.max_surge} of pool {pool.name} is above 100%", on, "choose 1% to 100%")
        if pool.is_spot or (pool.max_surge or "").removesuffix("%") not in ("0", "00"):
            continue
        if (pool.max_unavailable or "0").removesuffix("%") in ("0", "00"):
            what = f"maxSurge {pool.max_surge} and maxUnavailable 0 of pool {pool.name} leave no way to upgrade"
            yield _refused(what, on, "set maxUnavailable to 1 or more, or maxSurge to 1")
        elif pool.mode.lower() == "system":
            yield _refused(f"system pool {pool.name} cannot have maxSurge 0", on, "set maxSurge to 1")


def _new_cluster(written: Written) -> Iterator[Refused]:
    cluster = written.cluster
    if cluster.network_plugin.lower() not in _PLUGINS:
        yield _refused(
            f"network plugin {cluster.network_plugin!r} does not exist", cluster.id, "use azure, kubenet or none"
        )
    spaces = [("address space", p) for v in networks_of(written.network, cluster).found for p in v.prefixes]
    used = [("pod CIDR", p) for p in pod_cidrs_in_use(cluster)] + [("service CIDR", p) for p in cluster.service_cidrs]
    for what, prefix in used + spaces:
        for _, reserved in overlapping([prefix], RESERVED_RANGES):
            yield _refused(
                f"{what} {prefix} overlaps {reserved}, which AKS keeps for itself", cluster.id, "choose another"
            )
    for pods, services in overlapping(pod_cidrs_in_use(cluster), cluster.service_cidrs):
        yield _refused(f"pod CIDR {pods} overlaps service CIDR {services}", cluster.id, "choose ranges apart")
    for cidr in cluster.service_cidrs:
        if cidr.prefixlen < _LARGEST_SERVICE_CIDR[cidr.version]:
            most = _LARGEST_SERVICE_CIDR[cidr.version]
            yield _refused(f"service CIDR {cidr} is larger than /{most}", cluster.id, "a /20 is ample")


def _new_egress(written: Written) -> Iterator[Refused]:
    cluster = written.cluster
    for place in written.places:
        if not isinstance(place.subnet, Subnet):
            continue
        if place.subnet.nat_gateway_id and cluster.outbound_type.lower() in ("", "loadbalancer"):
            yield _refused(
                f"subnet {place.id.name} has a NAT gateway, and outboundType is loadBalancer",
                place.id,
                "use outboundType userAssignedNATGateway, or take the gateway off",
            )
        if not place.subnet.nat_gateway_id and cluster.outbound_type.lower() == "userassignednatgateway":
            yield _refused(f"subnet {place.id.name} has no NAT gateway", place.id, "attach one to it first")
        table = place.subnet.route_table_id
        is_kubenet = cluster_model(cluster) is NetworkModel.KUBENET
        if table and is_kubenet and cluster.identity_type.lower() == "systemassigned":
            yield _refused(
                f"kubenet with route table {table.name} of your own needs a user-assigned identity"
                " (the code's name is not verified)",
                cluster.id,
                "give the cluster a user-assigned identity with rights on the table",
                "CustomRouteTableWithUnsupportedMSIType",
                "identity.type",
            )


def _shared_kubenet(written: Written) -> Iterator[Refused]:
    users = users_of_subnets(written.network)
    for place in written.places:
        others = [u.cluster for u in users.get(place.id, ()) if u.cluster.id != written.cluster.id]
        kubenet = kubenet_clusters_in(others)
        shares = others if cluster_model(written.cluster) is NetworkModel.KUBENET else kubenet
        for name in dict.fromkeys(cluster.name for cluster in shares):
            yield _refused(
                f"subnet {place.id.name} is used by {name} too; kubenet needs one for each cluster",
                place.id,
                "give each cluster a subnet of its own",
            )


def _api_server(written: Written) -> Iterator[Refused]:
    subnet_id = written.cluster.api_server_subnet_id
    if subnet_id is None:
        return
    strangers = [c for c in consumers_of(written.network, subnet_id) if c.kind != "loadBalancer"]
    if strangers:
        names = ", ".join(consumer.resource_id.name for consumer in strangers[:3])
        what = f"API server subnet {subnet_id.name} is not empty: {names}"
        yield _refused(what, subnet_id, "give the API server a subnet of its own")
    if isinstance(written.network.subnet(subnet_id), Missing):
        yield _refused(f"API server subnet {subnet_id.name} does not exist", subnet_id, "make it, /28 or larger")


def _contains(outer: IpNetwork, inner: IpNetwork) -> bool:
    same = outer.version == inner.version
    return same and outer.overlaps(inner) and outer.prefixlen <= inner.prefixlen
