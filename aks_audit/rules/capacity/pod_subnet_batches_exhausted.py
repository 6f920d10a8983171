from __future__ import annotations

from collections.abc import Iterator

from ...analysis.nodes import unlisted_pools
from ...capacity.limit import Limit, LimitKind
from ...findings import Finding, Severity, Unknown, rule
from ...model import Network
from .limits import EVENTS, UPGRADE_CRITICAL, first_short, limit_finding, needed_at, plural, pod_subnet_limits_of
from .limits import prefix_evidence as evidence


@rule(
    title="The pod subnet has fewer batches of addresses than there are nodes",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/configure-azure-cni-dynamic-ip-allocation",
    covers=("CAP-08", "CAP-24"),
    disrupts="workloads move to a pool in a new subnet",
)
def pod_subnet_batches_exhausted(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A pod subnet with dynamic allocation that has fewer whole batches of 16 addresses than its pools, of all
    clusters together, have nodes: critical with the present nodes or those that an upgrade adds, high with the
    autoscaler's maximum or an upgrade at that size. One batch a node is the least: what a node takes when it
    starts, with no pod on it. Addresses that form no whole batch are never handed out: a /24 has 15 batches.

    ## Why it matters
    A node that gets no batch runs no pod of the pod network: pods stay in `ContainerCreating`, and the node's
    `NodeNetworkConfig` says `NCUpdateSubnetFullError`. What nodes really hold ARM does not show (a delegated subnet
    reports no usage), so the subnet looks empty in the portal.

    ## How to fix it
    Add a pool with a larger pod subnet of the same virtual network, and move the workloads; a pool cannot change
    its pod subnet. A delegated subnet takes no second prefix. Lower `maxCount` or `maxSurge`, or use fewer, larger
    nodes.

    ```azurecli
    az aks nodepool add -g RG --cluster-name CLUSTER -n NEW --vnet-subnet-id NODES_ID --pod-subnet-id PODS2_ID
    az aks nodepool delete -g RG --cluster-name CLUSTER -n OLD
    # or
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL -u --min-count MIN --max-count MAX
    ```

    ```bicep
    resource pods2 'Microsoft.Network/virtualNetworks/subnets@2024-10-01' = {
      parent: vnet
      name: 'pods2'
      properties: {
        addressPrefix: '10.1.16.0/20'
        delegations: [
          { name: 'aks', properties: { serviceName: 'Microsoft.ContainerService/managedClusters' } }
        ]
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "np2" {
      vnet_subnet_id = azurerm_subnet.nodes.id
      pod_subnet_id  = azurerm_subnet.pods2.id # larger
    }
    ```
    """
    yield from unlisted_pools(network)
    for limit in pod_subnet_limits_of(network, LimitKind.POD_SUBNET_BATCHES):
        if isinstance(limit, Unknown):
            yield limit
        else:
            yield from _judge(network, limit)


def _judge(network: Network, limit: Limit) -> Iterator[Finding]:
    horizon = first_short(limit)
    if horizon:
        yield limit_finding(
            limit,
            horizon,
            f"{limit.resource_id.name}: {EVENTS[horizon]} {'take' if horizon == 'now' else 'takes'} at least "
            f"{needed_at(limit, horizon)} batches of 16 addresses, one a node; "
            f"there are {plural(limit.available or 0, 'whole one')}",
            UPGRADE_CRITICAL[horizon],
            evidence(network, limit.resource_id),
        )
