from __future__ import annotations

from collections.abc import Iterator

from ...analysis.nodes import Node, nodes_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network


@rule(
    title="Nodes stand without the security group that AKS gives them",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/support-policies",
    more_sources=("https://learn.microsoft.com/azure/aks/concepts-network",),
    covers=("NSG-13",),
    disrupts="nodes are recreated",
)
def node_security_group_missing(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Nodes whose NICs have no security group, or one that stands outside the node resource group. In a virtual network
    that AKS made the group may stand on the subnet instead of the NICs: that is no finding.

    ## Why it matters
    AKS puts its own group on each node and opens the ports of services in it. Taken off, a Standard load balancer
    lets no connection in unless a group on the subnet allows it, and the address of a Basic one is open to everybody;
    replaced by another group, the ports of new services stay closed, since the cloud provider writes to its own only.
    AKS does not support changes to the NICs of nodes, and the next upgrade or scale-out brings its own group back
    for new nodes, so nodes then differ.

    ## How to fix it
    Replace the nodes: those that AKS makes anew have its group. Put rules of your own into a group on the subnet.

    ```azurecli
    az aks nodepool upgrade --resource-group RG --cluster-name CLUSTER --name POOL --node-image-only
    ```

    ```bicep
    // a group of your own belongs to the subnet; AKS keeps its own on the NICs
    properties: {
      addressPrefix: '10.1.0.0/24'
      networkSecurityGroup: { id: nsg.id }
    }
    ```

    ```terraform
    resource "azurerm_subnet_network_security_group_association" "nodes" {
      subnet_id                 = azurerm_subnet.nodes.id
      network_security_group_id = azurerm_network_security_group.nodes.id
    }
    ```
    """
    for cluster in network.clusters:
        nodes = nodes_of(network, cluster)
        if nodes.gap:
            yield unknown(cluster.id, nodes.gap)
        bare = [node for node in nodes.known if _is_bare(network, cluster, node)]
        if bare:
            yield _finding(cluster, bare, "without a security group", None)
        foreign: dict[ResourceId, list[Node]] = {}
        for node in nodes.known:
            group_id = node.nic.network_security_group_id
            if group_id and not _is_own(cluster, group_id):
                foreign.setdefault(group_id, []).append(node)
        for group_id, behind in sorted(foreign.items()):
            yield _finding(cluster, behind, f"behind {group_id.name} in {group_id.resource_group}", group_id)


def _is_own(cluster: ManagedCluster, resource_id: ResourceId) -> bool:
    place = (resource_id.subscription, resource_id.resource_group.lower())
    return place == (cluster.id.subscription, cluster.node_resource_group.lower())


def _is_bare(network: Network, cluster: ManagedCluster, node: Node) -> bool:
    """No group on its NIC, and none on the subnet that AKS made for it."""
    if node.nic.network_security_group_id or node.nic.gap:
        return False
    if node.subnet_id is None or not _is_own(cluster, node.subnet_id):
        return True
    subnet = network.subnets.get(node.subnet_id)
    return subnet is not None and subnet.network_security_group_id is None


def _finding(cluster: ManagedCluster, nodes: list[Node], what: str, group_id: ResourceId | None) -> Finding:
    names = ", ".join(node.name for node in nodes[:3])
    more = f" and {len(nodes) - 3} more" if len(nodes) > 3 else ""
    path, value = "properties.networkSecurityGroup", group_id.text if group_id else None
    return Finding(
        cluster.id,
        f"{cluster.name}: {len(nodes)} {'node stands' if len(nodes) == 1 else 'nodes stand'} {what}, "
        f"not behind AKS's own: {names}{more}",
        tuple(Evidence(node.nic.id, f"{path}.id" if value else path, value) for node in nodes[:3]),
        cluster_id=cluster.id,
        affected=tuple(node.nic.id for node in nodes),
        key=group_id.key if group_id else "",
    )
