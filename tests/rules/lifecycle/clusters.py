"""One cluster whose properties a test may change."""

from __future__ import annotations

from typing import Any

from tests.estate import Estate, Json, Model, Pool, subnet


def an_estate(*pools: Pool, model: Model = "cni-overlay", **properties: Any) -> tuple[Estate, Json]:
    """An estate with the cluster `aks1`; `properties` go into its properties, None takes one out."""
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/20"})
    cluster = estate.cluster("aks1", model, subnet=subnet(vnet, "nodes"), pools=pools or None)
    for key, value in properties.items():
        if value is None:
            cluster["properties"].pop(key, None)
        else:
            cluster["properties"][key] = value
    return estate, cluster


def hide(cluster: Json) -> None:
    """Make a value of the cluster one that does not parse."""
    cluster["properties"]["networkProfile"]["networkPolicy"] = ["none"]
