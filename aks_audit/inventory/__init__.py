"""The Inventory: ARM resources as ARM words them, and what was asked for and not obtained.

`Record` is what flows: a `Header` (first, where there is one), `Resource`s and `Gap`s.
"""

from .read import read_inventory
from .records import Complete, Gap, Header, Resource, Source
from .resource_id import ResourceId
from .write import InventoryWriter

__all__ = [
    "Complete",
    "Gap",
    "Header",
    "InventoryWriter",
    "Resource",
    "ResourceId",
    "Source",
    "read_inventory",
]
