"""What Azure's own roles give, as far as the network of a cluster is concerned.

Their GUIDs are the same in every tenant and cloud, so nobody has to read them. The identities of clusters are mostly
given one of these; every other role is read by its id.

Source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles, as of 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..model import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role's name and what it gives."""

    name: str
    permissions: tuple[Permission, ...]


def _role(name: str, *actions: str, without: tuple[str, ...] = ()) -> Role:
    permission = Permission(
        actions=tuple(action.lower() for action in actions), not_actions=tuple(action.lower() for action in without)
    )
    return Role(name=name, permissions=(permission,))


AZURE_ROLES: Final[Mapping[str, Role]] = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": _role("Owner", "*"),
    "b24988ac-6180-42a0-ab88-20f7382dd24c": _role(
        "Contributor",
        "*",
        without=(
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
            "Microsoft.Blueprint/blueprintAssignments/write",
            "Microsoft.Blueprint/blueprintAssignments/delete",
            "Microsoft.Compute/galleries/share/action",
            "Microsoft.Purview/consents/write",
            "Microsoft.Purview/consents/delete",
        ),
    ),
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": _role("Reader", "*/read"),
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": _role("User Access Administrator", "*/read", "Microsoft.Authorization/*"),
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168": _role(
        "Role Based Access Control Administrator",
        "*/read",
        "Microsoft.Authorization/roleAssignments/write",
        "Microsoft.Authorization/roleAssignments/delete",
    ),
    "4d97b98b-1d4f-4787-a291-c67834d212e7": _role(
        "Network Contributor", "Microsoft.Network/*", "Microsoft.Authorization/*/read"
    ),
    "b12aa53e-6015-4669-85d0-8515ebb3ae7f": _role(
        "Private DNS Zone Contributor",
        "Microsoft.Network/privateDnsZones/*",
        "Microsoft.Network/privateDnsOperationResults/*",
        "Microsoft.Network/privateDnsOperationStatuses/*",
        "Microsoft.Network/virtualNetworks/read",
        "Microsoft.Network/virtualNetworks/join/action",
        "Microsoft.Authorization/*/read",
    ),
    "befefa01-2a29-4197-83a8-272ff33ce314": _role(
        "DNS Zone Contributor", "Microsoft.Network/dnsZones/*", "Microsoft.Authorization/*/read"
    ),
    "9980e02c-c2be-4d73-94e8-173b1dc7cf3c": _role(
        "Virtual Machine Contributor",
        "Microsoft.Compute/virtualMachines/*",
        "Microsoft.Compute/virtualMachineScaleSets/*",
        "Microsoft.Network/applicationGateways/backendAddressPools/join/action",
        "Microsoft.Network/loadBalancers/backendAddressPools/join/action",
        "Microsoft.Network/loadBalancers/inboundNatPools/join/action",
        "Microsoft.Network/loadBalancers/inboundNatRules/join/action",
        "Microsoft.Network/loadBalancers/probes/join/action",
        "Microsoft.Network/loadBalancers/read",
        "Microsoft.Network/locations/*",
        "Microsoft.Network/networkInterfaces/*",
        "Microsoft.Network/networkSecurityGroups/join/action",
        "Microsoft.Network/networkSecurityGroups/read",
        "Microsoft.Network/publicIPAddresses/join/action",
        "Microsoft.Network/publicIPAddresses/read",
        "Microsoft.Network/virtualNetworks/read",
        "Microsoft.Network/virtualNetworks/subnets/join/action",
        "Microsoft.Authorization/*/read",
    ),
    "f1a07417-d97a-45cb-824c-7a7467783830": _role(
        "Managed Identity Operator",
        "Microsoft.ManagedIdentity/userAssignedIdentities/*/read",
        "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
        "Microsoft.Authorization/*/read",
    ),
    "7f951dda-4ed3-4680-a7ca-43fe172d538d": _role("AcrPull", "Microsoft.ContainerRegistry/registries/pull/read"),
    "ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8": _role(
        "Azure Kubernetes Service Contributor Role",
        "Microsoft.ContainerService/managedClusters/read",
        "Microsoft.ContainerService/managedClusters/write",
        "Microsoft.Resources/deployments/*",
    ),
    "4abbcc35-e782-43d8-92c5-2d3f1bd2253f": _role(
        "Azure Kubernetes Service Cluster User Role",
        "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action",
        "Microsoft.ContainerService/managedClusters/read",
    ),
    "3913510d-42f4-4e42-8a64-420c390055eb": _role(
        "Monitoring Metrics Publisher",
        "Microsoft.Insights/Register/Action",
        "Microsoft.Support/*",
        "Microsoft.Resources/subscriptions/resourceGroups/read",
    ),
}
"""By GUID: those that people give to clusters and to their groups, with the actions that matter here."""
