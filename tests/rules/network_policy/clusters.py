"""A cluster with a network profile of one's own words."""

from __future__ import annotations

from typing import Any

from tests.estate import Estate, Json, Model, Pool, subnet

PROFILE = "properties.networkProfile"


def an_estate(*pools: Pool, model: Model = "cni-overlay", **profile: Any) -> tuple[Estate, Json]:
    """An estate with the cluster `aks1`; `profile` goes into its network profile, None takes a field out."""
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/16"})
    cluster = estate.cluster("aks1", model, subnet=subnet(vnet, "nodes"), pools=pools or None)
    network = cluster["properties"]["networkProfile"]
    for key, value in profile.items():
        if value is None:
            network.pop(key, None)
        else:
            network[key] = value
    return estate, cluster


def windows(name: str = "win", sku: str | None = "Windows2022") -> Pool:
    return Pool(name=name, os_type="Windows", mode="User", extra={"osSKU": sku})


def hide(cluster: Json) -> None:
    """Make a value of the profile one that does not parse."""
    cluster["properties"]["networkProfile"]["networkPolicy"] = ["none"]
