"""A cluster's network as boxes and lines: cluster, pools with their nodes, subnets, tables, ways out, peers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from ...analysis.addresses import show
from ...analysis.cluster_networks import peer_prefixes
from ...analysis.egress_path import EgressKind, EgressPath
from ...analysis.network_model import NetworkModel
from ...analysis.peering_graph import PeeringLink, peerings_of
from ...findings import Severity
from ...inventory.resource_id import ResourceId
from ...model import Missing, Network, NodePool, NotCollected, VirtualNetwork
from ...report import ReportedCluster, ReportedNode, ReportedPool
from ..escape import shorten, visible
from ..mermaid import shortage_words, use_words
from ..words import Index, count_of, egress_addresses, egress_words, name_of, virtual_network_name

NODES_DRAWN: Final = 24
PEERS_DRAWN: Final = 8
_LINE: Final = 27
"""Characters that fit into a box."""

State = Literal["", "broken", "unread"]
Kind = Literal["cluster", "pool", "subnet", "vnet", "table", "egress", "peer"]


@dataclass(frozen=True, slots=True)
class Dot:
    """A node in its pool's box."""

    words: str
    is_broken: bool


@dataclass(slots=True, kw_only=True)
class Box:
    """One thing in the picture."""

    kind: Kind
    title: str
    lines: tuple[str, ...] = ()
    state: State = ""
    dots: tuple[Dot, ...] = ()
    more_dots: int = 0
    worst: Severity | None = None
    """Of the findings about it."""
    frame: str = ""
    """The virtual network that it is drawn in."""
    hint: str = ""
    """More words, for the pointer and for those who read the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """From one box to another, by their numbers."""

    start: int
    end: int
    words: str = ""
    state: State = ""
    is_drawn: bool = True
    """False: it only keeps a box in its place."""


@dataclass(slots=True)
class Topology:
    """The picture of one cluster before it is laid out."""

    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    numbers: dict[tuple[str, object], int] = field(default_factory=dict)

    def add(self, letter: str, key: object, box: Box) -> int:
        """Put a box in, or find the one that is there."""
        number = self.numbers.setdefault((letter, key), len(self.boxes))
        if number == len(self.boxes):
            box.title = shorten(visible(box.title), _LINE - 1)
            box.lines = tuple(shorten(visible(line), _LINE) for line in box.lines if line)
            box.frame = shorten(visible(box.frame), 60)
            self.boxes.append(box)
        return number

    def connect(self, start: int, end: int, words: str = "", state: State = "", *, is_drawn: bool = True) -> None:
        line = Line(start=start, end=end, words=words, state=state, is_drawn=is_drawn)
        if line not in self.lines:
            self.lines.append(line)

    def words(self) -> Iterator[str]:
        """The picture in sentences, for those who do not see it."""
        ways: dict[tuple[int, str, State], list[str]] = {}
        for line in self.lines:
            if line.is_drawn:
                ways.setdefault((line.start, line.words, line.state), []).append(_said(self.boxes[line.end]))
        for (start, words, state), ends in ways.items():
            how = f" ({words})" if words else ""
            broken = "BROKEN: " if state == "broken" else ""
            yield f"{broken}{_said(self.boxes[start])} leads to {', '.join(ends)}{how}."
        for box in self.boxes:
            said = "; ".join(filter(None, (*box.lines, visible(box.hint))))
            if said:
                yield f"{_said(box)}: {said}."


def _said(box: Box) -> str:
    kinds = {
        "vnet": "",
        "table": "table ",
        "egress": "way out ",
        "peer": "peer ",
        "cluster": "cluster ",
        "pool": "pool ",
    }
    return f"{kinds.get(box.kind, box.kind + ' ')}{box.title}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What a picture is drawn from."""

    network: Network
    index: Index
    worst: dict[ResourceId, Severity]
    """By resource: the worst finding about it."""


def topology_of(drawing: Drawing, item: ReportedCluster) -> Topology:
    """The picture of a cluster."""
    picture, cluster = Topology(), item.cluster
    root = picture.add("c", cluster.id, _cluster_box(drawing, item))
    for pool, reported in zip(cluster.node_pools, item.pools, strict=True):
        _pool(drawing, picture, item, pool, reported)
    if not cluster.node_pools:
        empty = picture.add("p", "", Box(kind="pool", title="no pools shown", state="unread"))
        picture.connect(root, empty)
    return picture


def _cluster_box(drawing: Drawing, item: ReportedCluster) -> Box:
    cluster = item.cluster
    pods = show(cluster.pod_cidrs)
    lines = (
        item.model.value,
        f"Kubernetes {cluster.kubernetes_version}" if cluster.kubernetes_version else "",
        f"pods {pods}" if pods else "",
        "STOPPED" if cluster.is_stopped else "",
    )
    return Box(kind="cluster", title=cluster.name, lines=lines, worst=drawing.worst.get(cluster.id))


def _pool(drawing: Drawing, picture: Topology, item: ReportedCluster, pool: NodePool, reported: ReportedPool) -> None:
    nodes = [node for node in item.nodes if node.node.node_pool.lower() == pool.name.lower()]
    dots = tuple(_dot(drawing, item, node) for node in nodes)
    dots = tuple(sorted(dots, key=lambda dot: not dot.is_broken)) if len(dots) > NODES_DRAWN else dots
    wrong = sum(dot.is_broken for dot in dots)
    count = "? nodes" if pool.count is None else count_of(pool.count, "node")
    lines = (
        f"{count}{f', up to {pool.max_count}' if pool.autoscaled else ''}, {pool.mode or 'mode ?'}",
        reported.model.value if item.model is NetworkModel.MIXED else "",
        f"{count_of(wrong, 'node')} CUT OFF" if wrong else "",
    )
    number = picture.add(
        "p",
        pool.name,
        Box(
            kind="pool",
            title=pool.name,
            lines=lines,
            state="broken" if wrong else "",
            dots=dots[:NODES_DRAWN],
            more_dots=max(0, len(dots) - NODES_DRAWN),
            worst=drawing.worst.get(item.cluster.id.child("agentPools", pool.name)),
        ),
    )
    picture.connect(picture.numbers["c", item.cluster.id], number)
    if reported.node_subnet_id:
        subnet = _subnet(drawing, picture, number, reported.node_subnet_id)
        picture.connect(number, subnet)
        _table(drawing, picture, item, subnet, reported.node_subnet_id)
    if pool.pod_subnet_id:
        subnet = _subnet(drawing, picture, number, pool.pod_subnet_id)
        picture.connect(number, subnet, "pods")
        _table(drawing, picture, None, subnet, pool.pod_subnet_id)
    for path in filter(None, (reported.egress, reported.pod_egress)):
        _egress(drawing, picture, number, path)


def _dot(drawing: Drawing, item: ReportedCluster, node: ReportedNode) -> Dot:
    words = drawing.index.route_words(item, node)
    held = len(node.node.pod_configurations)
    parts = (
        node.node.name,
        node.node.address or "no address",
        count_of(held, "pod address", "pod addresses") if held else "",
        words[0] if words else "",
    )
    return Dot(", ".join(visible(part, 80) for part in parts if part), words is not None and words[1])


def _subnet(drawing: Drawing, picture: Topology, pool: int, subnet_id: ResourceId) -> int:
    capacity, frame = drawing.index.subnets.get(subnet_id), virtual_network_name(subnet_id)
    worst = drawing.worst.get(subnet_id)
    if capacity:
        short = shortage_words(capacity)
        lines: tuple[str, ...] = (show(capacity.subnet.prefixes), use_words(capacity), *short.split(": "))
        box = Box(kind="subnet", title=subnet_id.name, lines=lines, state="broken" if short else "", worst=worst)
    elif isinstance(drawing.network.subnet(subnet_id), Missing):
        box = Box(kind="subnet", title=subnet_id.name, lines=("DOES NOT EXIST",), state="broken", worst=worst)
    else:
        box = Box(kind="subnet", title=subnet_id.name, lines=("not read",), state="unread", worst=worst)
    box.frame = frame
    number = picture.add("s", subnet_id, box)
    if subnet_id.parent and ("v", subnet_id.parent) not in picture.numbers:
        _virtual_network(drawing, picture, pool, subnet_id.parent)
    return number


def _virtual_network(drawing: Drawing, picture: Topology, pool: int, vnet_id: ResourceId) -> None:
    match drawing.network.virtual_network(vnet_id):
        case VirtualNetwork() as vnet:
            dns = f"DNS {', '.join(vnet.dns_servers)}" if vnet.dns_servers else ""
            box = Box(kind="vnet", title=f"VNet {vnet_id.name}", lines=(show(vnet.prefixes), dns))
        case Missing():
            box = Box(kind="vnet", title=f"VNet {vnet_id.name}", lines=("DOES NOT EXIST",), state="broken")
        case _:
            box = Box(kind="vnet", title=f"VNet {vnet_id.name}", lines=("not read",), state="unread")
    box.worst, box.frame = drawing.worst.get(vnet_id), vnet_id.name
    number = picture.add("v", vnet_id, box)
    picture.connect(pool, number, is_drawn=False)
    links = sorted(peerings_of(drawing.network, vnet_id), key=lambda link: link.is_open)
    for link in links[:PEERS_DRAWN]:
        _peer(drawing, picture, number, link)
    more = len(links) - PEERS_DRAWN
    if more > 0:
        box = Box(kind="peer", title=f"{count_of(more, 'more peer')}", lines=("all of them open",))
        if not all(link.is_open for link in links[PEERS_DRAWN:]):
            box.lines, box.state = ("NOT ALL OF THEM OPEN",), "broken"
        picture.connect(number, picture.add("m", vnet_id, box), "peering")


def _peer(drawing: Drawing, picture: Topology, vnet: int, link: PeeringLink) -> None:
    space = peer_prefixes(drawing.network, link.network, link.near.peering)
    prefixes = "" if isinstance(space, NotCollected) else show(space)
    if link.is_open:
        state: State = ""
        words = ""
    elif isinstance(link.far, Missing):
        words, state = "NO PEERING BACK", "broken"
    elif not link.is_connected:
        words, state = (link.near.peering.state or "state not read").upper(), "broken"
        if link.near.peering.is_connected:
            words = "THE OTHER SIDE IS NOT CONNECTED"
    else:
        words, state = "ACCESS NOT ALLOWED", "broken"
    box = Box(kind="peer", title=f"VNet {link.far_id.name}", lines=(prefixes, words), state=state)
    box.worst = drawing.worst.get(link.near.id) or drawing.worst.get(link.far_id)
    picture.connect(vnet, picture.add("r", link.far_id, box), "peering", state)


def _table(
    drawing: Drawing, picture: Topology, item: ReportedCluster | None, subnet: int, subnet_id: ResourceId
) -> None:
    """The route table of a subnet; `item` where kubenet's routes for its nodes should stand in it."""
    capacity = drawing.index.subnets.get(subnet_id)
    table_id = capacity.subnet.route_table_id if capacity else None
    is_kubenet = item is not None and item.model is NetworkModel.KUBENET
    if table_id:
        missing = drawing.index.without_route(item) if item else []
        astray = [n for n in item.nodes if n.routes and n.routes.astray and not n.routes.carrying] if item else []
        table = drawing.index.tables.get(table_id)
        lines = (
            "route table",
            count_of(len(table.routes), "route") if table else "not read",
            f"MISSING FOR {count_of(len(missing), 'NODE', 'NODES')}" if missing else "",
            f"WRONG FOR {count_of(len(astray), 'NODE', 'NODES')}" if astray else "",
        )
        state: State = "broken" if missing or astray else "" if table else "unread"
        box = Box(kind="table", title=name_of(table_id), lines=lines, state=state, worst=drawing.worst.get(table_id))
        lost = any(node.node.subnet_id == subnet_id for node in (*missing, *astray))
        picture.connect(subnet, picture.add("t", table_id, box), state="broken" if lost else "")
    elif capacity and is_kubenet:
        box = Box(kind="table", title="no route table", lines=("kubenet needs one",), state="broken")
        picture.connect(subnet, picture.add("x", subnet_id, box), state="broken")


def _egress(drawing: Drawing, picture: Topology, pool: int, path: EgressPath) -> None:
    state: State = ""
    if path.kind is EgressKind.UNKNOWN:
        state = "unread"
    elif path.matches_outbound_type is False:
        state = "broken"
    lines = (egress_addresses(path), "NOT AS DECLARED" if state == "broken" else "")
    box = Box(kind="egress", title=egress_words(path), lines=lines, state=state, hint=path.because)
    box.worst = drawing.worst.get(path.via) if path.via else None
    start = picture.numbers.get(("s", path.subnet_id), pool) if path.subnet_id else pool
    if path.kind in (EgressKind.APPLIANCE, EgressKind.NETWORK_GATEWAY) and path.subnet_id:
        capacity = drawing.index.subnets.get(path.subnet_id)
        table = capacity.subnet.route_table_id if capacity else None
        start = picture.numbers.get(("t", table), start)
    number = picture.add("e", (path.via or path.subnet_id, path.kind), box)
    picture.connect(start, number, "egress", state)
