"""How a public incident is rebuilt and asked about; the modules beside this one have the scenarios, by kind.

Every scenario is written from the configuration that the thread tells of, composed as ARM words it, and runs the
operation through `audit` or through `aks_audit.plan`. The figures and the error code are those of the thread, whose
address is its source.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aks_audit.audit import audit
from aks_audit.capacity.limit import LimitKind
from aks_audit.config.choice import Choice
from aks_audit.findings import Severity
from aks_audit.plan import Constraint, Plan, Verdict
from aks_audit.report import Report, ReportedFinding
from aks_audit.rules import catalogue
from tests.estate import Estate, Json, Model, Pool, subnet
from tests.networks import network_of

told: dict[str, bool] = {}
"""The threads that scenarios tell of, and whether one of them gives figures to compare."""


def incident(source: str, *, in_figures: bool = True) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Enter a scenario under the thread that tells of it, and whether that gives figures to compare."""

    def enter(scenario: Callable[..., None]) -> Callable[..., None]:
        assert source.startswith("https://")
        told[source] = in_figures or told.get(source, False)  # a thread may make several scenarios
        return scenario

    return enter


# ------------------------------------------------------------------------------------------------- composing


def a_network(
    *pools: Pool,
    model: Model = "cni-node-subnet",
    nodes: str = "10.1.0.0/16",
    space: str | None = None,
    pods: str | None = None,
    designed: bool = False,
    name: str = "aks1",
    **cluster: Any,
) -> Estate:
    """A virtual network with a subnet `nodes`, and `pods` where asked, and one cluster in it.

    Args:
        designed: no node exists yet.
        cluster: what `Estate.cluster` takes.
    """
    estate = Estate()
    plan = {"nodes": nodes} | ({"pods": pods} if pods else {})
    vnet = estate.virtual_network("vnet", [space or "10.0.0.0/8"], plan)
    cluster.setdefault("service_cidr", "172.16.0.0/16")
    if model in ("kubenet", "cni-overlay"):
        cluster.setdefault("pod_cidr", "192.168.0.0/16")
    ordered = [_designed(pool) if designed else pool for pool in pools or (Pool(),)]
    estate.cluster(
        name,
        model,
        subnet=subnet(vnet, "nodes"),
        pod_subnet=subnet(vnet, "pods") if pods else None,
        pools=ordered,
        **cluster,
    )
    return estate


def _designed(pool: Pool) -> Pool:
    pool.instances = ()
    return pool


def the_cluster(estate: Estate) -> Json:
    return estate.of_type("managedClusters")[0]


def the_vnet(estate: Estate) -> Json:
    return estate.of_type("virtualNetworks")[0]


# ------------------------------------------------------------------------------------------------- asking


def report_of(estate: Estate) -> Report:
    return audit(network_of(estate), Choice().of(catalogue()))


def found(estate: Estate, rule: str) -> ReportedFinding:
    """The one finding of a rule."""
    (item,) = [item for item in report_of(estate).findings if item.rule.id == rule]
    return item


def is_silent(estate: Estate, *families: str) -> bool:
    """Nothing above information is found in these families."""
    items = [item for item in report_of(estate).findings if item.rule.family in families]
    return not [item for item in items if item.severity > Severity.INFO]


def deciding(plan: Plan, kind: LimitKind) -> Constraint:
    """The limit of this kind, where Azure looks at it."""
    (item,) = [item for item in plan.constraints if item.kind is kind and item.decides]
    return item


def refused(plan: Plan) -> str:
    """The code that Azure would answer."""
    assert plan.verdict is Verdict.DOES_NOT_FIT
    (code,) = {error.code for error in plan.errors}
    return code


def figures(item: Constraint) -> tuple[int | None, int | None]:
    return item.need, item.available


def fixes(plan: Plan) -> str:
    return "; ".join(f"{fix.change}: {fix.detail}" for fix in plan.fixes)


def blockers(plan: Plan) -> str:
    return "; ".join(blocker.what for blocker in plan.blockers)
