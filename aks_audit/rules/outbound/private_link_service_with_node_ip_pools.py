from __future__ import annotations

from collections.abc import Iterator

from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...inventory.types import NETWORK_INTERFACES
from ...model import ManagedCluster, Missing, Network, NetworkInterface, NotCollected
from ...model.network import remembered
from .ports import PROFILE


@rule(
    title="A private link service stands on backend pools of type nodeIP",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/internal-lb",
    more_sources=("https://learn.microsoft.com/azure/aks/load-balancer-standard",),
    covers=("LBS-11",),
    disrupts="connections are reset",
)
def private_link_service_with_node_ip_pools(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose `backendPoolType` is `nodeIP` with a private link service in its node resource group, where AKS
    makes those that Kubernetes services ask for. It is seen by its network interfaces.

    ## Why it matters
    A private link service works only with backend pools that hold ipConfigurations. With pools of addresses it is not
    supported: connections through the private endpoints are not forwarded, and the service controller's next write
    fails.

    ## How to fix it
    Go back to the default type. AKS rewrites the backend pools; connections through the load balancer are cut.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER --load-balancer-backend-pool-type nodeIPConfiguration
    ```

    ```bicep
    resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      properties: {
        networkProfile: {
          loadBalancerProfile: { backendPoolType: 'NodeIPConfiguration' }
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks" {
      network_profile {
        network_plugin = "azure"
        load_balancer_profile { backend_pool_type = "NodeIPConfiguration" }
      }
    }
    ```
    """
    for cluster in network.clusters:
        profile = cluster.load_balancer
        if profile is None or profile.backend_pool_type.lower() != "nodeip" or not cluster.node_resource_group:
            continue
        place = f"/subscriptions/{cluster.id.subscription}/resourceGroups/{cluster.node_resource_group}"
        probe = ResourceId.of(f"{place}/providers/{NETWORK_INTERFACES}/any")
        match network.completeness.absent(NETWORK_INTERFACES, probe):
            case NotCollected() as gap:
                yield unknown(cluster.id, gap)
            case Missing():
                nics = _service_nics(network).get(ResourceId.of(place).key, [])
                for service_id in dict.fromkeys(n.private_link_service_id for n in nics if n.private_link_service_id):
                    yield _finding(
                        cluster, service_id, next(n for n in nics if n.private_link_service_id == service_id)
                    )


@remembered
def _service_nics(network: Network) -> dict[str, list[NetworkInterface]]:
    """The NICs of private link services, by the resource group of the service."""
    found: dict[str, list[NetworkInterface]] = {}
    for nic in network.network_interfaces.values():
        service_id = nic.private_link_service_id
        if service_id:
            group = f"/subscriptions/{service_id.subscription}/resourcegroups/{service_id.resource_group}".lower()
            found.setdefault(group, []).append(nic)
    return found


def _finding(cluster: ManagedCluster, service_id: ResourceId, nic: NetworkInterface) -> Finding:
    profile = cluster.load_balancer
    return Finding(
        service_id,
        f"{cluster.name}: private link service {service_id.name} needs backend pools of type nodeIPConfiguration, "
        f"the cluster has nodeIP",
        (
            Evidence(cluster.id, f"{PROFILE}.backendPoolType", profile.backend_pool_type if profile else None),
            Evidence(nic.id, "properties.privateLinkService.id", service_id.text),
        ),
        cluster_id=cluster.id,
    )
