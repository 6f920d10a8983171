from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.api_server import RANGES, AuthorizedRange, authorized_ranges, exposure_of, public_addresses
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...model import ManagedCluster, Network

MOST_ADDRESSES: Final = 1 << 24
"""So many IPv4 addresses, a /8, may be admitted together. Our own choice: Azure draws no line."""

SHORTEST_IPV6: Final = 20
"""A shorter IPv6 range than this is more than one provider has. Our own choice."""


@rule(
    title="Authorized ranges that let in next to everybody",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges",
    more_sources=("https://learn.microsoft.com/azure/aks/api-server-service-tags",),
    covers=("API-02",),
    disrupts="nothing",
)
def authorized_range_too_wide(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A public API server whose authorized ranges hold 0.0.0.0/0 or ::/0 (high), or that together admit more than a /8 of
    the internet, an IPv6 range shorter than /20, or a service tag `AzureCloud` or `Internet` (medium). Private ranges
    don't count: nobody arrives from them. 0.0.0.0/32 is not wide: it admits the cluster's own address alone.

    ## Why it matters
    The list looks like a filter and is none: reviews and other tools that only ask whether it is empty pass it. With
    `AzureCloud` every virtual machine that anybody rents in Azure is let in.

    ## How to fix it
    Write down the ranges that are really used, the longest prefixes that hold them, and take out the wide ones.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER \\
      --api-server-authorized-ip-ranges 198.51.100.0/24
    ```

    ```bicep
    apiServerAccessProfile: {
      authorizedIPRanges: ['198.51.100.0/24']
    }
    ```

    ```terraform
    api_server_access_profile {
      authorized_ip_ranges = ["198.51.100.0/24"]
    }
    ```
    """
    for cluster in network.clusters:
        if not cluster.gap and not cluster.api_server.authorized_ip_ranges:
            continue
        match exposure_of(cluster):
            case Gap() as gap:
                yield unknown(cluster.id, gap)
            case exposure if exposure.is_public:
                yield from _judge(cluster, authorized_ranges(cluster))


def _judge(cluster: ManagedCluster, ranges: tuple[AuthorizedRange, ...]) -> Iterator[Finding]:
    everybody = [item.text for item in ranges if item.prefix is not None and item.prefix.prefixlen == 0]
    wide = [item.text for item in ranges if _is_wide(item)]
    addresses = public_addresses(ranges)
    if everybody:
        yield _finding(cluster, f"{', '.join(everybody)} lets in everybody", None)
    elif wide:
        yield _finding(cluster, f"{', '.join(wide)} is very wide", Severity.MEDIUM)
    elif addresses > MOST_ADDRESSES:
        what = f"they let in {addresses:,} addresses together, more than a /8 ({MOST_ADDRESSES:,})"
        yield _finding(cluster, what, Severity.MEDIUM)


def _is_wide(item: AuthorizedRange) -> bool:
    if item.is_tag:
        return item.text.lower().partition(".")[0] in ("azurecloud", "internet")
    return item.prefix is not None and item.prefix.version == 6 and item.prefix.prefixlen < SHORTEST_IPV6


def _finding(cluster: ManagedCluster, what: str, severity: Severity | None) -> Finding:
    return Finding(
        cluster.id,
        f"{cluster.name}, authorized ranges: {what}",
        (Evidence(cluster.id, RANGES, cluster.api_server.authorized_ip_ranges),),
        cluster_id=cluster.id,
        severity=severity,
    )
