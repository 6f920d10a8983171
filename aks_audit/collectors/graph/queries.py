"""The fixed set of queries, a type or two each; a row is the resource as it stands in ARM's own listing.

Resource Graph writes types in small letters and null for what a resource does not have; ids keep their parts and may
change their case. It has no `etag`, and nothing about the NICs of uniform scale sets or a subnet's usage.
Role assignments are in another of its tables, but not as ARM lists them: their role ids have another form, and whether
those inherited from management groups are among them depends on a filter; ARM is asked for them.

Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/query-language
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...inventory import types

PATH: Final = "/providers/Microsoft.ResourceGraph/resources"
_ROW: Final = (
    "project id, name, type, kind, location, tags, sku, plan, identity, zones, extendedLocation, properties"
    " | order by id asc"
)
"""What ARM's listing would hold. The order makes pages fit together: without one a row may come twice, or never."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query and what its rows are."""

    name: str
    resource_types: tuple[str, ...]
    text: str

    @property
    def label(self) -> str:
        return f"{self.name} of all subscriptions"

    @property
    def path(self) -> str:
        return PATH


def _of(name: str, *resource_types: str, narrowed: str = "") -> Query:
    listed = ", ".join(f"'{resource_type}'" for resource_type in resource_types)
    return Query(name, resource_types, f"resources | where type in~ ({listed}){narrowed} | {_ROW}")


SUBSCRIPTIONS: Final = Query(
    "subscriptions",
    ("Microsoft.Resources/subscriptions",),
    "resourcecontainers | where type in~ ('Microsoft.Resources/subscriptions') | project id | order by id asc",
)
"""Those that Resource Graph shows the caller at all: of any other it has no rows and says nothing."""
ZONE_LINKS: Final = _of(
    "links of API servers' zones",
    types.PRIVATE_DNS_ZONE_LINKS,
    narrowed=" | where id contains '.azmk8s.' or id contains '.cx.'",
)
"""Of all private zones in a tenant most belong to other services; of API servers' zones these are the names."""
QUERIES: Final = (
    _of("managed clusters", types.MANAGED_CLUSTERS),
    _of("virtual networks", types.VIRTUAL_NETWORKS),
    _of("scale sets", types.SCALE_SETS),
    _of("network interfaces", types.NETWORK_INTERFACES),
    _of("security groups", types.NETWORK_SECURITY_GROUPS),
    _of("route tables and NAT gateways", types.ROUTE_TABLES, types.NAT_GATEWAYS),
    _of("load balancers", types.LOAD_BALANCERS),
    _of("public addresses and prefixes", types.PUBLIC_IP_ADDRESSES, types.PUBLIC_IP_PREFIXES),
    _of("private endpoints", types.PRIVATE_ENDPOINTS),
    _of("application gateways and firewalls", types.APPLICATION_GATEWAYS, types.AZURE_FIREWALLS),
    _of("private zones", types.PRIVATE_DNS_ZONES),
    ZONE_LINKS,
)
"""Some share a query: with the one for subscriptions they are less than a user may send at once."""
