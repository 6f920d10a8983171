"""One thing that can run out: what every pool takes of it, and how much there is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..model import ManagedCluster, NodePool
from .horizons import Horizons, PoolNodes, sum_up


class LimitKind(StrEnum):
    """What can run out; the names of the contract."""

    SUBNET_ADDRESSES = "subnet-addresses"
    POD_RANGES = "pod-ranges"
    POD_SUBNET_BATCHES = "pod-subnet-batches"
    POD_SUBNET_BLOCKS = "pod-subnet-blocks"
    ROUTE_TABLE_ROUTES = "route-table-routes"
    OUTBOUND_PORTS = "outbound-ports"
    NAT_GATEWAY_PORTS = "nat-gateway-ports"
    POOL_NODES = "pool-nodes"
    CLUSTER_NODES = "cluster-nodes"
    NIC_ADDRESSES = "nic-addresses"
    VNET_ADDRESSES = "vnet-addresses"
    APISERVER_SUBNET = "apiserver-subnet"


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureError:
    """What the resource provider answers when it refuses for this."""

    code: str
    target: str = ""
    """The property that it names, as far as that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What one pool takes of a limit: so much for each of its nodes."""

    cluster: ManagedCluster
    pool: NodePool
    nodes: PoolNodes | None
    each: int | None
    words: str = ""
    """How `each` comes about, where that is worth showing: `(30 + 1)`."""

    @property
    def label(self) -> str:
        return f"{self.cluster.name}/{self.pool.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A limit and everything that draws on it. Counted in its own unit; None is not known."""

    kind: LimitKind
    resource_id: ResourceId
    """The subnet, table, cluster ... that has the limit."""
    available: int | None
    room: str
    """What `available` is, in words: `usable 251 in 10.0.0.0/24`, in Azure's own unit."""
    draws: tuple[Draw, ...] = ()
    others: int = 0
    """Taken by what is no pool, at every horizon."""
    others_words: str = "held by others"
    unit: int = 1
    """Azure's own units in one of ours: a range of one node is 256 addresses, a batch 16."""
    counts_surge_always: bool = False
    """Azure counts the surge in every operation, not in upgrades alone (outbound ports)."""
    error: AzureError | None = None
    gap: Gap | None = None
    """Why something of this is not known."""
    has_unknown_draws: bool = False
    """Something draws on it of which nothing more is known: then no need is known."""
    at_most: Limit | None = None
    """Where `draws` are the least that is taken, because ARM does not show what really is: the most."""

    @property
    def needed(self) -> Horizons:
        unseen: list[tuple[PoolNodes | None, int | None]] = [(None, None)] if self.has_unknown_draws else []
        return sum_up([*unseen, *((draw.nodes, draw.each) for draw in self.draws)]) + self.others

    @property
    def clusters(self) -> tuple[ManagedCluster, ...]:
        return tuple({draw.cluster.id: draw.cluster for draw in self.draws}.values())

    @property
    def is_autoscaled(self) -> bool:
        return any(draw.nodes and draw.nodes.maximum > draw.nodes.now for draw in self.draws)

    def upgrade_of(self, cluster: ManagedCluster) -> int | None:
        """The need while all pools of one cluster upgrade, and the other clusters do not."""
        if self.needed.now is None:
            return None
        own = [draw for draw in self.draws if draw.cluster.id == cluster.id]
        return self.needed.now + sum(draw.nodes.surge * draw.each for draw in own if draw.nodes and draw.each)

    def short(self, horizon: str) -> int | None:
        """How much is missing at a horizon; 0 where it fits, None where that is not known."""
        need: int | None = getattr(self.needed, horizon)
        return None if need is None or self.available is None else max(0, need - self.available)

    def fits(self, horizon: str) -> bool | None:
        """Whether there is enough; None where that is not known, or depends on what ARM does not show."""
        short = self.short(horizon)
        if short or short is None or self.at_most is None:
            return None if short is None else not short
        return self.at_most.fits(horizon) or None

    def arithmetic(self, horizon: str) -> str:
        """The sum as the resource provider would state it, in its own unit."""
        alone = self._largest_surge() if horizon == "upgrade_one_pool" else None
        terms = [
            self._term(draw, "now" if alone is not None and draw is not alone else horizon)
            for draw in self.draws
            if draw.each != 0
        ]
        if self.others:
            terms.append(f"{self.others * self.unit} {self.others_words}".strip())
        need: int | None = getattr(self.needed, horizon)
        short = self.short(horizon)
        tail = f"; short by {short * self.unit}" if short else ""
        total = "?" if need is None else need * self.unit
        return f"pre-allocated {total} = {' + '.join(terms) or 0}; {self.room}{tail}"

    def _largest_surge(self) -> Draw | None:
        """The pool whose upgrade by itself takes most."""
        known = [draw for draw in self.draws if draw.nodes and draw.each]
        return max(known, key=lambda draw: (draw.nodes.surge if draw.nodes else 0) * (draw.each or 0), default=None)

    def _term(self, draw: Draw, horizon: str) -> str:
        if draw.nodes is None or draw.each is None:
            return f"? [{draw.label}]"
        base, surge = draw.nodes.at(horizon)
        count = f"({base} + {surge} surge)" if surge else str(base)
        each = draw.words or (str(draw.each * self.unit) if draw.each * self.unit != 1 else "")
        return f"{count}{f' x {each}' if each else ''} [{draw.label}]"
