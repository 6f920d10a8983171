from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.dedicated_subnets import api_server_subnet_users, foreign_consumers
from ...analysis.nodes import pod_subnet_users, users_of_subnets
from ...analysis.subnet_consumers import evidence_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...inventory.types import SUBNETS
from ...model import Missing, Network, NotCollected, Subnet
from .ranges import listed, only_cluster

_AKS: Final = "microsoft.containerservice/managedclusters"


@rule(
    title="The API server's subnet is not for API servers alone",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/api-server-vnet-integration",
    covers=("API-08",),
    disrupts="nothing for the cluster; strangers move to another subnet",
)
def api_server_subnet_unfit(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A subnet of API server VNet integration that holds something else: private endpoints, virtual machines, load
    balancers outside the clusters' own node resource groups, nodes, or pods of a pod subnet; or one that is
    not delegated to `Microsoft.ContainerService/managedClusters`. API servers of several clusters may share it.

    ## Why it matters
    AKS requires a dedicated, delegated subnet and refuses to create or migrate a cluster otherwise. Whatever else
    is in it takes the addresses that the API server needs to scale; once they run out an outage follows that is hard
    to recover from.

    ## How to fix it
    Move the strangers to a subnet of their own, and restore a delegation that was lost.

    ```azurecli
    az network vnet subnet create -g RG --vnet-name VNET -n endpoints --address-prefixes PREFIX
    az network vnet subnet update --ids SUBNET_ID --delegations Microsoft.ContainerService/managedClusters
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
    ids = {each.api_server_subnet_id for each in network.clusters if each.api_server_subnet_id}
    for subnet_id in sorted(ids):
        match network.subnet(subnet_id):
            case NotCollected() as not_collected:
                yield unknown(subnet_id, not_collected)
            case Missing():
                yield unknown(subnet_id, Gap(SUBNETS, subnet_id.text, 404, "NotFound", "there is no such subnet"))
            case subnet:
                if subnet.gap:
                    yield unknown(subnet_id, subnet.gap)
                yield from _judge(network, subnet)


def _judge(network: Network, subnet: Subnet) -> Iterator[Finding]:
    clusters = api_server_subnet_users(network)[subnet.id]
    strangers = foreign_consumers(network, subnet, clusters)
    words = [f"it holds {stranger.kind} {stranger.resource_id.name}" for stranger in strangers]
    words += [f"it holds {what}" for what in _pools(network, subnet.id)]
    if _AKS not in {name.lower() for name in subnet.delegations} and not subnet.gap:
        words.append("it is not delegated to Microsoft.ContainerService/managedClusters")
    if words:
        yield Finding(
            subnet.id,
            f"{subnet.id.name}, the subnet of the API {'server' if len(clusters) == 1 else 'servers'} of "
            f"{listed(cluster.name for cluster in clusters)}: {listed(words)}",
            (
                Evidence(subnet.id, "properties.delegations[].properties.serviceName", subnet.delegations),
                *evidence_of(subnet, strangers),
            ),
            cluster_id=only_cluster(clusters),
            affected=tuple(cluster.id for cluster in clusters),
        )


def _pools(network: Network, subnet_id: ResourceId) -> list[str]:
    nodes = [f"nodes of {u.cluster.name}/{u.pool.name}" for u in users_of_subnets(network).get(subnet_id, ())]
    pods = [f"pods of {c.name}/{pool.name}" for c, pool in pod_subnet_users(network).get(subnet_id, ())]
    return nodes + pods
