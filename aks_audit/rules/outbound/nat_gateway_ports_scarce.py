from __future__ import annotations

from collections.abc import Iterator

from ...analysis.egress_path import EgressKind, EgressPath, egress_of
from ...analysis.egress_subnets import pool_id
from ...analysis.nodes import unlisted_pools
from ...analysis.outbound_type import outbound_type_of
from ...capacity.horizons import pool_nodes, sum_up
from ...capacity.outbound_ports import NAT_GATEWAY_PORTS_PER_ADDRESS
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...inventory.types import MANAGED_CLUSTERS, NAT_GATEWAYS
from ...model import ManagedCluster, Network, NodePool
from .ports import gateway_addresses

Leaver = tuple[ManagedCluster, NodePool]


@rule(
    title="A NAT gateway has few ports for the nodes behind it",
    severity=Severity.LOW,
    source="https://learn.microsoft.com/azure/nat-gateway/nat-gateway-snat",
    more_sources=("https://learn.microsoft.com/azure/aks/nat-gateway",),
    covers=("LBS-12", "LBS-14"),
    disrupts="nothing",
)
def nat_gateway_ports_scarce(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A NAT gateway whose addresses, 64,512 ports each, make less than 1,024 ports for each of the nodes behind it, all
    clusters together, with every pool at the autoscaler's maximum and its surge. The figure is the threshold
    `nat_ports_per_node`.

    ## Why it matters
    A NAT gateway hands ports out on demand, to any node: nothing is refused and most clusters never notice. When all
    nodes draw at once towards the same destination, connections beyond the ports fail with time-outs, and the metric
    `SNATConnectionCount` shows failed ones. Where the addresses come from a small prefix, there is no more to add.

    ## How to fix it
    Add addresses, up to 16. New ones are used at once; running connections stay. Allow-lists need the new addresses.

    ```azurecli
    az network nat gateway update --resource-group RG --name NATGATEWAY --public-ip-addresses IP_1 IP_2
    # a managed gateway:
    az aks update --resource-group RG --name CLUSTER --nat-gateway-managed-outbound-ip-count 2
    ```

    ```bicep
    resource natGateway 'Microsoft.Network/natGateways@2024-05-01' = {
      sku: { name: 'Standard' }
      properties: {
        publicIpPrefixes: [{ id: prefix.id }] // /28: 16 addresses
      }
    }
    ```

    ```terraform
    resource "azurerm_nat_gateway_public_ip_prefix_association" "egress" {
      nat_gateway_id      = azurerm_nat_gateway.egress.id
      public_ip_prefix_id = azurerm_public_ip_prefix.egress.id
    }
    ```
    """
    yield from unlisted_pools(network)
    judged = {cluster.id for cluster in network.clusters}
    gateways: dict[ResourceId, tuple[EgressPath, list[Leaver]]] = {}
    unread: dict[ResourceId, Gap] = {}
    for cluster in network.all_clusters:
        for pool in cluster.node_pools:
            path = egress_of(network, cluster, pool)
            if path.kind is EgressKind.NAT_GATEWAY and path.via:
                gateways.setdefault(path.via, (path, []))[1].append((cluster, pool))
                continue
            asked = outbound_type_of(cluster).is_nat or (path.gap and path.gap.resource_type == NAT_GATEWAYS)
            if path.gap and asked and cluster.id in judged:
                unread.setdefault(path.subnet_id or cluster.id, path.gap)
    for place, gap in unread.items():
        yield unknown(place, gap)
    for path, leavers in gateways.values():
        if any(cluster.id in judged for cluster, _ in leavers):
            yield from _judge(network, path, leavers)


def _judge(network: Network, path: EgressPath, leavers: list[Leaver]) -> Iterator[Finding | Unknown]:
    gateway_id, addresses = path.via or leavers[0][0].id, path.addresses.count()
    uncounted = next(((cluster, pool) for cluster, pool in leavers if pool_nodes(pool) is None), None)
    if path.addresses.gap:
        yield unknown(gateway_id, path.addresses.gap)
        return
    if uncounted:
        cluster, pool = uncounted
        message = f"the count of pool {pool.name} is not known"
        yield unknown(gateway_id, Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message))
        return
    nodes = sum_up([(pool_nodes(pool), 1) for _, pool in leavers]).worst
    wanted = network.settings.thresholds.nat_ports_per_node
    ports = addresses * NAT_GATEWAY_PORTS_PER_ADDRESS
    if not nodes or ports >= nodes * wanted:
        return
    more = -(-nodes * wanted // NAT_GATEWAY_PORTS_PER_ADDRESS)
    yield Finding(
        gateway_id,
        f"NAT gateway {gateway_id.name} has {ports // nodes} ports for each of {nodes} nodes at their maximum; "
        f"{wanted} each take {more} addresses instead of {addresses}",
        (
            *path.evidence,
            *gateway_addresses(gateway_id, path.addresses.ids),
        ),
        cluster_id=leavers[0][0].id if len({cluster.id for cluster, _ in leavers}) == 1 else None,
        affected=tuple(pool_id(cluster, pool) for cluster, pool in leavers),
        arithmetic=f"{addresses} x {NAT_GATEWAY_PORTS_PER_ADDRESS} / {nodes} = {ports // nodes} ports a node",
    )
