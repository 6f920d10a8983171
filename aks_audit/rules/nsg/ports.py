"""How much it hurts when ports are closed between nodes and pods."""

from __future__ import annotations

from ...analysis.flows import ports_of
from ...analysis.intervals import intersection, is_within
from ...analysis.required_flows import WIREGUARD
from ...findings import Severity
from ...model import PortRange
from .denials import Hit, ports_of_hits

_ESSENTIAL = ports_of((PortRange(53, 53), PortRange(443, 443), PortRange(10250, 10250)))
"""DNS between pools, services behind 443, and kubelets, which the API server and metrics call."""
_MANAGEMENT = ports_of((PortRange(22, 22), PortRange(3389, 3389)))


def severity_of(hits: list[Hit]) -> Severity:
    """Critical where the cluster itself stops, low where only remote administration does."""
    ports = ports_of_hits(hits)
    if intersection(ports, _ESSENTIAL):
        return Severity.CRITICAL
    return Severity.LOW if is_within(ports, _MANAGEMENT) else Severity.HIGH


def is_wireguard_alone(hit: Hit) -> bool:
    """Nothing is denied but the tunnel between nodes, of a cluster that has one."""
    return hit.cluster.encrypts_transit and is_within(hit.part.destination_ports, ports_of(WIREGUARD))
