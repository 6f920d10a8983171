"""The rules that Azure puts into every security group.

Source: https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview#default-security-rules
"""

from __future__ import annotations

from typing import Final

from ..model import RuleSide, SecurityRule
from ..model.security_group import ANY_PORT


def default_rules(is_inbound: bool) -> tuple[SecurityRule, ...]:
    """The three that Azure puts into every group for a direction."""
    return _INBOUND if is_inbound else _OUTBOUND


_ANYBODY: Final = RuleSide(is_any=True, prefixes=(), tags=(), application_security_group_ids=())


def _default(name: str, priority: int, access: str, source: str = "", destination: str = "") -> SecurityRule:
    def side(tag: str) -> RuleSide:
        return RuleSide(is_any=False, prefixes=(), tags=(tag,), application_security_group_ids=()) if tag else _ANYBODY

    return SecurityRule(
        name=name,
        priority=priority,
        direction="Inbound" if name.endswith("InBound") else "Outbound",
        access=access,
        protocol="*",
        source=side(source),
        destination=side(destination),
        source_ports=(ANY_PORT,),
        destination_ports=(ANY_PORT,),
        is_default=True,
    )


_INBOUND: Final = (
    _default("AllowVnetInBound", 65000, "Allow", "VirtualNetwork", "VirtualNetwork"),
    _default("AllowAzureLoadBalancerInBound", 65001, "Allow", "AzureLoadBalancer"),
    _default("DenyAllInBound", 65500, "Deny"),
)
_OUTBOUND: Final = (
    _default("AllowVnetOutBound", 65000, "Allow", "VirtualNetwork", "VirtualNetwork"),
    _default("AllowInternetOutBound", 65001, "Allow", destination="Internet"),
    _default("DenyAllOutBound", 65500, "Deny"),
)
PASSED: Final = _default("NotFiltered", 65500, "Allow")
"""None of Azure's: it ends a group for traffic that groups leave alone unless a rule names it."""
