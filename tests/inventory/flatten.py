"""ARM's resources as the Azure CLI prints them."""

from __future__ import annotations

import re
from typing import Any, Final

from ..estate import Json

_ACRONYM: Final = re.compile(r"([A-Z])([A-Z]+)(?=[A-Z][a-z]|$|s$|v\d)")
_ABSENT: Final = ("extendedLocation", "privateLinkService", "windowsProfile", "podSubnetID", "natGateway", "zones")
_FREE_KEYS: Final = ("tags", "userAssignedIdentities", "config")


def flatten(resource: Json, *, sdk: bool = False) -> Json:
    """A resource the way `az` prints it.

    Args:
        resource: in ARM's shape; usages stay as they are.
        sdk: as commands made from the Python SDK print it: keys anew in camel case, and null for what is absent.
    """
    if "value" in resource:
        return resource
    result: Json = _flat(resource)
    if sdk:
        result = {**dict.fromkeys(_ABSENT), **_recased(result)}
    return result


def _flat(value: Any) -> Any:
    if isinstance(value, list):
        return [_flat(item) for item in value]
    if not isinstance(value, dict):
        return value
    result = {key: _flat(item) for key, item in value.items() if key != "properties"}
    for key, item in value.get("properties", {}).items():
        result["typePropertiesType" if key == "type" and key in result else key] = _flat(item)
    parts = str(value.get("id", "")).split("/")
    if len(parts) > 4:
        result["resourceGroup"] = parts[4]
    return dict(sorted(result.items()))


def _recased(value: Any) -> Any:
    if isinstance(value, list):
        return [_recased(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        _ACRONYM.sub(lambda found: found[1] + found[2].lower(), key): item if key in _FREE_KEYS else _recased(item)
        for key, item in value.items()
    } | {"additionalProperties": None}
