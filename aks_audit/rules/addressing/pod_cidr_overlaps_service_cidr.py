from __future__ import annotations

from collections.abc import Iterator

from ...analysis.addresses import overlapping
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import Network


@rule(
    title="Pod CIDR and service CIDR overlap",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay",
)
def pod_cidr_overlaps_service_cidr(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose pod CIDR and service CIDR share addresses, in either address family.

    ## Why it matters
    A packet to an address in both ranges is translated as a service on the node before it is ever routed to the
    pod that has the address. Those pods answer now and then, depending on which services exist.

    ## How to fix it
    Neither range can be changed on a running cluster, except that overlay's pod CIDR can grow. Build a new cluster
    with ranges that do not overlap and move the workloads.
    """
    for cluster in network.clusters:
        pairs = overlapping(cluster.pod_cidrs, cluster.service_cidrs)
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        elif pairs:
            pod, service = pairs[0]
            path = "properties.networkProfile"
            yield Finding(
                cluster.id,
                f"{cluster.name}: pod CIDR {pod} overlaps service CIDR {service}",
                (
                    Evidence(cluster.id, f"{path}.podCidrs", tuple(map(str, cluster.pod_cidrs))),
                    Evidence(cluster.id, f"{path}.serviceCidrs", tuple(map(str, cluster.service_cidrs))),
                ),
                cluster_id=cluster.id,
            )
