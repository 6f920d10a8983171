from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...analysis.egress_path import HUB_ADDRESSES, EgressKind, EgressPath, egress_of, pod_egress_of
from ...analysis.egress_subnets import pool_id
from ...analysis.nodes import unlisted_pools
from ...analysis.public_addresses import is_prefix, one_or_prefix, public_addresses
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...inventory.types import VIRTUAL_NETWORK_GATEWAYS
from ...model import ManagedCluster, Network, NodePool
from ...model.arm import IpNetwork


@dataclass(slots=True)
class _Way:
    """One way out and who takes it."""

    path: EgressPath
    pools: dict[ResourceId, str] = field(default_factory=dict)
    clusters: dict[ResourceId, None] = field(default_factory=dict)


@rule(
    title="A cluster leaves by an address that nobody expects",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/egress-outboundtype",
    more_sources=("https://learn.microsoft.com/azure/aks/limit-egress-traffic",),
    disrupts="connections are reset",
)
def egress_address_unexpected(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A pool, or its pods, that leave by a public address outside of `expected_egress` in the configuration. Without that
    setting the rule looks at nothing. What leaves by default outbound access counts as outside: Azure chooses that
    address. Addresses behind an appliance or a gateway that ARM does not show are unknown, never fine.

    ## Why it matters
    Partners, databases and the API server's authorized ranges let the expected addresses in. A cluster that leaves by
    another one is refused there: time-outs, and nodes that turn NotReady where the API server is among them.

    ## How to fix it
    Look at what `aks-audit topology` says of the pool's way out, and lead it to the expected address; or add the
    address to `expected_egress` and to the allow-lists if it is meant.

    ```azurecli
    az network vnet subnet update --resource-group RG --vnet-name VNET --name SUBNET --nat-gateway NATGATEWAY_ID
    # or the load balancer's own address:
    az aks update --resource-group RG --name CLUSTER --load-balancer-outbound-ips EXPECTED_PUBLIC_IP_ID
    ```

    ```bicep
    resource natGateway 'Microsoft.Network/natGateways@2024-05-01' = {
      sku: { name: 'Standard' }
      properties: {
        publicIpAddresses: [{ id: expectedPublicIp.id }]
      }
    }
    ```

    ```terraform
    resource "azurerm_nat_gateway_public_ip_association" "expected" {
      nat_gateway_id       = azurerm_nat_gateway.egress.id
      public_ip_address_id = azurerm_public_ip.expected.id
    }
    ```
    """
    expected = network.settings.expected_egress
    if not expected:
        return
    yield from unlisted_pools(network)
    ways: dict[ResourceId, _Way] = {}
    unread: dict[ResourceId, Gap] = {}
    for cluster in network.clusters:
        for pool in cluster.node_pools:
            for path in filter(None, (egress_of(network, cluster, pool), pod_egress_of(network, cluster, pool))):
                _sort(cluster, pool, path, ways, unread)
    for place, gap in unread.items():
        yield unknown(place, gap)
    for place, way in ways.items():
        outside = [prefix for prefix in way.path.addresses.known if not _is_within(prefix, expected)]
        if outside or way.path.kind is EgressKind.DEFAULT_ACCESS:
            yield _finding(network, place, way, outside)


def _sort(
    cluster: ManagedCluster,
    pool: NodePool,
    path: EgressPath,
    ways: dict[ResourceId, _Way],
    unread: dict[ResourceId, Gap],
) -> None:
    if path.kind is EgressKind.NONE:
        return  # nothing leaves
    place = path.via or path.subnet_id or cluster.id
    way = ways.setdefault(place, _Way(path))
    way.pools[pool_id(cluster, pool)] = f"{cluster.name}/{pool.name}"
    way.clusters.setdefault(cluster.id)
    gap = path.gap or (None if path.kind is EgressKind.DEFAULT_ACCESS else path.addresses.gap)
    if gap:
        unread.setdefault(place, gap)
    elif path.may_be_learned and path.subnet_id:
        message = "a gateway may advertise a default route, which ARM does not show"
        learned = Gap(VIRTUAL_NETWORK_GATEWAYS, path.subnet_id.text, None, "NotCollected", message)
        unread.setdefault(path.subnet_id, learned)


def _is_within(prefix: IpNetwork, expected: tuple[IpNetwork, ...]) -> bool:
    return any(
        prefix.version == other.version and prefix.subnet_of(other)  # type: ignore[arg-type]
        for other in expected
    )


def _finding(network: Network, place: ResourceId, way: _Way, outside: list[IpNetwork]) -> Finding:
    path = way.path
    by = ", ".join(one_or_prefix(prefix) for prefix in outside) or "an address of Azure's choosing"
    pools = list(way.pools.values())
    return Finding(
        place,
        f"{', '.join(pools)} {'leaves' if len(pools) == 1 else 'leave'} by {by} ({path.words}), outside of the "
        f"expected {', '.join(one_or_prefix(prefix) for prefix in network.settings.expected_egress)}: {path.because}",
        (*path.evidence, *_where_they_stand(network, path, outside)),
        cluster_id=next(iter(way.clusters)) if len(way.clusters) == 1 else None,
        affected=tuple(way.pools),
    )


def _where_they_stand(network: Network, path: EgressPath, outside: list[IpNetwork]) -> Iterator[Evidence]:
    own = dict.fromkeys(outside)
    for item in path.addresses.ids:
        for prefix in public_addresses(network, (item,)).known:
            if prefix in own:
                del own[prefix]
                words = "properties.ipPrefix" if is_prefix(item) else "properties.ipAddress"
                yield Evidence(item, words, one_or_prefix(prefix))
    if own and path.via:  # those of a firewall in a hub, which are no resources of their own
        yield Evidence(path.via, HUB_ADDRESSES, tuple(map(one_or_prefix, own)))
