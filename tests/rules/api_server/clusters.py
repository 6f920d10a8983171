"""A cluster in a virtual network of one's own, and the profile that says who reaches its API server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.estate import Estate, Json, Pool, subnet


def an_estate(*pools: Pool, **cluster: Any) -> tuple[Estate, Json]:
    """An estate with the cluster `aks1`, its nodes in the subnet `nodes`, room for an API server in `apiserver`."""
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24", "apiserver": "10.1.1.0/27"})
    if cluster.pop("integrated", False):
        cluster["api_server_subnet"] = subnet(vnet, "apiserver")
    return estate, estate.cluster("aks1", subnet=subnet(vnet, "nodes"), pools=pools or None, **cluster)


def with_ranges(*ranges: str, **cluster: Any) -> tuple[Estate, Json]:
    return an_estate(authorized_ip_ranges=ranges, **cluster)


def access_of(cluster: Json) -> Json:
    found: Json = cluster["properties"].setdefault("apiServerAccessProfile", {})
    return found


def hide(cluster: Json) -> None:
    """Make a value of the cluster's access profile one that does not parse."""
    access_of(cluster)["authorizedIPRanges"] = {"not": "a list"}


def texts(count: int) -> Sequence[str]:
    """So many ranges, none next to another."""
    return [f"20.{number // 128}.{number % 128 * 2}.0/24" for number in range(count)]
