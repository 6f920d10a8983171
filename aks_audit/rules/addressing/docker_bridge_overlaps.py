from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_networks import networks_of
from ...analysis.overlaps import overlaps_by_owner
from ...analysis.ranges import Overlap, RangeKind
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network
from .ranges import listed, space_evidence, unread_networks


@rule(
    title="The docker bridge of an old cluster overlaps a range in use",
    severity=Severity.LOW,
    source="https://learn.microsoft.com/azure/aks/concepts-network-legacy-cni",
    disrupts="nothing",
)
def docker_bridge_overlaps(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A `dockerBridgeCidr`, which old answers of Azure have, that shares addresses with the pod CIDR, the service CIDR,
    the virtual network of the cluster, a subnet of it or a directly peered network.

    ## Why it matters
    Nodes that run Docker (Kubernetes before 1.19) keep packets to the bridge's range to themselves, so whoever has
    an address of it cannot be reached from them. Nodes with containerd have no bridge: there the value means
    nothing, and present versions of the API have done away with it.

    ## How to fix it
    Upgrade the cluster to a version with containerd. Take the property out of infrastructure code: newer versions of
    the API refuse it or leave it out.

    ```azurecli
    az aks upgrade --resource-group RG --name CLUSTER --kubernetes-version VERSION
    ```

    ```bicep
    networkProfile: {
      networkPlugin: 'azure'
      serviceCidr: '172.20.0.0/16' // and no dockerBridgeCidr
    }
    ```

    ```terraform
    network_profile {
      network_plugin = "azure"
      service_cidr   = "172.20.0.0/16" # and no docker_bridge_cidr
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        if cluster.docker_bridge_cidr:
            yield from unread_networks(network, cluster)
            clashes = _clashes(network, cluster)
            if clashes:
                yield _finding(network, cluster, clashes)


def _clashes(network: Network, cluster: ManagedCluster) -> list[tuple[Overlap, str]]:
    """The overlaps of the bridge, with the words for what stands at the other side, the narrowest of a kind once."""
    found: list[tuple[Overlap, str]] = []
    for overlap in overlaps_by_owner(network).get(cluster.id, ()):
        sides = {overlap.a.kind: overlap.a, overlap.b.kind: overlap.b}
        if RangeKind.DOCKER_BRIDGE in sides:
            other = overlap.b if overlap.a.kind is RangeKind.DOCKER_BRIDGE else overlap.a
            whose = "" if other.owner == cluster.id else f" of {other.name}"
            found.append((overlap, f"{other.kind} {other.prefix}{whose}"))
    return found


def _finding(network: Network, cluster: ManagedCluster, clashes: list[tuple[Overlap, str]]) -> Finding:
    profile = "properties.networkProfile"
    return Finding(
        cluster.id,
        f"{cluster.name}: docker bridge {cluster.docker_bridge_cidr} overlaps {listed(words for _, words in clashes)}; "
        "it matters only to nodes that run Docker",
        (
            Evidence(cluster.id, f"{profile}.dockerBridgeCidr", str(cluster.docker_bridge_cidr)),
            Evidence(cluster.id, f"{profile}.serviceCidrs", tuple(map(str, cluster.service_cidrs))),
            Evidence(cluster.id, f"{profile}.podCidrs", tuple(map(str, cluster.pod_cidrs))),
            *map(space_evidence, networks_of(network, cluster).found),
        ),
        cluster_id=cluster.id,
        affected=tuple(dict.fromkeys(o.b.owner for o, _ in clashes if o.b.owner and o.b.owner != cluster.id)),
    )
