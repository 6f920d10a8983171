"""The estates that are measured, written by `python -m benchmarks.estates KIND PATH SIZE`.

In a process of its own: Linux counts what a parent holds towards the peak memory of the children it starts.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from tests.estate import Estate, Pool, grow, subnet, subscription_id, write_inventory
from tests.fleet import write_fleet

from . import measure

MAX_PODS: Final = 249
"""With the node's own, 250 addresses a NIC."""


def written(kind: str, path: Path, size: int) -> Path:
    """Have an estate written; returns its path."""
    measure.run([measure.PYTHON, "-m", "benchmarks.estates", kind, str(path), str(size)], expect=[0])
    return path


def write_clusters(path: Path, clusters: int) -> None:
    """Clusters that have nothing to do with each other, 3 pools x 10 nodes, models mixed."""
    subscriptions = min(clusters, 20)
    ids = [subscription_id(1 + number) for number in range(subscriptions)]
    write_inventory(path, grow(clusters=clusters, subscriptions=subscriptions), ids)


def write_nic_page(folder: Path, nodes: int) -> None:
    """A cluster of Azure CNI: its NICs as one page of ARM's, the rest as an inventory."""
    folder.mkdir()
    estate = Estate()
    vnet = estate.virtual_network(prefixes="10.0.0.0/12", subnets={"nodes": "10.0.0.0/13"})
    pool = Pool(count=nodes, max_pods=MAX_PODS)
    cluster = estate.cluster(model="cni-node-subnet", subnet=subnet(vnet, "nodes"), pools=[pool])
    nics = estate.nics(cluster)
    (folder / "page.json").write_bytes(msgspec.json.encode({"value": nics}))
    listed = {id(nic) for nic in nics}
    estate.resources = [resource for resource in estate.resources if id(resource) not in listed]
    estate.write(folder / "rest.jsonl")


def _write_fleet(path: Path, clusters: int) -> None:
    write_fleet(path, clusters)


Write = Callable[[Path, int], None]
KINDS: Final[dict[str, Write]] = {"clusters": write_clusters, "fleet": _write_fleet, "nic-page": write_nic_page}

if __name__ == "__main__":
    KINDS[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
