"""A fleet: thousands of clusters in spokes around hubs, which share subnets, firewalls and address space.

Unlike `estate.grow`, whose clusters have nothing to do with each other, this gives the checks that look at many
clusters at once something to do. Same sizes and seed, same fleet; one subscription is in memory at a time.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from .estate import Estate, Json, Model, Pool, subnet, subscription_id, write_inventory

CLUSTERS_PER_SUBSCRIPTION: Final = 5
SUBSCRIPTIONS_PER_HUB: Final = 100
"""Each of them a spoke with a /16 of its own; around the next hub the ranges begin anew."""
FIREWALL: Final = "10.200.1.4"
_FIFTH: Final[tuple[Model, ...]] = ("cni-pod-subnet-dynamic", "cni-pod-subnet-static")


def fleet(clusters: int, *, pools: int = 3, nodes: int = 10, seed: int = 1) -> Iterator[Json]:
    """The resources of so many clusters, `pools` x `nodes` nodes each, five to a subscription.

    In each subscription two clusters of Azure CNI with a node subnet share a subnet, which is too small for both in
    every fourth; one is kubenet, one overlay (in every third behind the hub's firewall), one has a subnet for pods.
    One kubenet cluster in ten has lost a route.
    """
    chance = random.Random(seed)
    for first in range(0, subscriptions_of(clusters), SUBSCRIPTIONS_PER_HUB):
        hub_estate, hub = _hub(first)
        for number in range(first, min(first + SUBSCRIPTIONS_PER_HUB, subscriptions_of(clusters))):
            wanted = min(CLUSTERS_PER_SUBSCRIPTION, clusters - number * CLUSTERS_PER_SUBSCRIPTION)
            yield from _spoke(number, hub, chance, clusters=wanted, pools=pools, nodes=nodes).resources
        yield from hub_estate.resources


def subscriptions_of(clusters: int) -> int:
    """How many subscriptions a fleet spreads over."""
    return -(-clusters // CLUSTERS_PER_SUBSCRIPTION)


def write_fleet(path: str | Path, clusters: int, *, pools: int = 3, nodes: int = 10, seed: int = 1) -> Path:
    """Write a fleet as an inventory; about 0.4 MB a cluster."""
    subscriptions = [subscription_id(1 + number) for number in range(subscriptions_of(clusters))]
    return write_inventory(path, fleet(clusters, pools=pools, nodes=nodes, seed=seed), subscriptions)


def _hub(first: int) -> tuple[Estate, Json]:
    """The hub of a hundred subscriptions; it lies in the first of them."""
    estate = Estate(subscription_id(1 + first), resource_group=f"rg-hub-{first}")
    hub = estate.virtual_network(f"vnet-hub-{first}", "10.200.0.0/16", {"AzureFirewallSubnet": "10.200.1.0/26"})
    estate.azure_firewall(hub, f"fw-hub-{first}")
    return estate, hub


def _spoke(number: int, hub: Json, chance: random.Random, *, clusters: int, pools: int, nodes: int) -> Estate:
    estate = Estate(subscription_id(1 + number), resource_group=f"rg-spoke-{number}")
    second = 1 + number % SUBSCRIPTIONS_PER_HUB
    plan = {
        "snet-shared": f"10.{second}.0.0/{21 if number % 4 == 3 else 20}",
        "snet-kubenet": f"10.{second}.16.0/24",
        "snet-overlay": f"10.{second}.17.0/24",
        "snet-nodes": f"10.{second}.18.0/24",
        "snet-pods": f"10.{second}.32.0/19",
    }
    vnet = estate.virtual_network(f"vnet-{number}", f"10.{second}.0.0/16", plan, peer_with=[hub])
    orders: list[tuple[str, Model, str]] = [
        ("billing", "cni-node-subnet", "snet-shared"),
        ("orders", "cni-node-subnet", "snet-shared"),
        ("shop", "kubenet", "snet-kubenet"),
        ("web", "cni-overlay", "snet-overlay"),
        ("data", _FIFTH[number % len(_FIFTH)], "snet-nodes"),
    ]
    for name, model, place in orders[:clusters]:
        behind_firewall = model == "cni-overlay" and number % 3 == 0
        cluster = estate.cluster(
            f"aks-{name}-{number}",
            model,
            subnet=subnet(vnet, place),
            pod_subnet=subnet(vnet, "snet-pods") if "pod-subnet" in model else None,
            pools=[
                Pool(name=f"np{place}", count=nodes, max_pods=30, mode="User" if place > 1 else "System")
                for place in range(1, pools + 1)
            ],
            service_cidr="172.16.0.0/16",
            outbound_type="userDefinedRouting" if behind_firewall else "loadBalancer",
            next_hop=FIREWALL if behind_firewall else None,
        )
        if model == "kubenet" and chance.random() < 0.1:
            routes = estate.route_table_of(cluster)["properties"]["routes"]
            routes.pop(chance.randrange(len(routes)))
    return estate


def main() -> None:
    """Write a fleet: `python -m tests.fleet fleet.jsonl --clusters 1000`."""
    parser = argparse.ArgumentParser(prog="python -m tests.fleet", description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--clusters", type=int, default=1000)
    parser.add_argument("--nodes", type=int, default=10, help="nodes of each of three pools")
    options = parser.parse_args()
    write_fleet(options.file, options.clusters, nodes=options.nodes)


if __name__ == "__main__":
    main()
