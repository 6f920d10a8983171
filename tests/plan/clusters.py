"""A cluster in a subnet of a given size, and what a plan says of one limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aks_audit.capacity.limit import LimitKind
from aks_audit.model import Network
from aks_audit.plan import Constraint, Plan
from tests.estate import Estate, Json, Model, subnet
from tests.networks import network_of

Pools = Sequence[Mapping[str, Any]]


def in_subnet(prefix: str, model: Model, pools: Pools, **cluster: Any) -> tuple[Estate, Json]:
    """An estate with the cluster `aks1`, its nodes in the subnet `nodes` with this prefix."""
    estate = Estate()
    vnet = estate.virtual_network(prefixes="10.0.0.0/8", subnets={"nodes": prefix})
    return estate, estate.cluster("aks1", model, subnet=subnet(vnet, "nodes"), pools=pools, **cluster)


def network_in(prefix: str, model: Model, pools: Pools, **cluster: Any) -> Network:
    """The same as a network, with the profiles alone: where no node stands, any count will do."""
    estate, _ = in_subnet(prefix, model, [{**pool, "instances": ()} for pool in pools], **cluster)
    return network_of(estate)


def deciding(plan: Plan, kind: str) -> Constraint:
    """The constraint of this kind that decides; there is but one."""
    (found,) = [c for c in plan.constraints if c.kind is LimitKind(kind) and c.decides]
    return found


def at(plan: Plan, kind: str, horizon: str) -> Constraint:
    (found,) = [c for c in plan.constraints if c.kind is LimitKind(kind) and c.horizon == horizon]
    return found


def codes(plan: Plan) -> list[str]:
    return [error.code for error in plan.errors]


def changes(plan: Plan) -> list[str]:
    return [fix.change for fix in plan.fixes]


def whats(plan: Plan) -> list[str]:
    return [blocker.what for blocker in plan.blockers]
