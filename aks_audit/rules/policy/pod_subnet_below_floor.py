from __future__ import annotations

from collections.abc import Iterator

from ...analysis.network_model import NetworkModel, model_of
from ...analysis.nodes import node_subnet_id
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...inventory.types import SUBNETS
from ...model import ManagedCluster, Network, NodePool, NotCollected, Subnet
from .pools import clusters_with_pools, not_told

_PODS_IN_SUBNET = (NetworkModel.POD_SUBNET_DYNAMIC, NetworkModel.POD_SUBNET_STATIC)


@rule(
    title="A subnet that pods draw from is smaller than a /23 (PSRule AZR-000020)",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning",
    more_sources=("https://github.com/Azure/PSRule.Rules.Azure/issues/273",),
    disrupts="a new subnet, and new pools in it",
    profile="policy",
    peer="PSRule Azure.AKS.CNISubnetSize (AZR-000020)",
)
def pod_subnet_below_floor(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A subnet with fewer IPv4 addresses than a /23 has, 512, from which pods take their addresses: the node subnet with
    Azure CNI in its flat form, else the pod subnet. `max_prefix_length` of the configuration sets another floor, as
    PSRule's `AZURE_AKS_CNI_MINIMUM_CLUSTER_SUBNET_SIZE` does.

    Other than PSRule's AZR-000020 it adds up all prefixes of a subnet, asks the pod subnet instead of the node subnet
    where there is one, and leaves overlay out: there, pods take nothing from a subnet. A subnet that was not read is
    unknown; PSRule lets it pass.

    ## Why it matters
    It is a rule of thumb against `InsufficientSubnetSize` and `SubnetIsFull`. Whether the addresses really suffice is
    what the rules of the default profile compute: subnet-too-small-for-upgrade, subnet-too-small-for-autoscaler and
    subnet-nearly-full.

    ## How to fix it
    Make a larger subnet, make pools in it, and move the workloads there; a subnet in use can't be widened in place
    other than by a second prefix. Or move to overlay.

    ```azurecli
    az network vnet subnet create -g RG --vnet-name VNET -n nodes-large --address-prefixes 10.1.4.0/22
    az aks nodepool add -g RG --cluster-name CLUSTER -n NEW --vnet-subnet-id SUBNET_ID
    ```

    ```bicep
    resource nodes 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = {
      parent: vnet
      name: 'nodes-large'
      properties: { addressPrefix: '10.1.4.0/22' }
    }
    ```

    ```terraform
    resource "azurerm_subnet" "nodes_large" {
      name                 = "nodes-large"
      resource_group_name  = "RG"
      virtual_network_name = azurerm_virtual_network.vnet.name
      address_prefixes     = ["10.1.4.0/22"]
    }
    ```
    """
    drawing: dict[ResourceId, list[tuple[ManagedCluster, NodePool]]] = {}
    for cluster in clusters_with_pools(network):
        if isinstance(cluster, Unknown):
            yield cluster
            continue
        for pool in cluster.node_pools:
            match _drawn_from(network, cluster, pool):
                case Unknown() as answer:
                    yield answer
                case ResourceId() as subnet_id:
                    drawing.setdefault(subnet_id, []).append((cluster, pool))
    for subnet_id, users in sorted(drawing.items()):
        match network.subnet(subnet_id):
            case NotCollected() as gap:
                yield unknown(subnet_id, gap)
            case Subnet(gap=Gap() as gap):
                yield unknown(subnet_id, gap)
            case Subnet() as subnet:
                yield from _judge(network, subnet, users)


def _drawn_from(network: Network, cluster: ManagedCluster, pool: NodePool) -> ResourceId | Unknown | None:
    """The subnet of a pool's pods; None where they take no addresses of a subnet."""
    model = model_of(cluster, pool)
    if model is NetworkModel.UNRECOGNISED:
        return not_told(cluster, pool, "how its pods get addresses is not known")
    if model in _PODS_IN_SUBNET:
        return pool.pod_subnet_id
    if model is not NetworkModel.NODE_SUBNET:
        return None
    place = node_subnet_id(network, cluster, pool)
    return unknown(cluster.id, place) if isinstance(place, NotCollected) else place


def _judge(
    network: Network, subnet: Subnet, users: list[tuple[ManagedCluster, NodePool]]
) -> Iterator[Finding | Unknown]:
    prefixes = [prefix for prefix in subnet.prefixes if prefix.version == 4]
    if not prefixes:
        yield unknown(subnet.id, Gap(SUBNETS, subnet.id.text, None, "NotCollected", "its addressPrefix is absent"))
        return
    longest = network.settings.thresholds.max_prefix_length
    addresses, floor = sum(prefix.num_addresses for prefix in prefixes), 2 ** (32 - longest)
    if addresses >= floor:
        return
    clusters = {cluster.id: cluster.name for cluster, _ in users}
    texts = tuple(map(str, prefixes))
    yield Finding(
        subnet.id,
        f"{subnet.id.name} has {addresses} addresses ({', '.join(texts)}), a /{longest} has {floor}; "
        f"pods of {', '.join(clusters.values())} draw from it",
        (Evidence(subnet.id, "properties.addressPrefixes", texts),),
        cluster_id=next(iter(clusters)) if len(clusters) == 1 else None,
        affected=tuple(cluster.id.child("agentPools", pool.name) for cluster, pool in users),
        arithmetic=f"{' + '.join(str(p.num_addresses) for p in prefixes)} = {addresses} < {floor} = 2^(32 - {longest})",
    )
