from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.nodes import pools_gap
from ...analysis.policy_engine import POLICY, PolicyEngine, engine_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import AGENT_POOLS
from ...model import ManagedCluster, Network, NodePool

MOST_NODES: Final = 250
MOST_PODS: Final = 20_000
"""What Azure's network policy manager is said to carry on Linux.

Source: https://learn.microsoft.com/azure/aks/use-network-policies
"""


@rule(
    title="More nodes or pods than Azure network policy manager carries",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/use-network-policies",
    covers=("POL-03",),
    disrupts="nodes are reimaged",
)
def azure_policy_overloaded(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with `networkPolicy` `azure` that has more than 250 nodes (high), that may grow so far by its autoscaler,
    or whose nodes could run more than 20,000 pods at `maxPods` (both medium). Stopped pools don't count.

    ## Why it matters
    Beyond that the manager's pods run out of memory (`OOMKilled`) and policies are applied late or not at all. How many
    pods there really are ARM doesn't show: `maxPods` is the most there can be.

    ## How to fix it
    Move to the Cilium dataplane, which has no such limit, or keep the cluster smaller.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER \\
      --network-dataplane cilium --network-policy cilium
    ```

    ```bicep
    networkProfile: {
      networkDataplane: 'cilium'
      networkPolicy: 'cilium'
    }
    ```

    ```terraform
    network_profile {
      network_data_plane = "cilium"
      network_policy     = "cilium"
    }
    ```
    """
    for cluster in network.clusters:
        match engine_of(cluster):
            case Gap() as gap:
                yield unknown(cluster.id, gap)
            case PolicyEngine.AZURE:
                yield from _judge(cluster)


def _judge(cluster: ManagedCluster) -> Iterator[Finding | Unknown]:
    pools = [pool for pool in cluster.node_pools if not pool.is_windows and not pool.is_stopped]
    nodes = sum(pool.count or 0 for pool in pools)
    most = sum(_most(pool) for pool in pools)
    pods = sum((pool.count or 0) * (pool.max_pods or 0) for pool in pools)
    if nodes > MOST_NODES:
        yield _finding(cluster, pools, f"{nodes} nodes", f"{nodes} nodes > {MOST_NODES}", None)
    elif most > MOST_NODES:
        what = f"up to {most} nodes at its autoscaler's maximum"
        yield _finding(cluster, pools, what, f"{most} nodes > {MOST_NODES}", Severity.MEDIUM)
    elif pods > MOST_PODS:
        terms = " + ".join(f"{pool.count} x {pool.max_pods}" for pool in pools)
        what = f"room for {pods:,} pods at maxPods"
        yield _finding(cluster, pools, what, f"{terms} = {pods} > {MOST_PODS}", Severity.MEDIUM)
    elif gap := _unsaid(cluster, pools):
        yield unknown(cluster.id, gap)


def _most(pool: NodePool) -> int:
    return max(pool.count or 0, pool.max_count or 0)


def _unsaid(cluster: ManagedCluster, pools: list[NodePool]) -> Gap | None:
    silent = [pool.name for pool in pools if pool.count is None or pool.max_pods is None]
    if silent:
        message = f"count or maxPods of {', '.join(silent)} is not given"
        return Gap(AGENT_POOLS, cluster.id.text, None, "NotCollected", message)
    return pools_gap(cluster)


def _finding(
    cluster: ManagedCluster, pools: list[NodePool], what: str, arithmetic: str, severity: Severity | None
) -> Finding:
    profiles = "properties.agentPoolProfiles"
    return Finding(
        cluster.id,
        f"{cluster.name} has {what}; Azure network policy manager carries {MOST_NODES} nodes, {MOST_PODS:,} pods",
        (
            Evidence(cluster.id, POLICY, cluster.network_policy),
            *(Evidence(cluster.id, f"{profiles}[{pool.name}].count", pool.count) for pool in pools),
            *(Evidence(cluster.id, f"{profiles}[{p.name}].maxCount", p.max_count) for p in pools if p.autoscaled),
            *(Evidence(cluster.id, f"{profiles}[{pool.name}].maxPods", pool.max_pods) for pool in pools),
        ),
        cluster_id=cluster.id,
        arithmetic=arithmetic,
        severity=severity,
    )
