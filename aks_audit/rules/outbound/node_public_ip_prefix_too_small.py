from __future__ import annotations

from collections.abc import Iterator

from ...analysis.egress_subnets import pool_id
from ...analysis.nodes import unlisted_pools
from ...capacity.horizons import pool_nodes, sum_up
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...inventory.types import MANAGED_CLUSTERS, PUBLIC_IP_PREFIXES
from ...model import ManagedCluster, Missing, Network, NodePool, NotCollected, PublicIpPrefix

User = tuple[ManagedCluster, NodePool]


@rule(
    title="A prefix has too few public addresses for the nodes that take one each",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/use-node-public-ips",
    covers=("LBS-14",),
    disrupts="nodes are recreated",
)
def node_public_ip_prefix_too_small(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A public IP prefix from which the nodes of pools take their own public addresses (`nodePublicIPPrefixID`), with
    fewer addresses than these pools have nodes at the autoscaler's maximum with surge. Critical where an upgrade of
    the present nodes does not fit already.

    ## Why it matters
    Each node takes one address. When none is left, the scale set cannot make the next node and answers
    `PublicIpPrefixOutOfIpAddressesForVMScaleSet`: the autoscaler stops early, and an upgrade hangs at its surge node.

    ## How to fix it
    A prefix cannot grow and the prefix of a pool cannot change: make a larger one and a new pool on it, and drain the
    old pool. Or lower the autoscaler's maximum.

    ```azurecli
    az network public-ip prefix create --resource-group RG --name PREFIX --length 28
    az aks nodepool add --resource-group RG --cluster-name CLUSTER --name NEWPOOL \\
      --enable-node-public-ip --node-public-ip-prefix PREFIX_ID
    ```

    ```bicep
    resource pool 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: aks
      name: 'newpool'
      properties: {
        enableNodePublicIP: true
        nodePublicIPPrefixID: prefix.id
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "newpool" {
      name                     = "newpool"
      node_public_ip_enabled   = true
      node_public_ip_prefix_id = azurerm_public_ip_prefix.nodes.id
    }
    ```
    """
    yield from unlisted_pools(network)
    judged = {cluster.id for cluster in network.clusters}
    users: dict[ResourceId, list[User]] = {}
    for cluster in network.all_clusters:
        for pool in cluster.node_pools:
            if pool.has_node_public_ips and pool.node_public_ip_prefix_id:
                users.setdefault(pool.node_public_ip_prefix_id, []).append((cluster, pool))
    for prefix_id, own in users.items():
        if any(cluster.id in judged for cluster, _ in own):
            yield from _judge(network, prefix_id, own)


def _judge(network: Network, prefix_id: ResourceId, users: list[User]) -> Iterator[Finding | Unknown]:
    match network.public_ip_prefix(prefix_id):
        case NotCollected() as gap:
            yield unknown(prefix_id, gap)
        case PublicIpPrefix(addresses=None) as prefix:
            absent = Gap(PUBLIC_IP_PREFIXES, prefix_id.text, None, "NotCollected", "its length is not known")
            yield unknown(prefix_id, prefix.gap or absent)
        case PublicIpPrefix() as prefix:
            yield from _count(prefix, users)
        case Missing():
            pass  # outbound-reference-dangling


def _count(prefix: PublicIpPrefix, users: list[User]) -> Iterator[Finding | Unknown]:
    uncounted = next(((cluster, pool) for cluster, pool in users if pool_nodes(pool) is None), None)
    if uncounted:
        message = f"the count of pool {uncounted[1].name} is not known"
        yield unknown(prefix.id, Gap(MANAGED_CLUSTERS, uncounted[0].id.text, None, "NotCollected", message))
        return
    need, have = sum_up([(pool_nodes(pool), 1) for _, pool in users]), prefix.addresses or 0
    if need.worst is None or need.upgrade is None or need.worst <= have:
        return
    soon = need.upgrade > have
    nodes = need.upgrade if soon else need.worst
    when = "in an upgrade" if soon else "at the autoscaler's maximum with surge"
    yield Finding(
        prefix.id,
        f"prefix {prefix.id.name} has {have} public addresses, and the nodes of "
        f"{', '.join(f'{cluster.name}/{pool.name}' for cluster, pool in users)} are {nodes} {when}",
        (
            Evidence(prefix.id, "properties.prefixLength", prefix.prefix_length),
            *(
                Evidence(cluster.id, f"properties.agentPoolProfiles[{pool.name}].nodePublicIPPrefixID", prefix.id.text)
                for cluster, pool in users
            ),
        ),
        cluster_id=users[0][0].id if len({cluster.id for cluster, _ in users}) == 1 else None,
        affected=tuple(pool_id(cluster, pool) for cluster, pool in users),
        arithmetic=f"{nodes} nodes - {have} addresses = short by {nodes - have}",
        severity=Severity.CRITICAL if soon else None,
        latent=True,
    )
