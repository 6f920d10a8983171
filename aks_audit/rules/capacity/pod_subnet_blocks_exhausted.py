from __future__ import annotations

from collections.abc import Iterator

from ...analysis.nodes import unlisted_pools
from ...capacity.limit import Limit, LimitKind
from ...capacity.models.pod_subnet_static import aligned_blocks
from ...findings import Finding, Severity, Unknown, rule
from ...model import Network
from .limits import (
    EVENTS,
    UPGRADE_CRITICAL,
    limit_finding,
    needed_at,
    pod_subnet_limits_of,
    prefix_evidence,
)


@rule(
    title="The pod subnet has too few /28 blocks for its nodes",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/configure-azure-cni-static-block-allocation",
    covers=("CAP-10", "CAP-24"),
    disrupts="workloads move to a pool in a new subnet",
)
def pod_subnet_blocks_exhausted(network: Network) -> Iterator[Finding | Unknown]:
    r"""
    ## What it finds
    A pod subnet with static blocks that has fewer aligned /28 blocks than its pools, of all clusters together, hold:
    ceil((`maxPods` + 1) / 16) a node. Critical with the present nodes or those that an upgrade adds, high with the
    autoscaler's maximum or an upgrade at that size.

    That the five addresses which Azure reserves spoil the first and the last block of every prefix is deduced, and
    not stated by Azure. Where only these two blocks are missing, the severity is medium.

    ## Why it matters
    A node gets its blocks when it is made and keeps them for its lifetime. Without a block it cannot be made: scaling
    and upgrades end with `SubnetIsFull`. Blocks must be aligned, so free addresses that lie apart are of no use.

    ## How to fix it
    Add a pool with a larger pod subnet, and move the workloads. Choose `maxPods` as a multiple of 16 less one, so
    that no address of a block is wasted. Lower `maxCount` or `maxSurge`.

    ```azurecli
    az aks nodepool add -g RG --cluster-name CLUSTER -n NEW --pod-subnet-id PODS2_ID \
      --pod-ip-allocation-mode StaticBlock
    az aks nodepool delete -g RG --cluster-name CLUSTER -n OLD
    # or
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL -u --min-count MIN --max-count MAX
    ```

    ```bicep
    resource np2 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np2'
      properties: {
        vnetSubnetID: nodes.id
        podSubnetID: pods2.id
        podIPAllocationMode: 'StaticBlock'
        maxPods: 31
      }
    }
    ```

    ```terraform
    # azurerm has no argument for the allocation mode (provider pull request 30827)
    resource "azapi_resource" "np2" {
      type      = "Microsoft.ContainerService/managedClusters/agentPools@2025-05-01"
      parent_id = azurerm_kubernetes_cluster.aks1.id
      name      = "np2"
      body = {
        properties = { podSubnetID = azurerm_subnet.pods2.id, podIPAllocationMode = "StaticBlock", maxPods = 31 }
      }
    }
    ```
    """
    yield from unlisted_pools(network)
    for limit in pod_subnet_limits_of(network, LimitKind.POD_SUBNET_BLOCKS):
        if isinstance(limit, Unknown):
            yield limit
        else:
            yield from _judge(network, limit)


def _judge(network: Network, limit: Limit) -> Iterator[Finding]:
    subnet = network.subnets.get(limit.resource_id)
    aligned = aligned_blocks(subnet.prefixes if subnet else ())
    short = [horizon for horizon in EVENTS if limit.short(horizon)]
    surely = [horizon for horizon in short if needed_at(limit, horizon) > aligned]
    for horizon in (surely or short)[:1]:
        spoiled = "; it fits with the first and the last, which Azure's reserved addresses seem to spoil"
        yield limit_finding(
            limit,
            horizon,
            f"{limit.resource_id.name}: {EVENTS[horizon]} {'take' if horizon == 'now' else 'takes'} "
            f"{needed_at(limit, horizon)} /28 blocks, and there are {limit.available} whole ones"
            f"{'' if surely else spoiled}",
            UPGRADE_CRITICAL[horizon] if surely else Severity.MEDIUM,
            prefix_evidence(network, limit.resource_id),
        )
