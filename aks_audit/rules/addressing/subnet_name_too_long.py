from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.network_model import NetworkModel, model_of
from ...analysis.nodes import unlisted_pools
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network
from .ranges import listed

LONGEST: Final = 63
"""What a Kubernetes label may hold."""


@rule(
    title="A subnet's, network's or group's name is too long for node labels",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay",
    covers=("MDL-15",),
    disrupts="workloads move to a pool in a new subnet; of a network or group, a new cluster",
)
def subnet_name_too_long(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    With overlay and with pod subnets that allocate dynamically: a subnet of the owner's whose name, or whose virtual
    network's or resource group's name, is longer than 63 characters. Azure allows up to 80, 64 and 90.

    ## Why it matters
    AKS writes these names on the nodes as labels, and a Kubernetes label holds 63 characters. Nodes with longer ones
    fail to register, or lack the labels that the network plug-in goes by.

    ## How to fix it
    None of the three can be renamed. Make a subnet with a shorter name, and add a pool there. A cluster cannot
    leave its virtual network: where that or its group has the long name, build a new cluster.

    ```azurecli
    az network vnet subnet create -g RG --vnet-name VNET -n nodes --address-prefixes PREFIX
    az aks nodepool add -g RG --cluster-name CLUSTER -n NEW --vnet-subnet-id SUBNET_ID
    ```

    ```bicep
    resource nodes 'Microsoft.Network/virtualNetworks/subnets@2024-10-01' = {
      parent: vnet
      name: 'nodes'
      properties: {
        addressPrefix: '10.1.6.0/24'
      }
    }
    ```

    ```terraform
    resource "azurerm_subnet" "nodes" {
      name             = "nodes" # at most 63 characters, as the network and its group
      address_prefixes = ["10.1.6.0/24"]
    }
    ```
    """
    yield from unlisted_pools(network)
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        found: dict[ResourceId, tuple[list[str], list[Evidence]]] = {}
        for field, pool_name, subnet_id in _own_subnets(cluster):
            words = _too_long(subnet_id)
            if words:
                path = f"properties.agentPoolProfiles[{pool_name}].{field}"
                found.setdefault(subnet_id, (words, []))[1].append(Evidence(cluster.id, path, subnet_id.text))
        for subnet_id, (words, evidence) in found.items():
            yield Finding(
                subnet_id,
                f"{cluster.name}: longer than the {LONGEST} characters of a node label: {listed(words)}",
                tuple(evidence),
                cluster_id=cluster.id,
                key=cluster.id.key,
            )


def _own_subnets(cluster: ManagedCluster) -> Iterator[tuple[str, str, ResourceId]]:
    for pool in cluster.node_pools:
        if model_of(cluster, pool) in (NetworkModel.OVERLAY, NetworkModel.POD_SUBNET_DYNAMIC):
            for field, subnet_id in (("vnetSubnetID", pool.subnet_id), ("podSubnetID", pool.pod_subnet_id)):
                if subnet_id:
                    yield field, pool.name, subnet_id


def _too_long(subnet_id: ResourceId) -> list[str]:
    names = {
        "subnet": subnet_id.name,
        "virtual network": subnet_id.parent.name if subnet_id.parent else "",
        "resource group": subnet_id.resource_group,
    }
    return [f"{what} {name} ({len(name)})" for what, name in names.items() if len(name) > LONGEST]
