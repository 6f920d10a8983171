"""Which listings are asked of ARM, and in which api-versions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..inventory import types
from ..inventory.resource_id import ResourceId

if TYPE_CHECKING:  # it imports Azure's packages, and a list of rights is had without them
    from .connection.arm import Service

Versions = tuple[str, ...]

NETWORK: Final[Versions] = ("2026-03-01", "2024-10-01", "2023-09-01")
"""The one the SDK speaks, then what sovereign clouds have when they do not have that yet."""
CONTAINER_SERVICE: Final[Versions] = ("2026-08-01", "2025-05-01", "2024-09-01")
COMPUTE: Final[Versions] = ("2026-04-01", "2024-11-01", "2024-03-01")
PRIVATE_DNS: Final[Versions] = ("2024-06-01", "2020-06-01")
AUTHORIZATION: Final[Versions] = ("2022-04-01", "2015-07-01")
SCALE_SET_NICS: Final[Versions] = ("2026-03-01", "2023-09-01", "2018-10-01")
"""New enough to show /28 blocks; the SDK's own call stays at 2018-10-01, which hides them."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One collection to ask for."""

    resource_type: str
    scope: str
    """The subscription, group or resource that the listing is whole for."""
    path: str
    versions: Versions
    """To be tried in this order until ARM knows one."""
    service: Service = "network"
    is_fragment: bool = False
    """A page that was recorded without the pages before it: never whole."""

    @property
    def urls(self) -> tuple[str, ...]:
        return urls(self.path, self.versions)

    @property
    def label(self) -> str:
        return f"{self.resource_type.rpartition('/')[2]} of {self.scope.rpartition('/')[2]}"


def urls(path: str, versions: Versions) -> tuple[str, ...]:
    """The address in each version; a path with a query is complete already."""
    return (path,) if "?" in path else tuple(f"{path}?api-version={version}" for version in versions)


_OF_A_SUBSCRIPTION: Final[tuple[tuple[str, Versions, Service], ...]] = (
    (types.MANAGED_CLUSTERS, CONTAINER_SERVICE, "containerservice"),
    (types.VIRTUAL_NETWORKS, NETWORK, "network"),
    (types.SCALE_SETS, COMPUTE, "network"),
    (types.ROUTE_TABLES, NETWORK, "network"),
    (types.NETWORK_INTERFACES, NETWORK, "network"),
    (types.NETWORK_SECURITY_GROUPS, NETWORK, "network"),
    (types.NAT_GATEWAYS, NETWORK, "network"),
    (types.LOAD_BALANCERS, NETWORK, "network"),
    (types.PUBLIC_IP_ADDRESSES, NETWORK, "network"),
    (types.PUBLIC_IP_PREFIXES, NETWORK, "network"),
    (types.PRIVATE_ENDPOINTS, NETWORK, "network"),
    (types.APPLICATION_GATEWAYS, NETWORK, "network"),
    (types.AZURE_FIREWALLS, NETWORK, "network"),
    (types.PRIVATE_DNS_ZONES, PRIVATE_DNS, "network"),
    (types.ROLE_ASSIGNMENTS, AUTHORIZATION, "authorization"),  # also those inherited from management groups
)

_VERSIONS_OF: Final = {
    **{resource_type: versions for resource_type, versions, _ in _OF_A_SUBSCRIPTION},
    types.ROLE_DEFINITIONS: AUTHORIZATION,
}
_SERVICE_OF: Final[dict[str, Service]] = {
    **{resource_type: service for resource_type, _, service in _OF_A_SUBSCRIPTION},
    types.ROLE_DEFINITIONS: "authorization",
}


ASKED_FOR: Final = (
    *_VERSIONS_OF,
    types.SCALE_SET_NICS,
    types.USAGES,
    types.PRIVATE_DNS_ZONE_LINKS,
)
"""Every type that is asked for, in a listing of a subscription, of a resource, or by itself."""


def of_subscription(subscription: str) -> list[Listing]:
    """The fifteen listings of a subscription."""
    scope = f"/subscriptions/{subscription}"
    return [
        Listing(resource_type, scope, f"{scope}/providers/{resource_type}", versions, service)
        for resource_type, versions, service in _OF_A_SUBSCRIPTION
    ]


def role_assignments_in(subscription: str) -> Listing:
    """Those in a subscription, at whatever they are given, and those inherited from above."""
    return next(listing for listing in of_subscription(subscription) if listing.resource_type == types.ROLE_ASSIGNMENTS)


def of_resource_group(resource_type: str, scope: str) -> Listing:
    """One type in one resource group: for whoever may read the group and not the subscription."""
    return Listing(resource_type, scope, f"{scope}/providers/{resource_type}", _VERSIONS_OF[resource_type])


def nics_of_scale_set(scale_set: str) -> Listing:
    return Listing(types.SCALE_SET_NICS, scale_set, f"{scale_set}/networkInterfaces", SCALE_SET_NICS)


def usages_of(virtual_network: str) -> Listing:
    return Listing(types.USAGES, virtual_network, f"{virtual_network}/usages", NETWORK)


_AKS_ZONE: Final = re.compile(r"(?:[^/]+\.)?private(?:link)?\.[a-z0-9]+\.(?:azmk8s|cx)\.[^/]+")
"""How the private zones of API servers are named, in lower case; sovereign clouds have endings of their own.

Source: https://learn.microsoft.com/azure/aks/private-clusters
"""


def is_zone_of_api_servers(zone: ResourceId) -> bool:
    """Whether a private zone is named as those of API servers are."""
    return bool(_AKS_ZONE.fullmatch(zone.name.lower()))


def links_of(zone: str) -> Listing:
    return Listing(types.PRIVATE_DNS_ZONE_LINKS, zone, f"{zone}/virtualNetworkLinks", PRIVATE_DNS)


def role_assignments_of(scope: str) -> Listing:
    """Those at a resource, below it, and inherited: for a resource in a subscription that is not listed."""
    path = f"{scope}/providers/{types.ROLE_ASSIGNMENTS}"
    return Listing(types.ROLE_ASSIGNMENTS, scope, path, AUTHORIZATION, "authorization")


@dataclass(frozen=True, slots=True, order=True)
class Single:
    """One resource to ask for by its id."""

    path: str
    resource_type: str

    @property
    def scope(self) -> str:
        """The id."""
        return self.path.partition("?")[0]

    @property
    def urls(self) -> tuple[str, ...]:
        return urls(self.path, _VERSIONS_OF.get(self.resource_type, NETWORK))

    @property
    def service(self) -> Service:
        return _SERVICE_OF.get(self.resource_type, "network")

    @property
    def label(self) -> str:
        return self.scope.rpartition("/")[2]
