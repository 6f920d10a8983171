from __future__ import annotations

from collections.abc import Iterator

from ...analysis.api_server import RANGES, AuthorizedRange, Exposure, admits, authorized_ranges, exposure_of
from ...analysis.nodes import node_subnet_id, pools_gap
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS, PUBLIC_IP_PREFIXES
from ...model import ManagedCluster, Missing, Network, NodePool, NotCollected, Subnet


@rule(
    title="Nodes with public addresses that the authorized ranges do not admit",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges",
    covers=("API-05",),
    disrupts="nodes are recreated",
)
def node_public_ip_not_authorized(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Pools whose nodes have public addresses of their own, in a cluster with authorized ranges, where the addresses come
    from no prefix, or from one that the ranges don't hold. Not asked where nodes leave by something else all the same
    (user-defined routing, a NAT gateway on the subnet), and not with VNet integration.

    ## Why it matters
    Such nodes call the API server from their own address. Each node that starts is turned away, and ends with
    `VMExtensionError_K8SAPIServerConnFail` (exit code 51). AKS adds the load balancer's address to the list, not these.

    ## How to fix it
    Give the pool a prefix, which only a new pool takes, and write the prefix into the list.

    ```azurecli
    az aks nodepool add --resource-group RG --cluster-name CLUSTER --name np2 \\
      --enable-node-public-ip --node-public-ip-prefix-id PREFIX_ID
    az aks update --resource-group RG --name CLUSTER --api-server-authorized-ip-ranges 198.51.100.0/24,PREFIX
    ```

    ```bicep
    resource pool 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      properties: {
        enableNodePublicIP: true
        nodePublicIPPrefixID: prefix.id
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "np2" {
      node_public_ip_enabled   = true
      node_public_ip_prefix_id = azurerm_public_ip_prefix.nodes.id
    }
    ```
    """
    for cluster in network.clusters:
        if not cluster.gap and not cluster.api_server.authorized_ip_ranges:
            continue
        match exposure_of(cluster):
            case Gap() as gap:
                yield unknown(cluster.id, gap)
            case Exposure.RANGES:
                yield from _judge(network, cluster)


def _judge(network: Network, cluster: ManagedCluster) -> Iterator[Finding | Unknown]:
    ranges = authorized_ranges(cluster)
    locked_out: list[tuple[NodePool, str]] = []
    if gap := pools_gap(cluster):
        yield unknown(cluster.id, gap)
    for pool in cluster.node_pools:
        if not pool.has_node_public_ips or cluster.outbound_type.lower() == "userdefinedrouting":
            continue
        match _nat_gateway_on(network, cluster, pool):
            case NotCollected() as not_collected:
                yield unknown(cluster.id, not_collected)
                continue
            case True:
                continue
        match _trouble(network, cluster, pool, ranges):
            case Gap() as gap:
                yield unknown(cluster.id, gap)
            case str() as what:
                locked_out.append((pool, what))
    if locked_out:
        yield _finding(cluster, locked_out)


def _nat_gateway_on(network: Network, cluster: ManagedCluster, pool: NodePool) -> bool | NotCollected:
    """A NAT gateway takes over from the nodes' own addresses."""
    subnet_id = node_subnet_id(network, cluster, pool)
    subnet = subnet_id if isinstance(subnet_id, NotCollected) else network.subnet(subnet_id)
    if isinstance(subnet, NotCollected):
        return subnet
    return isinstance(subnet, Subnet) and subnet.nat_gateway_id is not None


def _trouble(
    network: Network, cluster: ManagedCluster, pool: NodePool, ranges: tuple[AuthorizedRange, ...]
) -> str | Gap | None:
    prefix_id = pool.node_public_ip_prefix_id
    tags = [item.text for item in ranges if item.is_tag]
    if prefix_id is None:
        return _tagged(cluster, tags) if tags else f"{pool.name} takes its addresses from no prefix"
    match network.public_ip_prefix(prefix_id):
        case NotCollected(gap):
            return gap
        case Missing():
            return f"{pool.name} takes them from prefix {prefix_id.name}, which does not exist"
        case prefix if prefix.prefix is None:
            message = "the addresses of the prefix are not given"
            return prefix.gap or Gap(PUBLIC_IP_PREFIXES, prefix_id.text, None, "NotCollected", message)
        case prefix if not admits(ranges, prefix.prefix):
            what = f"{pool.name} takes them from prefix {prefix_id.name}, {prefix.prefix}, which is not in the list"
            return _tagged(cluster, tags) if tags else what
        case _:
            return None


def _tagged(cluster: ManagedCluster, tags: list[str]) -> Gap:
    message = f"what service tag {', '.join(tags)} in authorizedIPRanges holds does not stand in ARM"
    return Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message)


def _finding(cluster: ManagedCluster, locked_out: list[tuple[NodePool, str]]) -> Finding:
    return Finding(
        cluster.id,
        f"{cluster.name} has authorized ranges and nodes with public addresses: "
        f"{'; '.join(what for _, what in locked_out)}",
        (
            Evidence(cluster.id, RANGES, cluster.api_server.authorized_ip_ranges),
            *(
                Evidence(
                    cluster.id,
                    f"properties.agentPoolProfiles[{pool.name}].nodePublicIPPrefixID",
                    pool.node_public_ip_prefix_id.text if pool.node_public_ip_prefix_id else None,
                )
                for pool, _ in locked_out
            ),
        ),
        cluster_id=cluster.id,
        affected=tuple(cluster.id.child("agentPools", pool.name) for pool, _ in locked_out),
    )
