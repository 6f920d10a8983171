from __future__ import annotations

from collections.abc import Iterator

from ...analysis.api_server import ACCESS
from ...analysis.cluster_networks import networks_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, NotCollected, VirtualNetwork


@rule(
    title="API server VNet integration in an encrypted virtual network",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/api-server-vnet-integration",
    covers=("API-09",),
    disrupts="connections are reset",
)
def api_server_in_encrypted_network(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A virtual network with encryption turned on in which a cluster has API server VNet integration; one finding a
    network, with every such cluster.

    ## Why it matters
    Azure doesn't support the two together. Nodes of v4 and later sizes are blocked in such a network, so new nodes and
    the next upgrade fail; v3 and older ones run, and what they send is not encrypted.

    ## How to fix it
    Turn the encryption off for this network, or move the clusters to one without it. Between nodes, WireGuard of the
    Cilium dataplane encrypts as well.

    ```azurecli
    az network vnet update --resource-group RG --name VNET --enable-encryption false
    ```

    ```bicep
    resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {
      properties: {
        encryption: { enabled: false }
      }
    }
    ```

    ```terraform
    resource "azurerm_virtual_network" "vnet" {
      # no encryption block
    }
    ```
    """
    by_network: dict[ResourceId, list[ManagedCluster]] = {}
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        elif cluster.api_server_vnet_integration:
            yield from _unnamed(network, cluster)
            for vnet_id in _networks(network, cluster):
                by_network.setdefault(vnet_id, []).append(cluster)
    for vnet_id, clusters in sorted(by_network.items()):
        match network.virtual_network(vnet_id):
            case NotCollected() as not_collected:
                yield unknown(vnet_id, not_collected)
            case VirtualNetwork(is_encrypted=True) as vnet:
                yield _finding(vnet, clusters)
            case VirtualNetwork(gap=gap) if gap:
                yield unknown(vnet_id, gap)


def _networks(network: Network, cluster: ManagedCluster) -> tuple[ResourceId, ...]:
    """The network of the API server's subnet; where AKS made that, the one of the nodes."""
    subnet = cluster.api_server_subnet_id
    return (subnet.parent,) if subnet and subnet.parent else networks_of(network, cluster).ids


def _unnamed(network: Network, cluster: ManagedCluster) -> Iterator[Unknown]:
    networks = networks_of(network, cluster)
    if not cluster.api_server_subnet_id and not networks.ids:
        yield from (unknown(place, gap) for place, gap in networks.unread[:1])


def _finding(vnet: VirtualNetwork, clusters: list[ManagedCluster]) -> Finding:
    names = ", ".join(cluster.name for cluster in clusters)
    return Finding(
        vnet.id,
        f"virtual network {vnet.id.name} is encrypted, which API server VNet integration of {names} does not go with",
        (
            Evidence(vnet.id, "properties.encryption.enabled", True),
            *(Evidence(cluster.id, f"{ACCESS}.enableVnetIntegration", True) for cluster in clusters),
        ),
        cluster_id=clusters[0].id if len(clusters) == 1 else None,
        affected=tuple(cluster.id for cluster in clusters),
    )
