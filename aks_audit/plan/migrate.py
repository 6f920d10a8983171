"""`plan migrate --to overlay`: what stands in the way, and the steps in order.

Source: https://learn.microsoft.com/azure/aks/update-azure-cni
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network, ip_network
from typing import Final

from ..analysis.addresses import RESERVED_RANGES, overlapping
from ..analysis.cluster_networks import made_by_aks, networks_of
from ..analysis.kubenet_migration import ENGINES_TO_REMOVE, OLDEST_TO_MOVE
from ..analysis.network_model import NetworkModel, cluster_model, model_of
from ..analysis.nodes import NodeSubnet, node_subnets, users_of_subnets
from ..capacity.surge import version_of
from ..errors import UsageError
from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..inventory.types import MANAGED_CLUSTERS
from ..model import ManagedCluster, Network, RouteTable, Subnet
from ..model.arm import IpNetwork
from .answer import Blocker, Plan, Verdict
from .change import find_cluster, with_clusters
from .judge import Operation
from .operations import answer
from .settings import Refused, subnets_around

_NO_WAY: Final = {NetworkModel.POD_SUBNET_DYNAMIC, NetworkModel.POD_SUBNET_STATIC, NetworkModel.BYO}
_OLD_WINDOWS: Final = ("windows2019",)
_NEW_WINDOWS: Final = ("windows2022", "windows2025")
_CANDIDATES: Final = ("10.244.0.0/16", "192.168.0.0/16", "100.64.0.0/16", "100.65.0.0/16", "10.240.0.0/16")
_KUBENET_IPV6_BITS: Final = 16
"""A node's IPv6 range with kubenet is longer than the cluster's by so much; with overlay it has a fixed length.

Source: https://github.com/Azure/AKS/issues/5120
"""
_OVERLAY_IPV6: Final = 120
_AGIC: Final = "ingressapplicationgateway"


def plan_migrate(network: Network, cluster_name: str, to: str = "overlay", pod_cidr: str | None = None) -> Plan:
    """Whether a cluster can be moved to Azure CNI overlay in place, and how.

    Args:
        pod_cidr: the range that pods shall have; None: kubenet keeps its own, others get one that is clear.

    Raises:
        UsageError: no such cluster, nowhere else to move to, or no such range.
    """
    if to.lower() not in ("overlay", "cni-overlay"):
        raise UsageError(f"there is no plan for moving to {to!r}", "--to overlay is what there is")
    cluster = find_cluster(network, cluster_name)
    cidrs = _pod_cidrs(network, cluster, pod_cidr)
    if cluster_model(cluster) is NetworkModel.OVERLAY:
        return _nothing_to_do(cluster, pod_cidr)
    changed = replace(
        cluster,
        network_plugin="azure",
        network_plugin_mode="overlay",
        network_policy="none" if cluster.network_policy.lower() in ENGINES_TO_REMOVE else cluster.network_policy,
        pod_cidrs=cidrs,
        node_pools=tuple(replace(pool, pod_subnet_id=None) for pool in cluster.node_pools),
    )
    found = list(_blockers(network, cluster, cidrs))
    return answer(
        "migrate",
        f"move {cluster.name} to Azure CNI overlay",
        Operation(before=network, after=with_clusters(network, [changed]), cluster_ids=(cluster.id,)),
        targets=[pool.name for pool in cluster.node_pools],
        steps=_steps(cluster, cidrs),
        blockers=[item for item in found if isinstance(item, Refused)],
        unknown=[item for item in found if isinstance(item, Gap)],
        chooses_pod_cidr=True,
    )


def _nothing_to_do(cluster: ManagedCluster, pod_cidr: str | None) -> Plan:
    steps = [f"{cluster.name} is Azure CNI overlay already: there is nothing to do."]
    if pod_cidr is not None:
        steps.append(
            "Its pod CIDR is no matter of a migration: it can only grow, to a range that holds the present one."
        )
    return Plan(
        operation="migrate",
        title=f"move {cluster.name} to Azure CNI overlay",
        verdict=Verdict.FITS,
        latent=False,
        steps=tuple(steps),
    )


def _pod_cidrs(network: Network, cluster: ManagedCluster, wanted: str | None) -> tuple[IpNetwork, ...]:
    if wanted is not None:
        try:
            return (ip_network(wanted),)
        except ValueError as error:
            raise UsageError(f"{wanted!r} is no address range: {error}", "write it as 10.244.0.0/16") from error
    if cluster_model(cluster) in (NetworkModel.KUBENET, NetworkModel.OVERLAY) and cluster.pod_cidrs:
        return cluster.pod_cidrs
    taken = [prefix for subnet in subnets_around(network, cluster) for prefix in subnet.prefixes]
    taken += [prefix for vnet in networks_of(network, cluster).found for prefix in vnet.prefixes]
    taken += [
        prefix for vnet in networks_of(network, cluster).found for p in vnet.peerings for prefix in p.remote_prefixes
    ]
    taken += [*cluster.service_cidrs, *RESERVED_RANGES]
    clear = (cidr for cidr in map(IPv4Network, _CANDIDATES) if not overlapping([cidr], taken))
    return (next(clear, IPv4Network(_CANDIDATES[0])),)


def _blockers(network: Network, cluster: ManagedCluster, cidrs: tuple[IpNetwork, ...]) -> Iterator[Refused | Gap]:
    yield from _of_model(cluster)
    yield from _of_policy(cluster)
    yield from _of_version(cluster)
    yield from _of_route_table(network, cluster)
    yield from _of_pools(network, cluster)
    yield from _of_ranges(cluster, cidrs)
    yield from _of_unused_space(network, cluster, cidrs)
    if cluster.is_dual_stack and cluster_model(cluster) is NetworkModel.KUBENET:
        had = ", ".join(f"/{cidr.prefixlen + _KUBENET_IPV6_BITS}" for cidr in cluster.pod_cidrs if cidr.version == 6)
        yield _warning(
            f"dual stack: IPv6 pod traffic breaks during the roll-over, since each node gets a /{_OVERLAY_IPV6} and the"
            f" routes keep kubenet's range of it ({had or 'of another length'}) until every node is replaced",
            cluster,
            "plan an outage for IPv6, or build a new cluster",
        )
    if cluster.is_dual_stack and cluster.network_policy.lower() in ENGINES_TO_REMOVE:
        yield _blocker(
            "dual-stack overlay has neither Calico nor Azure network policy", cluster, "use Cilium's policies after it"
        )
    if _AGIC in cluster.addons:
        yield _warning(
            "the application gateway ingress controller (AGIC): backends are pods, whose addresses all change",
            cluster,
            "take the newest version, and test; the gateway needs a subnet of its own in the same network",
        )


def _of_model(cluster: ManagedCluster) -> Iterator[Refused]:
    models = {model_of(cluster, pool) for pool in cluster.node_pools}
    if models & {NetworkModel.POD_SUBNET_DYNAMIC, NetworkModel.POD_SUBNET_STATIC}:
        yield _blocker(
            "pods have a subnet of their own, which cannot be moved to overlay", cluster, "build a new cluster"
        )
    if models & {NetworkModel.BYO}:
        yield _blocker("the cluster brings its own CNI, which cannot be changed", cluster, "build a new cluster")


def _of_policy(cluster: ManagedCluster) -> Iterator[Refused]:
    if cluster.network_policy.lower() in ENGINES_TO_REMOVE:
        engine = "Calico" if cluster.network_policy.lower() == "calico" else "Azure network policy manager"
        yield _blocker(
            f"{engine} is installed (networkPolicy {cluster.network_policy})",
            cluster,
            "uninstall it first: az aks update --network-policy none",
            "ValidationError",
            "networkProfile.networkPolicy",
        )


def _of_version(cluster: ManagedCluster) -> Iterator[Refused | Gap]:
    version = version_of(cluster.kubernetes_version)
    if version == (0, 0):
        yield Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", "the Kubernetes version is not known")
    elif version < OLDEST_TO_MOVE:
        what = f"Kubernetes {cluster.kubernetes_version} is older than {OLDEST_TO_MOVE[0]}.{OLDEST_TO_MOVE[1]}"
        yield _blocker(what, cluster, "upgrade the cluster first")


def _of_route_table(network: Network, cluster: ManagedCluster) -> Iterator[Refused]:
    """A table of the owner's has to be detached, which takes an identity that may do so."""
    is_kubenet = cluster_model(cluster) is NetworkModel.KUBENET
    if is_kubenet and cluster.identity_type.lower() != "userassigned":
        has = f"its identity is {cluster.identity_type}" if cluster.identity_type else "it has a service principal"
        yield _blocker(
            f"the cluster has no user-assigned identity, which it takes to detach kubenet's route table; {has}",
            cluster,
            "az aks update --enable-managed-identity --assign-identity ID, with rights on subnet and route table",
        )
    seen: set[ResourceId] = set()
    for place in node_subnets(network, cluster):
        table = (
            place.subnet.route_table_id if isinstance(place, NodeSubnet) and isinstance(place.subnet, Subnet) else None
        )
        if table is None or made_by_aks(cluster, table) or table in seen:
            continue
        seen.add(table)
        if is_kubenet:
            yield _warning(
                f"route table {table.name} is your own: its pod routes are taken out, and other routes stay",
                cluster,
                "see that the identity may write to it",
            )
        elif _has_default_route(network, table):
            yield _warning(
                f"route table {table.name} is your own, and its 0.0.0.0/0 stays: what pods send leaves the network"
                " with the node's address then",
                cluster,
                "let the firewall or gateway behind it admit the node subnet as source",
            )


def _has_default_route(network: Network, table_id: ResourceId) -> bool:
    table = network.route_table(table_id)
    return isinstance(table, RouteTable) and any(
        route.prefix and route.prefix.version == 4 and route.prefix.prefixlen == 0 for route in table.routes
    )


def _of_pools(network: Network, cluster: ManagedCluster) -> Iterator[Refused]:
    windows = [pool for pool in cluster.node_pools if pool.is_windows]
    old = [pool.name for pool in windows if pool.os_sku.lower() in _OLD_WINDOWS]
    unsaid = [pool.name for pool in windows if pool.os_sku.lower() not in (*_OLD_WINDOWS, *_NEW_WINDOWS)]
    if old:
        yield _blocker(
            f"Windows pools {', '.join(old)} are of Windows Server 2019, which overlay does not take",
            cluster,
            "replace them by pools of Windows Server 2022 or later first",
        )
    if unsaid:
        yield _warning(
            f"Windows pools {', '.join(unsaid)}: which edition of Windows Server they are of cannot be told",
            cluster,
            "see that it is 2022 or later: overlay does not take 2019",
        )
    sets = [pool.name for pool in cluster.node_pools if pool.type.lower() == "availabilityset"]
    if sets:
        yield _blocker(f"pools {', '.join(sets)} are availability sets", cluster, "move them to scale sets first")
    if cluster.virtual_nodes_subnet or "aciconnectorlinux" in cluster.addons:
        yield _blocker("virtual nodes do not work with overlay", cluster, "turn the add-on off first")
    users = users_of_subnets(network)
    pod_subnets = {subnet_id for each in network.all_clusters for subnet_id in each.pod_subnet_ids}
    for place in node_subnets(network, cluster):
        if not isinstance(place, NodeSubnet):
            continue
        others = {u.cluster.name for u in users.get(place.id, ()) if u.cluster.id != cluster.id}
        if others and cluster_model(cluster) is NetworkModel.KUBENET:
            yield _warning(
                f"subnet {place.id.name} is used by {', '.join(sorted(others))} too, which keep its route table",
                cluster,
                "move the other clusters out, or move them to overlay as well",
            )
        elif others:
            yield _warning(
                f"subnet {place.id.name} has dual use: it is used by {', '.join(sorted(others))} too",
                cluster,
                "count with the addresses that the other clusters go on taking there",
            )
        if place.id in pod_subnets:
            yield _blocker(f"subnet {place.id.name} is a node and a pod subnet at once", cluster, "part them first")


def _of_ranges(cluster: ManagedCluster, cidrs: tuple[IpNetwork, ...]) -> Iterator[Refused]:
    for cidr in cidrs:
        for _, services in overlapping([cidr], cluster.service_cidrs):
            yield _blocker(
                f"pod CIDR {cidr} overlaps service CIDR {services}", cluster, "choose another with --pod-cidr"
            )
        for _, reserved in overlapping([cidr], RESERVED_RANGES):
            what = f"pod CIDR {cidr} overlaps {reserved}, which AKS keeps for itself"
            yield _blocker(what, cluster, "choose another with --pod-cidr")


def _of_unused_space(network: Network, cluster: ManagedCluster, cidrs: tuple[IpNetwork, ...]) -> Iterator[Refused]:
    """The page on migration forbids the whole address space; since October 2024 Azure tests subnets only."""
    taken = [prefix for subnet in subnets_around(network, cluster) for prefix in subnet.prefixes]
    for vnet in networks_of(network, cluster).found:
        for cidr, space in overlapping(cidrs, vnet.prefixes):
            if not made_by_aks(cluster, vnet.id) and not overlapping([cidr], taken):
                yield _warning(
                    f"pod CIDR {cidr} lies in {space} of {vnet.id.name}, where no subnet is yet: a subnet made there"
                    " later would refuse every write, and Azure's page on migration forbids it",
                    cluster,
                    "choose another with --pod-cidr",
                )


def _steps(cluster: ManagedCluster, cidrs: tuple[IpNetwork, ...]) -> list[str]:
    place = f"--resource-group {cluster.id.resource_group} --name {cluster.name}"
    models = {model_of(cluster, pool) for pool in cluster.node_pools}
    if models & _NO_WAY:
        return ["There is no way to overlay in place: build a new cluster with it, and move the workloads."]
    steps = []
    version = version_of(cluster.kubernetes_version)
    if (0, 0) < version < OLDEST_TO_MOVE:
        wanted = f"{OLDEST_TO_MOVE[0]}.{OLDEST_TO_MOVE[1]}"
        steps.append(f"Upgrade to {wanted} or later: az aks upgrade {place} --kubernetes-version VERSION")
    steps += ["Remove a custom ip-masq-agent ConfigMap, if there is one; ARM does not show it."]
    if cluster.network_policy.lower() in ENGINES_TO_REMOVE:
        steps.append(f"Remove the policy engine: az aks update {place} --network-policy none")
    flag = "" if cidrs == cluster.pod_cidrs else f" --pod-cidr {cidrs[0]}"
    steps.append(
        f"Move the addresses: az aks update {place} --network-plugin azure --network-plugin-mode overlay{flag}"
        " (all pools are reimaged at the same time, and there is no way back)"
    )
    if not any(pool.is_windows for pool in cluster.node_pools) and cluster.network_dataplane.lower() != "cilium":
        steps.append(
            f"Then, if wanted, the dataplane with its policies: az aks update {place} --network-dataplane cilium"
            " --network-policy cilium"
        )
    return steps


def _blocker(what: str, cluster: ManagedCluster, fix: str, code: str = "", target: str = "") -> Refused:
    return Refused(blocker=Blocker(what=what, resource_id=cluster.id, fix=fix), code=code, target=target)


def _warning(what: str, cluster: ManagedCluster, fix: str) -> Refused:
    return Refused(blocker=Blocker(what=what, resource_id=cluster.id, fix=fix, refuses=False))
