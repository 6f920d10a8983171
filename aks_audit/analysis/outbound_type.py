"""What a cluster says of its way out, normalised: Azure has words for the same thing, and adds some."""

from __future__ import annotations

from enum import StrEnum

from ..model import ManagedCluster


class OutboundType(StrEnum):
    """ARM's outboundType, the spellings of the managed NAT gateway in one."""

    LOAD_BALANCER = "loadBalancer"
    MANAGED_NAT = "managedNATGateway"
    USER_NAT = "userAssignedNATGateway"
    USER_ROUTING = "userDefinedRouting"
    NONE = "none"
    BLOCK = "block"
    OTHER = "other"
    """A word that is not known here: nothing is concluded from it."""

    @property
    def is_nat(self) -> bool:
        return self in (OutboundType.MANAGED_NAT, OutboundType.USER_NAT)

    @property
    def is_isolated(self) -> bool:
        """AKS builds no way out, on purpose."""
        return self in (OutboundType.NONE, OutboundType.BLOCK)


_BY_WORD = {member.lower(): member for member in OutboundType if member is not OutboundType.OTHER} | {
    "": OutboundType.LOAD_BALANCER,
    "managednatgatewayv2": OutboundType.MANAGED_NAT,
}


def outbound_type_of(cluster: ManagedCluster) -> OutboundType:
    """The outbound type; absent means loadBalancer.

    Azure's pages and release notes disagree on the managed gateway of SKU StandardV2: `managedNATGatewayV2`, or
    `managedNATGateway` with natGatewayProfile.sku. Both are the managed gateway here; the SKU is read where it stands.

    Source: https://learn.microsoft.com/azure/aks/egress-outboundtype
    """
    return _BY_WORD.get(cluster.outbound_type.lower(), OutboundType.OTHER)
