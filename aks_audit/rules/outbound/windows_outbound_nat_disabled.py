from __future__ import annotations

from collections.abc import Iterator

from ...analysis.egress_path import OUTBOUND_TYPE
from ...analysis.egress_subnets import pool_id
from ...analysis.nodes import pools_gap
from ...analysis.outbound_type import OutboundType, outbound_type_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import Network


@rule(
    title="Outbound NAT is off on Windows nodes that leave by a load balancer",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/nat-gateway",
    disrupts="nodes are recreated",
)
def windows_outbound_nat_disabled(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A Windows pool with `windowsProfile.disableOutboundNat` in a cluster with outbound type `loadBalancer`.

    ## Why it matters
    Without outbound NAT, pods keep their own address where they leave the node. A NAT gateway or a firewall translates
    it; a load balancer only serves the node's primary address, so pods on these nodes have no way out: time-outs to
    everything outside of the virtual network, while pods on Linux nodes are fine. AKS supports the setting only with
    other outbound types.

    ## How to fix it
    The setting is fixed when the pool is made. Change the cluster's outbound type, or make a new pool without it and
    drain the old one.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER --outbound-type userAssignedNATGateway
    # or a new pool, without --disable-windows-outbound-nat:
    az aks nodepool add --resource-group RG --cluster-name CLUSTER --name NEWWIN --os-type Windows
    ```

    ```bicep
    resource pool 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: aks
      name: 'newwin'
      properties: {
        osType: 'Windows'
        windowsProfile: { disableOutboundNat: false }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "newwin" {
      os_type = "Windows"
      windows_profile { outbound_nat_enabled = true }
    }
    ```
    """
    for cluster in network.clusters:
        if outbound_type_of(cluster) is not OutboundType.LOAD_BALANCER:
            continue
        gap = pools_gap(cluster)
        if gap:
            yield unknown(cluster.id, gap)
        pools = [pool for pool in cluster.node_pools if pool.is_windows and pool.outbound_nat_disabled]
        if pools:
            names = ", ".join(pool.name for pool in pools)
            yield Finding(
                cluster.id,
                f"{cluster.name}: outbound NAT is off on Windows {'pool' if len(pools) == 1 else 'pools'} {names}, "
                f"and outbound type {cluster.outbound_type or 'loadBalancer'} translates only the nodes' own addresses",
                (
                    Evidence(cluster.id, OUTBOUND_TYPE, cluster.outbound_type),
                    *(
                        Evidence(
                            cluster.id,
                            f"properties.agentPoolProfiles[{pool.name}].windowsProfile.disableOutboundNat",
                            value=True,
                        )
                        for pool in pools
                    ),
                ),
                cluster_id=cluster.id,
                affected=tuple(pool_id(cluster, pool) for pool in pools),
            )
