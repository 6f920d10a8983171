from __future__ import annotations

from collections.abc import Iterator

from ...analysis.api_server import RANGES, Exposure, authorized_ranges, exposure_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...model import Network


@rule(
    title="Authorized ranges of private addresses on a public API server",
    severity=Severity.LOW,
    source="https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges",
    covers=("API-02",),
    disrupts="nothing",
)
def authorized_range_without_effect(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Ranges such as 10.0.0.0/8 in the authorized ranges of a public API server: RFC 1918, RFC 6598, link-local and
    unique local addresses. With VNet integration nothing is said: the API server has a private address there.

    ## Why it matters
    Nobody arrives at a public endpoint from a private address, so the entry lets in nobody. Who wrote it down, for
    the nodes or for an office behind a VPN, is locked out and does not know why. Azure's pages disagree: a page on
    troubleshooting advises to add the node subnet, which has no effect on a public endpoint.

    ## How to fix it
    Write the public address by which those people or machines leave, or make the cluster private.

    ```azurecli
    curl --silent https://api.ipify.org   # from there: the address that Azure sees
    az aks update --resource-group RG --name CLUSTER \\
      --api-server-authorized-ip-ranges 198.51.100.7/32
    ```

    ```bicep
    apiServerAccessProfile: {
      authorizedIPRanges: ['198.51.100.7/32']
    }
    ```

    ```terraform
    api_server_access_profile {
      authorized_ip_ranges = ["198.51.100.7/32"]
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
                ranges = authorized_ranges(cluster)
                useless = [item.text for item in ranges if item.is_useless]
                if useless:
                    nobody = ", and nothing else is in the list" if len(useless) == len(ranges) else ""
                    yield Finding(
                        cluster.id,
                        f"{cluster.name}: nobody reaches its public API server from {', '.join(useless)}{nobody}",
                        (Evidence(cluster.id, RANGES, tuple(useless)),),
                        cluster_id=cluster.id,
                    )
