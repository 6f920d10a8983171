from __future__ import annotations

from collections.abc import Iterator

from ...analysis.dedicated_subnets import api_server_subnet_users
from ...capacity.limits import api_server_limits
from ...capacity.limits.subnets import API_SERVER_ADDRESSES
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .limits import plural, prefix_evidence


@rule(
    title="The API server's subnet is too small for its clusters",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/api-server-vnet-integration",
    covers=("CAP-18", "API-08"),
    disrupts="a new subnet, or a new cluster where the subnet cannot grow",
)
def api_server_subnet_too_small(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A subnet of API server VNet integration with fewer usable addresses than 9 for each cluster that uses it: one
    smaller than a /28, a /28 (11 addresses) with two clusters, a /27 (27) with four.

    ## Why it matters
    The API server's instances and its load balancer have their addresses there, whatever the cluster's size. Once the
    subnet is full the API server cannot scale or be replaced, which can end in an outage, and it is hard to recover
    from there. Azure names no error code for it.

    ## How to fix it
    Give each cluster a subnet of its own, at least a /28, delegated to
    `Microsoft.ContainerService/managedClusters`. The subnet of a running cluster cannot be changed: add a prefix to
    it where its neighbours leave room, or build the cluster anew.

    ```azurecli
    az network vnet subnet update -g RG --vnet-name VNET -n apiserver --address-prefixes OLD NEW
    # for a new cluster
    az network vnet subnet create -g RG --vnet-name VNET -n apiserver2 --address-prefixes PREFIX
    ```

    ```bicep
    resource apiserver 'Microsoft.Network/virtualNetworks/subnets@2024-10-01' = {
      parent: vnet
      name: 'apiserver'
      properties: {
        addressPrefix: '10.1.3.0/28'
        delegations: [
          { name: 'aks', properties: { serviceName: 'Microsoft.ContainerService/managedClusters' } }
        ]
      }
    }
    ```

    ```terraform
    resource "azurerm_subnet" "apiserver" {
      address_prefixes = ["10.1.3.0/28"]

      delegation {
        name = "aks"
        service_delegation {
          name = "Microsoft.ContainerService/managedClusters"
        }
      }
    }
    ```
    """
    limits = {limit.resource_id: limit for cluster in network.clusters for limit in api_server_limits(network, cluster)}
    for subnet_id, limit in sorted(limits.items()):
        clusters = api_server_subnet_users(network)[subnet_id]
        if limit.gap:
            yield unknown(subnet_id, limit.gap)
        elif limit.short("now"):
            using = tuple(
                Evidence(cluster.id, "properties.apiServerAccessProfile.subnetId", subnet_id.text)
                for cluster in clusters
            )
            servers = plural(len(clusters), "API server takes", "API servers take")
            yield Finding(
                subnet_id,
                f"{subnet_id.name}: {servers} {API_SERVER_ADDRESSES * len(clusters)} addresses, "
                f"{API_SERVER_ADDRESSES} each; {limit.room}",
                (*prefix_evidence(network, subnet_id), *using),
                cluster_id=clusters[0].id if len(clusters) == 1 else None,
                affected=tuple(cluster.id for cluster in clusters),
                arithmetic=limit.arithmetic("now"),
            )
