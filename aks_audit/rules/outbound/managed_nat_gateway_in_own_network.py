from __future__ import annotations

from collections.abc import Iterator

from ...analysis.egress_path import OUTBOUND_TYPE
from ...analysis.egress_subnets import pool_id
from ...analysis.nodes import pools_gap
from ...analysis.outbound_type import OutboundType, outbound_type_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import Network


@rule(
    title="A managed NAT gateway cannot serve a virtual network of the owner's",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/nat-gateway",
    more_sources=("https://learn.microsoft.com/azure/aks/egress-outboundtype",),
    covers=("UDR-10",),
    disrupts="connections are reset",
)
def managed_nat_gateway_in_own_network(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with outbound type `managedNATGateway` (or `managedNATGatewayV2`) that has pools in a subnet of the
    owner's.

    ## Why it matters
    AKS makes and attaches that gateway only in the virtual network that it makes itself. Nobody attaches one to the
    owner's subnet: those pools have no way out that AKS looks after, and the next write to the cluster may be refused.

    ## How to fix it
    In a virtual network of your own, the gateway is yours too: make one, attach it to every node and pod subnet, and
    change the outbound type. The public address changes.

    ```azurecli
    az network vnet subnet update --resource-group RG --vnet-name VNET --name SUBNET --nat-gateway NATGATEWAY_ID
    az aks update --resource-group RG --name CLUSTER --outbound-type userAssignedNATGateway
    ```

    ```bicep
    resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      properties: {
        networkProfile: { outboundType: 'userAssignedNATGateway' }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks" {
      network_profile {
        network_plugin = "azure"
        outbound_type  = "userAssignedNATGateway"
      }
    }
    ```
    """
    for cluster in network.clusters:
        if outbound_type_of(cluster) is not OutboundType.MANAGED_NAT:
            continue
        gap = pools_gap(cluster)
        if gap:
            yield unknown(cluster.id, gap)
        own = [pool for pool in cluster.node_pools if pool.subnet_id]
        if own:
            yield Finding(
                cluster.id,
                f"{cluster.name}: outbound type {cluster.outbound_type}, but "
                f"{', '.join(pool.name for pool in own)} {'is' if len(own) == 1 else 'are'} in a subnet of the owner's",
                (
                    Evidence(cluster.id, OUTBOUND_TYPE, cluster.outbound_type),
                    *(
                        Evidence(cluster.id, f"properties.agentPoolProfiles[{p.name}].vnetSubnetID", p.subnet_id.text)
                        for p in own
                        if p.subnet_id
                    ),
                ),
                cluster_id=cluster.id,
                affected=tuple(pool_id(cluster, pool) for pool in own),
            )
