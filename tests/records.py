"""Records of an inventory in tests: keeping them, and looking at what was kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import msgspec

from aks_audit.inventory import Gap, Resource

SUBSCRIPTION_ID = "/subscriptions/00000000-0000-0000-0000-000000000001"
GROUP = f"{SUBSCRIPTION_ID}/resourceGroups/rg"
CLUSTER = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/aks1"
VNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet"
TABLE = f"{GROUP}/providers/Microsoft.Network/routeTables/rt"


@dataclass
class Kept:
    """A sink that keeps everything."""

    records: list[Resource | Gap] = field(default_factory=list)

    def add(self, record: Resource | Gap) -> None:
        self.records.append(record)

    @property
    def resources(self) -> list[Resource]:
        return [record for record in self.records if isinstance(record, Resource)]

    @property
    def gaps(self) -> list[Gap]:
        return [record for record in self.records if isinstance(record, Gap)]

    @property
    def ids(self) -> list[str]:
        return [resource.id.text for resource in self.resources]

    @property
    def by_type(self) -> Counter[str]:
        return Counter(resource.type for resource in self.resources)

    @property
    def codes(self) -> list[str]:
        return sorted(gap.code for gap in self.gaps)

    def json(self, resource_id: str) -> Any:
        """The one resource with this id, decoded."""
        [found] = [r for r in self.resources if r.id.key == resource_id.lower()]
        return msgspec.json.decode(found.raw)
