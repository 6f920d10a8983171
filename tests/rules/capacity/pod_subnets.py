"""Estates with a pod subnet."""

from collections.abc import Sequence

from tests.estate import Estate, Model, Pool, subnet


def a_pod_subnet_estate(
    *pools: Pool,
    model: Model = "cni-pod-subnet-dynamic",
    prefix: str | Sequence[str] = "10.1.16.0/24",
    clusters: int = 1,
) -> Estate:
    """Clusters that share a node subnet and a pod subnet, `pods`."""
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/22", "pods": prefix})
    for number in range(1, clusters + 1):
        estate.cluster(
            f"aks{number}", model, subnet=subnet(vnet, "nodes"), pod_subnet=subnet(vnet, "pods"), pools=list(pools)
        )
    return estate
