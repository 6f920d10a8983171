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
from ..analysis.network_model import NetworkModel, cluster_model, model_of
from ..analysis.nodes import NodeSubnet, node_subnets, users_of_subnets
from ..capacity.surge import version_of
from ..errors import UsageError
from ..inventory.records import Gap
from ..inventory.types import MANAGED_CLUSTERS
from ..model import ManagedCluster, Network, Subnet
from ..model.arm import IpNetwork
from .answer import Blocker, Plan
from .change import find_cluster, with_clusters
from .judge import Operation
from .operations import answer
from .settings import Refused, subnets_around

OLDEST: Final = (1, 27)
"""The first Kubernetes version that can be moved."""
_POLICY_ENGINES: Final = ("azure", "calico")
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
    changed = replace(
        cluster,
        network_plugin="azure",
        network_plugin_mode="overlay",
        network_policy="none" if cluster.network_policy.lower() in _POLICY_ENGINES else cluster.network_policy,
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
    if cluster.is_dual_stack and cluster_model(cluster) is NetworkModel.KUBENET:
        had = ", ".join(f"/{cidr.prefixlen + _KUBENET_IPV6_BITS}" for cidr in cluster.pod_cidrs if cidr.version == 6)
        yield _warning(
            f"dual stack: IPv6 pod traffic breaks during the roll-over, since each node gets a /{_OVERLAY_IPV6} and the"
            f" routes keep kubenet's range of it ({had or 'of another length'}) until every node is replaced",
            cluster,
            "plan an outage for IPv6, or build a new cluster",
        )
    if cluster.is_dual_stack and cluster.network_policy.lower() in _POLICY_ENGINES:
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
    if cluster.network_policy.lower() in _POLICY_ENGINES:
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
    elif version < OLDEST:
        what = f"Kubernetes {cluster.kubernetes_version} is older than {OLDEST[0]}.{OLDEST[1]}"
        yield _blocker(what, cluster, "upgrade the cluster first")


def _of_route_table(network: Network, cluster: ManagedCluster) -> Iterator[Refused]:
    """A table of the owner's has to be detached, which takes an identity that may do so."""
    if cluster_model(cluster) is not NetworkModel.KUBENET:
        return
    for place in node_subnets(network, cluster):
        table = (
            place.subnet.route_table_id if isinstance(place, NodeSubnet) and isinstance(place.subnet, Subnet) else None
        )
        if table is None or made_by_aks(cluster, table):
            continue
        if cluster.identity_type.lower() != "userassigned":
            yield _blocker(
                f"route table {table.name} is your own, and the cluster has no user-assigned identity",
                cluster,
                "az aks update --enable-managed-identity --assign-identity ID, with rights on the table",
            )
        else:
            yield _warning(
                f"route table {table.name} is your own: its pod routes are taken out, and other routes stay",
                cluster,
                "see that the identity may write to it",
            )
        return


def _of_pools(network: Network, cluster: ManagedCluster) -> Iterator[Refused]:
    windows = [pool.name for pool in cluster.node_pools if pool.is_windows]
    if windows:
        yield _warning(
            f"Windows pools {', '.join(windows)}: overlay takes Windows Server 2022 and 2025 only, and Cilium none",
            cluster,
            "replace pools of Windows Server 2019 first; ARM's answer was not read for the edition",
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


def _steps(cluster: ManagedCluster, cidrs: tuple[IpNetwork, ...]) -> list[str]:
    place = f"--resource-group {cluster.id.resource_group} --name {cluster.name}"
    steps = ["Remove a custom ip-masq-agent ConfigMap, if there is one; ARM does not show it."]
    if cluster.network_policy.lower() in _POLICY_ENGINES:
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
