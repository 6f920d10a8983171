"""What is really free in a subnet, and what the next node takes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...analysis.addresses import show
from ...capacity.limit import Draw
from ...capacity.subnets import SubnetCapacity, node_subnet_capacities
from ...findings import Evidence, Unknown, unknown
from ...inventory.resource_id import ResourceId
from ...model import Network
from .evidence import unread_node_subnets


@dataclass(frozen=True, slots=True, kw_only=True)
class NextNode:
    """The next node that takes most of a subnet."""

    demand: Draw
    wanted: int
    free: int

    @property
    def fits(self) -> bool:
        return self.wanted <= self.free


def next_node(capacity: SubnetCapacity) -> NextNode | None:
    """The node that takes most, of those that an upgrade or the autoscaler may add.

    None where nothing adds a node, and where the free addresses or what a node takes are not known.
    """
    free = capacity.free
    growing = [(demand.each, demand) for demand in capacity.demands if demand.each is not None and _may_grow(demand)]
    if free is None or not growing:
        return None
    wanted, demand = max(growing, key=lambda pair: pair[0])
    return NextNode(demand=demand, wanted=wanted, free=max(0, free))


def _may_grow(demand: Draw) -> bool:
    nodes = demand.nodes
    return nodes is not None and (nodes.surge > 0 or nodes.maximum > nodes.now)


def use_evidence(capacity: SubnetCapacity) -> tuple[Evidence, ...]:
    """The subnet's prefixes, and how many addresses are in use according to whom."""
    subnet = capacity.subnet
    if capacity.used_source == "usages":
        in_use = Evidence(
            ResourceId.of(f"{subnet.virtual_network_id}/usages"), f"value[{subnet.id.name}].currentValue", capacity.used
        )
    else:
        in_use = Evidence(subnet.id, "length(properties.ipConfigurations)", capacity.used)
    prefixes = Evidence(subnet.id, "properties.addressPrefixes", tuple(map(str, subnet.prefixes)))
    return prefixes, in_use


def use_in_figures(capacity: SubnetCapacity) -> str:
    """`54 free = 251 usable in 10.1.0.0/24 - 197 in use (usages)`."""
    room = f"{capacity.usable} usable in {show(capacity.subnet.prefixes)}"
    return f"{capacity.free} free = {room} - {capacity.used} in use ({capacity.used_source})"


def measured_subnets(network: Network) -> Iterator[SubnetCapacity | Unknown]:
    """The node subnets whose use is known, and an Unknown for each where somebody could have told.

    A subnet of which ARM shows no use at all, a delegated one, is neither: its use is null in the report.
    """
    yield from unread_node_subnets(network)
    for capacity in node_subnet_capacities(network):
        if capacity.usable is None and capacity.gap:
            yield unknown(capacity.subnet.id, capacity.gap)
        elif capacity.used_gap:
            yield unknown(capacity.subnet.id, capacity.used_gap)
        elif capacity.used is not None:
            yield capacity
