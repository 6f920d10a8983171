from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...analysis.api_server import RANGES, AuthorizedRange, Exposure, admits, authorized_ranges, exposure_of
from ...analysis.egress_path import OUTBOUND_TYPE, EgressKind, EgressPath, egress_of
from ...analysis.nodes import pools_gap
from ...analysis.public_addresses import one_or_prefix
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS
from ...model import ManagedCluster, Network, NodePool
from ...model.arm import IpNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class _LockedOut:
    """Pools that leave by addresses which the list does not admit."""

    pools: tuple[NodePool, ...]
    path: EgressPath
    addresses: tuple[IpNetwork, ...]
    of: int
    """How many addresses and prefixes the way out has in all."""

    @property
    def words(self) -> str:
        names, by = ", ".join(pool.name for pool in self.pools), self.path.words
        addresses = ", ".join(map(one_or_prefix, self.addresses))
        part = "" if len(self.addresses) == self.of else f" ({len(self.addresses)} of {self.of})"
        return f"{names} by {by}, {addresses}{part}"


@rule(
    title="The authorized ranges lock the cluster's own nodes out",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges",
    more_sources=(
        "https://learn.microsoft.com/azure/aks/limit-egress-traffic",
        "https://github.com/MicrosoftDocs/azure-docs/issues/97437",
        "https://github.com/MicrosoftDocs/azure-docs/issues/111834",
    ),
    covers=("API-04",),
    disrupts="nothing",
)
def egress_address_not_authorized(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with authorized ranges whose nodes leave by a NAT gateway or a firewall with a public address that the
    ranges don't hold. Where nodes leave by the load balancer, AKS adds the address itself; VNet-integrated and private
    clusters don't ask. What an appliance or an on-premises gateway leaves by is taken from `expected_egress` of the
    configuration, else it can't be told. Medium for a NAT gateway that AKS manages. Not verified: whether AKS adds its
    address by itself; Azure's page speaks of the load balancer alone.

    ## Why it matters
    Nodes call the public API server from that address. They go NotReady; new ones end with
    `VMExtensionError_K8SAPIServerConnFail` (exit code 51), in an upgrade too. With several addresses it happens now and
    then, since each connection takes any of them.

    ## How to fix it
    Add every address, or the prefix, to the list; it replaces the old one, so give it whole.

    ```azurecli
    az network public-ip show --resource-group RG --name NAT_IP --query ipAddress --output tsv
    az aks update --resource-group RG --name CLUSTER \\
      --api-server-authorized-ip-ranges 198.51.100.0/24,EGRESS_IP/32
    ```

    ```bicep
    apiServerAccessProfile: {
      authorizedIPRanges: ['198.51.100.0/24', '${natIp.properties.ipAddress}/32']
    }
    ```

    ```terraform
    api_server_access_profile {
      authorized_ip_ranges = ["198.51.100.0/24", "${azurerm_public_ip.nat.ip_address}/32"]
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
    ranges, gaps = authorized_ranges(cluster), [pools_gap(cluster)]
    locked_out: list[_LockedOut] = []
    for path, pools in _by_path(network, cluster).items():
        answer = _of_path(network, ranges, path, pools)
        if isinstance(answer, Gap):
            gaps.append(answer)
        elif answer:
            locked_out.append(answer)
    tags = [item.text for item in ranges if item.is_tag]
    if locked_out and tags:
        message = f"what service tag {', '.join(tags)} in authorizedIPRanges holds does not stand in ARM"
        gaps.append(Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message))
    elif locked_out:
        yield _finding(cluster, locked_out)
    yield from (unknown(cluster.id, gap) for gap in dict.fromkeys(gaps) if gap)


def _by_path(network: Network, cluster: ManagedCluster) -> dict[EgressPath, tuple[NodePool, ...]]:
    """The ways out through other things than the load balancer, each once, and the pools that take them."""
    pools: dict[EgressPath, tuple[NodePool, ...]] = {}
    seen: dict[tuple[object, ...], EgressPath] = {}
    for pool in cluster.node_pools:
        path = egress_of(network, cluster, pool)
        first = seen.setdefault((path.kind, path.via, path.addresses, path.gap), path)
        pools[first] = (*pools.get(first, ()), pool)
    return pools


def _of_path(
    network: Network, ranges: tuple[AuthorizedRange, ...], path: EgressPath, pools: tuple[NodePool, ...]
) -> _LockedOut | Gap | None:
    """Who is locked out on a way out; None: nobody, or nobody whom this rule is about."""
    if path.kind is EgressKind.UNKNOWN:
        return path.gap
    if path.kind not in (EgressKind.NAT_GATEWAY, EgressKind.APPLIANCE, EgressKind.NETWORK_GATEWAY):
        return None
    gap, known = path.addresses.gap, path.addresses.known
    if gap and not known and network.settings.expected_egress:
        gap, known = None, network.settings.expected_egress
    outside = tuple(address for address in known if not admits(ranges, address))
    if outside:
        return _LockedOut(pools=pools, path=path, addresses=outside, of=len(known))
    return gap


def _finding(cluster: ManagedCluster, locked_out: list[_LockedOut]) -> Finding:
    managed = cluster.outbound_type.lower().startswith("managednatgateway")
    evidence = dict.fromkeys(item for each in locked_out for item in each.path.evidence)
    return Finding(
        cluster.id,
        f"{cluster.name}: its authorized ranges do not admit its own nodes: "
        f"{'; '.join(item.words for item in locked_out)} (VMExtensionError_K8SAPIServerConnFail)",
        (
            Evidence(cluster.id, RANGES, cluster.api_server.authorized_ip_ranges),
            Evidence(cluster.id, OUTBOUND_TYPE, cluster.outbound_type),
            *evidence,
        ),
        cluster_id=cluster.id,
        affected=tuple(cluster.id.child("agentPools", pool.name) for item in locked_out for pool in item.pools),
        severity=Severity.MEDIUM if managed else None,
    )
