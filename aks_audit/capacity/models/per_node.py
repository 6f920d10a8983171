"""The common shape."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PerNode:
    """What one node takes of each thing that can run out. None: not known, because a value is not."""

    subnet_addresses: int | None = 1
    """Of the node subnet: its own address, and with Azure CNI node subnet one for every pod it may run."""
    nic_addresses: int | None = 1
    """On its first NIC; Azure's limit is 256."""
    pod_batches: int = 0
    """Of the pod subnet, in batches of sixteen, at least: what a node takes as soon as it starts."""
    pod_batches_when_full: int | None = 0
    """The same with maxPods pods on it."""
    pod_blocks: int | None = 0
    """Of the pod subnet, in /28 blocks."""
    pod_ranges: int = 0
    """Of the pod CIDR, in ranges of one node (a /24)."""
    routes: int = 0
    """Of the route table."""
