"""ARM resource types in one spelling: ARM itself sends them in several."""

from __future__ import annotations

from typing import Final

MANAGED_CLUSTERS: Final = "Microsoft.ContainerService/managedClusters"
AGENT_POOLS: Final = "Microsoft.ContainerService/managedClusters/agentPools"
VIRTUAL_NETWORKS: Final = "Microsoft.Network/virtualNetworks"
SUBNETS: Final = "Microsoft.Network/virtualNetworks/subnets"
PEERINGS: Final = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings"
USAGES: Final = "Microsoft.Network/virtualNetworks/usages"
ROUTE_TABLES: Final = "Microsoft.Network/routeTables"
NETWORK_SECURITY_GROUPS: Final = "Microsoft.Network/networkSecurityGroups"
NAT_GATEWAYS: Final = "Microsoft.Network/natGateways"
LOAD_BALANCERS: Final = "Microsoft.Network/loadBalancers"
PUBLIC_IP_ADDRESSES: Final = "Microsoft.Network/publicIPAddresses"
PUBLIC_IP_PREFIXES: Final = "Microsoft.Network/publicIPPrefixes"
NETWORK_INTERFACES: Final = "Microsoft.Network/networkInterfaces"
PRIVATE_ENDPOINTS: Final = "Microsoft.Network/privateEndpoints"
APPLICATION_GATEWAYS: Final = "Microsoft.Network/applicationGateways"
AZURE_FIREWALLS: Final = "Microsoft.Network/azureFirewalls"
BASTION_HOSTS: Final = "Microsoft.Network/bastionHosts"
PRIVATE_DNS_ZONES: Final = "Microsoft.Network/privateDnsZones"
PRIVATE_DNS_ZONE_LINKS: Final = "Microsoft.Network/privateDnsZones/virtualNetworkLinks"
SCALE_SETS: Final = "Microsoft.Compute/virtualMachineScaleSets"
SCALE_SET_NICS: Final = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces"
VIRTUAL_MACHINES: Final = "Microsoft.Compute/virtualMachines"
ROLE_ASSIGNMENTS: Final = "Microsoft.Authorization/roleAssignments"
ROLE_DEFINITIONS: Final = "Microsoft.Authorization/roleDefinitions"
VIRTUAL_NETWORK_GATEWAYS: Final = "Microsoft.Network/virtualNetworkGateways"
APPLICATION_SECURITY_GROUPS: Final = "Microsoft.Network/applicationSecurityGroups"


_KNOWN: Final = {
    str(value).lower(): str(value) for name, value in list(globals().items()) if name.isupper() and "/" in str(value)
}


def canonical_type(text: str) -> str:
    """The one spelling of a resource type; an unknown type stays as it is.

    >>> canonical_type("microsoft.containerservice/ManagedClusters")
    'Microsoft.ContainerService/managedClusters'
    """
    return _KNOWN.get(text.lower(), text)


def listed_by_being_there(resource_type: str) -> bool:
    """Whether a type counts as completely listed in a file without a header because one of it is there.

    Not so role assignments: `az role assignment list` leaves out those of resources and of management groups.
    """
    return resource_type != ROLE_ASSIGNMENTS


def is_known(resource_type: str) -> bool:
    """Whether a type, in any spelling, is one of the above."""
    return resource_type.lower() in _KNOWN


_KNOWN["microsoft.compute/virtualmachinescalesets/networkinterfaces"] = SCALE_SET_NICS  # how the listing is called
