from __future__ import annotations

from collections.abc import Iterator

from ...analysis.nodes import unlisted_pools
from ...capacity.limit import Limit, LimitKind
from ...capacity.models.pod_subnet_dynamic import BATCH, pods_at_most
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .limits import EVENTS, first_short, limit_finding, needed_at, pod_subnet_limits_of, prefix_evidence


@rule(
    title="The pod subnet cannot feed nodes that are full of pods",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/configure-azure-cni-dynamic-ip-allocation",
    covers=("CAP-09",),
    disrupts="workloads move to a pool in a new subnet",
)
def pod_subnet_exhausted_at_full_density(network: Network) -> Iterator[Finding | Unknown]:
    r"""
    ## What it finds
    A pod subnet with dynamic allocation that has a batch of 16 addresses for every node, at every size that the
    configuration allows, but not the batches that those nodes want with `maxPods` pods on them:
    16 x ceil(0.5 + `maxPods` / 16) addresses a node.

    Both figures are bounds. What nodes hold ARM does not show, and whether Azure ends a node's batches at `maxPods`
    is not verified; the upper bound used here is the one without such an end.

    ## Why it matters
    Nodes keep idle batches while new nodes starve, so pods hang in `ContainerCreating` although the sum of pods is
    below the subnet's size. Addresses are stranded in three ways: those that form no whole batch, those of a batch
    that `maxPods` or pods on the host's network leave unused, and those kept free on every node.

    ## How to fix it
    Choose the pod subnet for full nodes; `aks-audit plan size --model cni-pod-subnet-dynamic` names the prefix. Add
    a pool with a larger one, since a delegated subnet takes no second prefix. A `maxPods` near what nodes really
    run wastes least. Watch the batches in use with `kubectl get nodenetworkconfigs -n kube-system`.

    ```azurecli
    az aks nodepool add -g RG --cluster-name CLUSTER -n NEW --vnet-subnet-id NODES_ID --pod-subnet-id PODS2_ID \
      --max-pods N
    az aks nodepool delete -g RG --cluster-name CLUSTER -n OLD
    ```

    ```bicep
    resource np2 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np2'
      properties: {
        vnetSubnetID: nodes.id
        podSubnetID: pods2.id
        maxPods: 60
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "np2" {
      vnet_subnet_id = azurerm_subnet.nodes.id
      pod_subnet_id  = azurerm_subnet.pods2.id
      max_pods       = 60
    }
    ```
    """
    yield from unlisted_pools(network)
    for limit in pod_subnet_limits_of(network, LimitKind.POD_SUBNET_BATCHES):
        if isinstance(limit, Unknown):
            yield limit
        elif not first_short(limit) and (most := limit.at_most):
            if most.gap:
                yield unknown(limit.resource_id, most.gap)
            else:
                yield from _judge(network, limit, most)


def _judge(network: Network, least: Limit, most: Limit) -> Iterator[Finding]:
    horizon = first_short(most)
    if horizon:
        bounds = f"{needed_at(least, horizon)} (one a node) and {needed_at(most, horizon)} (nodes full of pods)"
        yield limit_finding(
            most,
            horizon,
            f"{most.resource_id.name}: {EVENTS[horizon]} {'take' if horizon == 'now' else 'takes'} between {bounds} "
            f"batches of {BATCH} addresses, and there are {most.available} whole ones{_pods(most, horizon)}",
            None,
            prefix_evidence(network, most.resource_id),
        )


def _pods(limit: Limit, horizon: str) -> str:
    """How many pods the batches serve at best, where one pool alone uses them."""
    if len(limit.draws) > 1 or limit.available is None:
        return ""
    pool, nodes = limit.draws[0].pool, limit.draws[0].nodes
    if nodes is None or pool.max_pods is None:
        return ""
    count = sum(nodes.at(horizon))
    served = pods_at_most(limit.available, count, pool.max_pods)
    wanted = count * pool.max_pods
    return f", for {served} of {wanted} pods at best" if served < wanted else ""
