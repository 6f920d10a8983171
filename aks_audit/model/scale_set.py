"""Virtual machine scale sets: the nodes of most pools."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..inventory.records import Gap, Resource
from ..inventory.resource_id import ResourceId
from .arm import ArmStruct, Int, Reading

_POOL_TAGS = ("aks-managed-poolname", "poolname")
_NAME = re.compile(r"aks-(?P<pool>[a-z0-9]+)-\d+-vmss", re.IGNORECASE)
_WINDOWS_NAME = re.compile(r"aks(?P<pool>[a-z0-9]{1,6})", re.IGNORECASE)


class _ScaleSet(ArmStruct):
    class Sku(ArmStruct):
        capacity: Int | None = None

    class Properties(ArmStruct):
        class Profile(ArmStruct):
            class OsProfile(ArmStruct):
                computer_name_prefix: str | None = None

            os_profile: OsProfile | None = None

        virtual_machine_profile: Profile | None = None

    tags: dict[str, str | None] | None = None
    sku: Sku | None = None
    properties: Properties | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleSet:
    """A scale set. Source: Microsoft.Compute/virtualMachineScaleSets."""

    id: ResourceId
    node_pool: str
    """The agent pool it belongs to: its tag, else its name; "" where neither tells."""
    computer_name_prefix: str
    """The first part of its nodes' names."""
    capacity: int | None
    """How many instances it should have."""
    gap: Gap | None

    def node_name(self, instance_id: str) -> str:
        """The Kubernetes name of an instance: the number in base 36, six digits.

        Source: kubernetes-sigs/cloud-provider-azure, azure_vmss.go.
        """
        if not instance_id.isdecimal():
            return instance_id
        return f"{self.computer_name_prefix}{_base36(int(instance_id)):0>6}".lower()


def scale_set_from_arm(resource: Resource) -> tuple[ScaleSet, list[Gap]]:
    reading = Reading(resource)
    arm = reading.decode(resource.raw, _ScaleSet)
    profile = reading.present(arm.properties, "properties", _ScaleSet.Properties()).virtual_machine_profile
    prefix = profile and profile.os_profile and profile.os_profile.computer_name_prefix
    scale_set = ScaleSet(
        id=resource.id,
        node_pool=_pool(arm.tags or {}, resource.id.name),
        computer_name_prefix=prefix or resource.id.name,
        capacity=arm.sku.capacity if arm.sku else None,
        gap=reading.gap,
    )
    return scale_set, reading.gaps


def _pool(tags: dict[str, str | None], name: str) -> str:
    by_lower = {key.lower(): value for key, value in tags.items()}
    tagged = next((value for tag in _POOL_TAGS if (value := by_lower.get(tag))), None)
    if tagged:
        return tagged
    match = _NAME.fullmatch(name) or _WINDOWS_NAME.fullmatch(name)
    return match["pool"] if match else ""


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
        if not number:
            return digits
