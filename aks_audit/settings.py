"""What a team decides for itself: thresholds, ranges that Azure does not know of, addresses it expects to leave by."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From where on something counts as trouble. Where Azure names no figure, the default is this tool's choice."""

    used_percent_medium: int = 80
    """Percent of a subnet's usable addresses, of a pod CIDR's ranges or of a table's routes in use."""
    used_percent_high: int = 90
    route_limit: int = 400
    """Routes in one table. AKS's own documents say 400 for kubenet; that the platform's figure has risen to 1,000 is
    reported and not verified.

    Source: https://learn.microsoft.com/azure/aks/configure-kubenet
    """
    min_max_pods: int = 50
    """The maxPods that the policy profile asks for, as PSRule's Azure.AKS.NodeMinPods does."""
    max_prefix_length: int = 23
    """The smallest subnet that the policy profile lets pods draw from, as PSRule's Azure.AKS.CNISubnetSize does."""
    firewall_min_public_ips: int = 20
    """Public addresses of a firewall behind a large cluster.

    Source: https://learn.microsoft.com/azure/aks/limit-egress-traffic
    """
    nat_ports_per_node: int = 1024
    """Outbound ports of a NAT gateway that a node should find free when all nodes draw at once."""
    retirement_days_high: int = 365
    """So many days before a feature ends, its retirement turns high."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalPrefix:
    """A range in use outside Azure: a site, a partner, another cloud."""

    prefix: IpNetwork
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of it; the default is what a run without a configuration uses."""

    thresholds: Thresholds = field(default_factory=Thresholds)
    external_prefixes: tuple[ExternalPrefix, ...] = ()
    expected_egress: tuple[IpNetwork, ...] = ()
    """Public addresses by which clusters may leave; empty: not said, so nothing is expected."""
