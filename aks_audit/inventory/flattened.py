"""Resources as the Azure CLI prints them, put back into ARM's shape.

`az ... show` and `az ... list` print what ARM has under `properties` one level up, in embedded elements too, add a
`resourceGroup`, and write null for what is absent. Commands made from the Python SDK spell some keys anew
(`vnetSubnetId`, `privateIpAddress`).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from . import types

_ENVELOPE: Final = frozenset(
    [
        "id",
        "name",
        "type",
        "location",
        "tags",
        "sku",
        "identity",
        "zones",
        "kind",
        "etag",
        "plan",
        "placement",
        "extendedlocation",
        "systemdata",
        "managedby",
        "managedbyextended",
        "resourcegroup",
        "subscriptionid",
        "tenantid",
        "resources",
        "apiversion",
        "createdtime",
        "changedtime",
    ]
)
"""Keys, in lower case, that stand beside `properties` in ARM, or that a listing of any resources adds."""
_EMBEDDED_ENVELOPE: Final = frozenset(["id", "name", "type", "etag", "zones", "resourcegroup"])
_NOT_ENVELOPE: Final = {types.APPLICATION_GATEWAYS: frozenset({"sku"}), types.AZURE_FIREWALLS: frozenset({"sku"})}

_TELLING: Final[dict[str, tuple[str, ...]]] = {
    types.MANAGED_CLUSTERS: ("agentpoolprofiles", "networkprofile"),
    types.AGENT_POOLS: ("maxpods", "ostype", "provisioningstate"),
    types.VIRTUAL_NETWORKS: ("addressspace", "subnets"),
    types.SUBNETS: ("addressprefix addressprefixes", "provisioningstate"),
    types.ROUTE_TABLES: ("routes",),
    types.NETWORK_INTERFACES: ("ipconfigurations",),
    types.SCALE_SET_NICS: ("ipconfigurations",),
    types.SCALE_SETS: ("virtualmachineprofile orchestrationmode",),
    types.NAT_GATEWAYS: ("idletimeoutinminutes publicipaddresses publicipprefixes",),
    types.PUBLIC_IP_PREFIXES: ("prefixlength",),
}
"""What must be there, one of each group: a resource of which somebody cut out a few columns (`--query`, a Resource
Graph `project`, `az resource list`) is not to be taken for one that has nothing else."""

_COLLECTIONS: Final = frozenset(
    [
        "subnets",
        "virtualnetworkpeerings",
        "routes",
        "securityrules",
        "defaultsecurityrules",
        "ipconfigurations",
        "delegations",
        "serviceassociationlinks",
        "resourcenavigationlinks",
        "frontendipconfigurations",
        "gatewayipconfigurations",
        "outboundrules",
        "backendaddresspools",
        "loadbalancerbackendaddresses",
        "loadbalancingrules",
        "inboundnatrules",
        "inboundnatpools",
        "probes",
        "networkinterfaceconfigurations",
        "networkinterfaces",
        "privatelinkserviceconnections",
        "manualprivatelinkserviceconnections",
    ]
)
"""Lists, in lower case, whose elements have `properties` of their own in ARM, unless they are mere references."""
_VERBATIM: Final = frozenset(["tags", "nodelabels", "config", "userassignedidentities"])
"""Objects whose keys people choose."""

AKS_SPELLINGS: Final = (
    "vnetSubnetID",
    "podSubnetID",
    "podIPAllocationMode",
    "osSKU",
    "publicIPPrefixSize",
    "dnsServiceIP",
    "effectiveOutboundIPs",
    "managedOutboundIPs",
    "countIPv6",
    "outboundIPs",
    "publicIPs",
    "outboundIPPrefixes",
    "publicIPPrefixes",
    "authorizedIPRanges",
    "privateDNSZone",
    "enablePrivateClusterPublicFQDN",
    "privateFQDN",
    "managedOutboundIPProfile",
    "enableNodePublicIP",
    "nodePublicIPPrefixID",
)
NETWORK_SPELLINGS: Final = (
    "privateIPAddress",
    "privateIPAddressVersion",
    "privateIPAddressPrefixLength",
    "publicIPAddress",
    "enableIPForwarding",
    "applicationGatewayIPConfigurations",
    "backendIPConfigurations",
    "frontendIPConfigurations",
    "gatewayIPConfigurations",
    "nextHopIpAddress",
    "publicIpAddresses",
    "publicIpPrefixes",
    "publicIPPrefix",
    "publicIPAddressVersion",
    "frontendIPConfiguration",
    "enableFloatingIP",
    "hubIPAddresses",
    "publicIPs",
)
"""ARM's spelling where the CLI's may be another. The two providers do not agree with each other."""
_OF_SDK: Final = {"typepropertiestype": "type"}
"""A property of the name of an envelope key."""
_AKS: Final = {name.lower(): name for name in AKS_SPELLINGS} | _OF_SDK
_NETWORK: Final = {name.lower(): name for name in NETWORK_SPELLINGS} | _OF_SDK

_SKIPPED: Final = frozenset({"", types.USAGES.lower()})
_FAULTS: Final = (msgspec.MsgspecError, UnicodeError, RecursionError, OverflowError)

_AKS_PROVIDER: Final = types.MANAGED_CLUSTERS.partition("/")[0] + "/"


def in_arm_shape(element: bytes | memoryview | msgspec.Raw, resource_type: str) -> bytes | None:
    """A resource that has no `properties` in ARM's shape; None where it is not one that the CLI flattened.

    Args:
        element: a JSON object.
        resource_type: its type, in the spelling of `types`.

    >>> in_arm_shape(b'{"id": "/x", "resourceGroup": "rg", "routes": [], "tags": null}', types.ROUTE_TABLES)
    b'{"id":"/x","resourceGroup":"rg","properties":{"routes":[]}}'
    """
    if resource_type.lower() in _SKIPPED or not types.is_known(resource_type):
        return None
    try:
        resource = msgspec.json.decode(element)
        if not isinstance(resource, dict) or not _is_flattened(resource, resource_type):
            return None
        envelope = _ENVELOPE - _NOT_ENVELOPE.get(resource_type, frozenset())
        spellings = _AKS if resource_type.startswith(_AKS_PROVIDER) else _NETWORK
        return msgspec.json.encode(_unflattened(resource, envelope, spellings))
    except _FAULTS:
        return None


def is_usage_row(element: bytes | memoryview | msgspec.Raw, resource_type: str) -> bool:
    """Whether this is a row of `az network vnet list-usages`, which has the id of its subnet."""
    if resource_type != types.SUBNETS:
        return False
    try:
        row = msgspec.json.decode(element)
    except _FAULTS:
        return False
    return isinstance(row, dict) and "currentValue" in row and "limit" in row


def _is_flattened(resource: dict[str, Any], resource_type: str) -> bool:
    if resource.get("properties") is not None:
        return False
    there = {key.lower() for key, value in resource.items() if value is not None}
    telling = _TELLING.get(resource_type)
    if telling is None:
        return bool(there - _ENVELOPE - {"provisioningstate"})
    return all(there.intersection(group.split()) for group in telling)


def _unflattened(thing: dict[str, Any], envelope: frozenset[str], spellings: dict[str, str]) -> dict[str, Any]:
    """Envelope and properties apart; what has no properties (a reference) gets none."""
    outside: dict[str, Any] = {}
    inside: dict[str, Any] = {}
    for key, value in thing.items():
        if value is None:
            continue
        is_property = key.lower() not in envelope or (key == "type" and "/" not in str(value))
        (inside if is_property else outside)[key] = value
    return {**outside, "properties": _spelled(inside, spellings)} if inside else outside


def _spelled(thing: dict[str, Any], spellings: dict[str, str]) -> dict[str, Any]:
    """An object inside `properties`, with its keys in ARM's spelling and what is embedded in it unflattened."""
    result: dict[str, Any] = {}
    for key, value in thing.items():
        name = spellings.get(key.lower(), key)
        if value is None or (name != key and thing.get(name) is not None):
            continue
        result[name] = value if key.lower() in _VERBATIM else _value(value, key.lower(), spellings)
    return result


def _value(value: Any, key: str, spellings: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return _spelled(value, spellings)
    if isinstance(value, list):
        return [_element(item, key, spellings) for item in value]
    return value


def _element(item: Any, key: str, spellings: dict[str, str]) -> Any:
    if key not in _COLLECTIONS or not isinstance(item, dict):
        return _value(item, "", spellings)
    if item.get("properties") is not None:
        return item
    return _unflattened(item, _EMBEDDED_ENVELOPE, spellings)
