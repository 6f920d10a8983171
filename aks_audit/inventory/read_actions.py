"""Which Azure right lets a type be read.

Source: https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations
"""

from __future__ import annotations

from typing import Final

from . import types

_EMBEDDED: Final = {
    types.AGENT_POOLS: types.MANAGED_CLUSTERS,
    types.SUBNETS: types.VIRTUAL_NETWORKS,
    types.PEERINGS: types.VIRTUAL_NETWORKS,
}
"""What comes inside another resource and is not asked for by itself."""
_UNLIKE_ITS_TYPE: Final = {types.SCALE_SET_NICS: "Microsoft.Compute/virtualMachineScaleSets/networkInterfaces/read"}


def asked_as(resource_type: str) -> str:
    """The type that has to be read to have this one.

    >>> asked_as("microsoft.network/virtualnetworks/subnets")
    'Microsoft.Network/virtualNetworks'
    """
    known = types.canonical_type(resource_type)
    return _EMBEDDED.get(known, known)


def read_action(resource_type: str) -> str:
    """
    >>> read_action("Microsoft.Network/virtualNetworks/subnets")
    'Microsoft.Network/virtualNetworks/read'
    """
    asked = asked_as(resource_type)
    return _UNLIKE_ITS_TYPE.get(asked, f"{asked}/read")
