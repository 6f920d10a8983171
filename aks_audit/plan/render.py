"""A plan, or a size, as JSON and as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from ..analysis.network_model import NetworkModel
from ..capacity.limit import LimitKind
from ..inventory.records import Gap
from ..reporters.escape import terminal
from ..reporters.fold import fold
from ..reporters.json_report import dump
from .answer import Constraint, Plan, Verdict
from .size import Size

SCHEMA_VERSION: Final = 1
WIDTH: Final = 100
_NAME: Final = 22
_SAID: Final = {Verdict.FITS: "FITS", Verdict.DOES_NOT_FIT: "DOES NOT FIT", Verdict.CANNOT_TELL: "CANNOT TELL"}
_HORIZONS: Final = {
    "now": "with the nodes wanted now",
    "upgrade": "in an upgrade of all pools",
    "upgradeOnePool": "in an upgrade of one pool",
    "autoscaleMax": "at the autoscaler's maximum",
    "worst": "at the autoscaler's maximum, in an upgrade",
}
_CEILINGS: Final = (
    LimitKind.POOL_NODES,
    LimitKind.CLUSTER_NODES,
    LimitKind.NIC_ADDRESSES,
    LimitKind.VNET_ADDRESSES,
)


class Shape(msgspec.Struct, rename="camel", kw_only=True):
    """Base of everything in a plan's JSON. `null` means not known."""


class ErrorShape(Shape):
    code: str
    target: str
    message: str


class ConstraintShape(Shape):
    kind: str
    horizon: str
    resource_id: str
    cluster_ids: tuple[str, ...]
    need: int | None
    available: int | None
    short: int | None
    added: int | None
    free: int | None
    arithmetic: str


class BlockerShape(Shape):
    what: str
    resource_id: str
    fix: str
    refuses: bool


class FixShape(Shape):
    change: str
    detail: str
    disruptive: bool


class UnknownShape(Shape):
    resource_id: str
    gap: Gap


class PlanShape(Shape):
    schema_version: int
    operation: str
    verdict: str
    latent: bool
    errors: tuple[ErrorShape, ...]
    constraints: tuple[ConstraintShape, ...]
    blockers: tuple[BlockerShape, ...]
    steps: tuple[str, ...]
    fixes: tuple[FixShape, ...]
    unknown: tuple[UnknownShape, ...]


class SubnetShape(Shape):
    role: str
    prefix_length: int
    usable: int
    need: int
    arithmetic: str


class PodCidrShape(Shape):
    prefix_length: int
    nodes: int
    need: int
    arithmetic: str


class RoutesShape(Shape):
    need: int
    limit: int


class SizeShape(Shape):
    schema_version: int
    model: str
    subnets: tuple[SubnetShape, ...]
    pod_cidr: PodCidrShape | None
    routes: RoutesShape | None
    exceeds: tuple[str, ...]


def render_json(answer: Plan | Size) -> str:
    """The answer as the contract has it."""
    shape = _size_shape(answer) if isinstance(answer, Size) else _plan_shape(answer)
    return dump(shape)


def render_text(answer: Plan | Size, width: int = WIDTH) -> str:
    """The answer for people, for so many columns: the verdict and the sum that decides first."""
    lines = _size_lines(answer) if isinstance(answer, Size) else _plan_lines(answer, width)
    return fold("".join(f"{line}\n" for line in lines), width)


def _plan_shape(plan: Plan) -> PlanShape:
    return PlanShape(
        schema_version=SCHEMA_VERSION,
        operation=plan.operation,
        verdict=plan.verdict.value,
        latent=plan.latent,
        errors=tuple(ErrorShape(code=e.code, target=e.target, message=e.message) for e in plan.errors),
        constraints=tuple(
            ConstraintShape(
                kind=c.kind.value,
                horizon=c.horizon,
                resource_id=c.resource_id.text,
                cluster_ids=tuple(cluster_id.text for cluster_id in c.cluster_ids),
                need=c.need,
                available=c.available,
                short=c.short,
                added=c.added,
                free=c.free,
                arithmetic=c.arithmetic,
            )
            for c in plan.constraints
        ),
        blockers=tuple(
            BlockerShape(what=b.what, resource_id=b.resource_id.text, fix=b.fix, refuses=b.refuses)
            for b in plan.blockers
        ),
        steps=plan.steps,
        fixes=tuple(FixShape(change=f.change, detail=f.detail, disruptive=f.disruptive) for f in plan.fixes),
        unknown=tuple(UnknownShape(resource_id=gap.scope, gap=gap) for gap in plan.unknown),
    )


def _size_shape(size: Size) -> SizeShape:
    cidr = size.pod_cidr
    return SizeShape(
        schema_version=SCHEMA_VERSION,
        model=size.model.value,
        subnets=tuple(
            SubnetShape(
                role=s.role, prefix_length=s.prefix_length, usable=s.usable, need=s.need, arithmetic=s.arithmetic
            )
            for s in size.subnets
        ),
        pod_cidr=PodCidrShape(
            prefix_length=cidr.prefix_length, nodes=cidr.nodes, need=cidr.need, arithmetic=cidr.arithmetic
        )
        if cidr
        else None,
        routes=RoutesShape(need=size.routes_needed, limit=size.routes_limit)
        if size.routes_needed is not None and size.routes_limit is not None
        else None,
        exceeds=size.exceeds,
    )


def _plan_lines(plan: Plan, width: int) -> Iterator[str]:
    yield _line(f"{_SAID[plan.verdict]}: {plan.title}")
    yield from _first_out(plan)
    if plan.errors:
        yield from ("", "Azure would answer")
        for error in plan.errors:
            yield _line(f"{error.code} ({_short(error.target)}): {error.message}", "  ")
    if plan.blockers:
        yield from ("", "In the way" if any(b.refuses for b in plan.blockers) else "To look at first")
        for blocker in plan.blockers:
            mark = "!" if blocker.refuses else "?"
            yield _line(f"{mark} {blocker.what}", "  ")
            yield _line(f"fix: {blocker.fix}", "      ")
    if plan.unknown:
        yield from ("", "Could not be told")
        for gap in plan.unknown:
            yield _line(f"{gap.resource_type} of {_short(gap.scope)}: {gap.code}: {gap.message}", "  ")
    if plan.fixes:
        yield from ("", "What would help (each by itself, for what it names)")
        for fix in plan.fixes:
            yield _line(f"- {fix.change}{' [disruptive]' if fix.disruptive else ''}", "  ")
            yield _line(fix.detail, "      ")
    if plan.steps:
        yield from ("", "Steps" if plan.operation == "migrate" else "Notes")
        for number, step in enumerate(plan.steps, start=1):
            yield _line(f"{number}. {step}", "  ")
    yield ""
    yield from _table(plan.constraints, width)


def _first_out(plan: Plan) -> Iterator[str]:
    """The sum that decides, or what comes next where it fits."""
    short = [c for c in plan.constraints if c.short]
    deciding = [c for c in short if c.decides]
    if plan.verdict is Verdict.DOES_NOT_FIT and deciding:
        first = deciding[0]
        yield _line(f"{_name(first)} runs out {_when(first)}:", "  ")
        yield _line(first.arithmetic, "  ")
    elif plan.verdict is Verdict.DOES_NOT_FIT:
        yield "  Numbers aside: Azure refuses the settings below."
    elif plan.latent:
        first = short[0]
        yield _line(f"But {_name(first)} will run out {_when(first)}:", "  ")
        yield _line(first.arithmetic, "  ")
    elif plan.verdict is Verdict.FITS:
        tight = _tightest(plan.constraints)
        if tight:
            yield _line(f"Tightest: {_name(tight)}, {_left(tight)} left: {tight.arithmetic}", "  ")
    for room in plan.room:
        yield _line(room, "  ")


def _tightest(constraints: Sequence[Constraint]) -> Constraint | None:
    known = [c for c in constraints if c.decides and c.need is not None and c.available]
    return max(known, key=lambda c: ((c.need or 0) / (c.available or 1), c.kind), default=None)


def _left(constraint: Constraint) -> int:
    return (constraint.available or 0) - (constraint.need or 0)


def _name(constraint: Constraint) -> str:
    return f"{constraint.kind.value} of {constraint.resource_id.name}"


def _when(constraint: Constraint) -> str:
    if constraint.kind is LimitKind.OUTBOUND_PORTS:
        return "with every pool's surge, which Azure counts in each write"
    return _HORIZONS[constraint.horizon]


def _table(constraints: Sequence[Constraint], width: int) -> Iterator[str]:
    """The limits; without the increments where they would not fit."""
    head = ("limit", "of", "horizon", "need", "have", "short", "added", "free")
    rows = [
        (
            c.kind.value,
            terminal(c.resource_id.name, _NAME),
            c.horizon,
            *(_figure(value) for value in (c.need, c.available, c.short, c.added, c.free)),
        )
        for c in constraints
        if not _is_ample(c)
    ]
    if not rows:
        return
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    if sum(widths) + 2 * (len(widths) - 1) > width:
        del widths[-2:]
    for row in [head, *rows]:
        cells = [
            text.ljust(most) if column < 3 else text.rjust(most)
            for column, (text, most) in enumerate(zip(row, widths, strict=False))
        ]
        yield "  ".join(cells).rstrip()
    ample = len(constraints) - len(rows)
    if ample:
        yield f"and {ample} limit{'s' if ample > 1 else ''} of pools and clusters with half or more to spare"


def _is_ample(constraint: Constraint) -> bool:
    """A ceiling that is far away, of which there may be one for each pool."""
    if constraint.kind not in _CEILINGS or constraint.need is None or constraint.available is None:
        return False
    return 2 * constraint.need <= constraint.available


def _short(text: str) -> str:
    """A resource by its name; its id is in the JSON."""
    return text.rpartition("/")[2] if text.startswith("/") else text


def _figure(value: int | None) -> str:
    return "?" if value is None else str(value)


def _size_lines(size: Size) -> Iterator[str]:
    own = "; each cluster in a subnet of its own" if size.model is NetworkModel.KUBENET else ""
    yield f"{size.model.value}: the smallest that holds it, upgrades included{own}"
    yield ""
    for subnet in size.subnets:
        yield _line(f"/{subnet.prefix_length}  {subnet.role} subnet: {subnet.arithmetic}", "  ")
    if size.pod_cidr:
        yield _line(f"/{size.pod_cidr.prefix_length}  pod CIDR of each cluster: {size.pod_cidr.arithmetic}", "  ")
    if size.routes_needed is not None:
        yield _line(f"{size.routes_needed} routes of {size.routes_limit} in each cluster's table", "  ")
    for exceeded in size.exceeds:
        yield _line(f"DOES NOT FIT Azure's limits: {exceeded}", "  ")
    if any(subnet.role == "apiserver" for subnet in size.subnets):
        yield ""
        yield "  The apiserver subnet is for API server VNet integration only."


def _line(text: str, indent: str = "") -> str:
    return f"{indent}{terminal(text)}"
