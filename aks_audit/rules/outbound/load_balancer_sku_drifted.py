from __future__ import annotations

from collections.abc import Iterator

from ...analysis.outbound_balancer import at_rest, is_basic, outbound_balancer
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import LoadBalancer, Missing, Network, NotCollected


@rule(
    title="The load balancer is of another SKU than the cluster says",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/load-balancer-standard",
    more_sources=("https://learn.microsoft.com/azure/load-balancer/skus",),
    covers=("LBS-09",),
    disrupts="connections are reset",
)
def load_balancer_sku_drifted(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose `loadBalancerSku` says `standard` while the load balancer `kubernetes` in its node resource group is
    Basic, or the other way round. ARM leaves the SKU out of old answers, which means Basic.

    ## Why it matters
    A SKU cannot be changed in place: somebody made the load balancer anew, or restored it from a template. AKS attaches
    Standard addresses to it, which Azure refuses with `DifferentSkuLoadBalancersAndPublicIPAddressNotAllowed`; then no
    service of type LoadBalancer gets an address, and no outbound rule can be written.

    ## How to fix it
    Delete the load balancer that is wrong and let AKS make its own. All services lose their front ends until it is
    there; note their addresses first.

    ```azurecli
    az network lb delete --resource-group NODE_RG --name kubernetes
    az aks update --resource-group RG --name CLUSTER
    ```

    ```bicep
    resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      properties: {
        networkProfile: { loadBalancerSku: 'standard' }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks" {
      network_profile {
        network_plugin    = "azure"
        load_balancer_sku = "standard"
      }
    }
    ```
    """
    for cluster in network.clusters:
        if not cluster.load_balancer_sku or not at_rest(cluster):
            continue  # load-balancer-basic asks for the SKU
        match outbound_balancer(network, cluster):
            case NotCollected() as gap:
                yield unknown(cluster.id, gap)
            case LoadBalancer() as balancer if is_basic(cluster) != (balancer.sku.lower() in ("", "basic")):
                yield Finding(
                    balancer.id,
                    f"{cluster.name}: loadBalancerSku is {cluster.load_balancer_sku}, but load balancer "
                    f"{balancer.id.name} is {balancer.sku or 'Basic'}",
                    (
                        Evidence(cluster.id, "properties.networkProfile.loadBalancerSku", cluster.load_balancer_sku),
                        Evidence(balancer.id, "sku.name", balancer.sku or None),
                    ),
                    cluster_id=cluster.id,
                )
            case LoadBalancer() | Missing():
                pass
