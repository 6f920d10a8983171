from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.api_server import RANGES, AuthorizedRange, Exposure, authorized_ranges, exposure_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...model import ManagedCluster, Network

MOST_RANGES: Final = 200
MOST_RANGES_INTEGRATED: Final = 2000
"""With API server VNet integration.

Source: https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges
"""


@rule(
    title="Authorized ranges that Azure does not take as they are written",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges",
    more_sources=("https://learn.microsoft.com/azure/aks/api-server-service-tags",),
    covers=("API-03",),
    disrupts="nothing",
)
def authorized_ranges_malformed(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Entries that are no range and no service tag, ranges that don't start with their network address (10.0.0.1/24), and
    more than 200 entries, 2,000 with API server VNet integration. Medium: more than one service tag, or a service
    tag with VNet integration, on which a list of tags alone was not enforced until July 2026.

    ## Why it matters
    The next write of the cluster is refused, an upgrade included, or an entry does not admit whom it should. Not
    verified: whether Azure drops the host bits of an entry that it stored earlier.

    ## How to fix it
    Write each range with its first address, merge neighbours, and give the whole list again: it replaces the old one.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER \\
      --api-server-authorized-ip-ranges 198.51.100.0/24,203.0.113.0/25
    ```

    ```bicep
    apiServerAccessProfile: {
      authorizedIPRanges: ['198.51.100.0/24', '203.0.113.0/25']
    }
    ```

    ```terraform
    api_server_access_profile {
      authorized_ip_ranges = ["198.51.100.0/24", "203.0.113.0/25"]
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
                yield from _judge(cluster, exposure, authorized_ranges(cluster))


def _judge(cluster: ManagedCluster, exposure: Exposure, ranges: tuple[AuthorizedRange, ...]) -> Iterator[Finding]:
    most = MOST_RANGES_INTEGRATED if exposure.is_integrated else MOST_RANGES
    neither = [item.text for item in ranges if item.prefix is None and not item.is_tag]
    bits = [
        f"{item.text} (it starts at {item.prefix.network_address})"
        for item in ranges
        if item.prefix and item.has_host_bits
    ]
    tags = [item.text for item in ranges if item.is_tag]
    wrong = [f"{text} is no range" for text in neither] + [f"{text} has host bits" for text in bits]
    if len(ranges) > most:
        wrong.append(f"there are {len(ranges)} of at most {most}")
    odd = [f"{len(tags)} service tags of at most 1: {', '.join(tags)}"] if len(tags) > 1 else []
    if tags and exposure.is_integrated:
        odd.append(f"service tag {tags[0]} does not go with VNet integration")
    if wrong or odd:
        yield Finding(
            cluster.id,
            f"{cluster.name}, authorized ranges: {'; '.join(wrong + odd)}",
            (Evidence(cluster.id, RANGES, cluster.api_server.authorized_ip_ranges),),
            cluster_id=cluster.id,
            severity=None if wrong else Severity.MEDIUM,
        )
