from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...analysis.flows import Allowed, Decision, Denied, Endpoint, Flow, Part, Undecided, ports_of
from ...analysis.intervals import IPV4, NOTHING, Intervals, difference, intersection, is_within, union
from ...analysis.node_places import NodePlace, node_places
from ...analysis.security_rules import SERVICE_TAG, judge
from ...analysis.service_tags import PUBLIC
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...model import Network, PortRange
from .denials import Cause, cause_of, rule_evidence

_ADMINISTRATION = (PortRange(22, 22), PortRange(3389, 3389))
_ABOVE = (PortRange(49152, 65535),)
"""Ports that nobody opens by name: they are open where all are."""


@dataclass(frozen=True, slots=True)
class _Open:
    place: NodePlace
    by: Decision
    ports: Intervals


@rule(
    title="Nodes can be reached from the internet by SSH, RDP or on every port",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/use-node-public-ips",
    more_sources=(
        "https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works",
        "https://github.com/prowler-cloud/prowler/issues/12854",
    ),
    covers=("NSG-10",),
    disrupts="nothing",
)
def node_subnet_open_to_internet(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Security rules that let most of the internet through to node addresses on 22 or 3389, or on every port. Both groups
    are asked, the subnet's and the NICs', and earlier denies count: a wide Allow on the subnet alone is no finding
    while the NICs' group keeps AKS's default. It is low where no node has a public address of its own.

    ## Why it matters
    A node is a host of everybody's pods and holds the kubelet's credentials; SSH and RDP on public addresses are
    tried within minutes. Services need none of it: their ports are opened towards the load balancer's address.

    ## How to fix it
    Remove the rule, or narrow its source to the network that administers the nodes, and reach nodes by
    `kubectl debug` or Bastion.

    ```azurecli
    az network nsg rule update --resource-group RG --nsg-name NSG --name RULE \\
      --source-address-prefixes 203.0.113.0/24
    ```

    ```bicep
    properties: {
      priority: 300, direction: 'Inbound', access: 'Allow', protocol: 'Tcp'
      sourceAddressPrefix: '203.0.113.0/24', sourcePortRange: '*'
      destinationAddressPrefix: '10.1.0.0/24', destinationPortRange: '22'
    }
    ```

    ```terraform
    security_rule {
      name                       = "allow-ssh"
      priority                   = 300
      direction                  = "Inbound"
      access                     = "Allow"
      protocol                   = "Tcp"
      source_port_range          = "*"
      destination_port_range     = "22"
      source_address_prefix      = "203.0.113.0/24"
      destination_address_prefix = "10.1.0.0/24"
    }
    ```
    """
    found: dict[Cause, list[_Open]] = {}
    for cluster in network.clusters:
        places = node_places(network, cluster)
        answers = [unknown(where, gap) for where, gap in places.unread]
        for place in places.known:
            for item in _opened(network, place):
                if isinstance(item, Gap):
                    answers.append(unknown(cluster.id, item))
                else:
                    found.setdefault(cause_of(item.by), []).append(item)
        yield from dict.fromkeys(answers)
    for _, opened in sorted(found.items()):
        yield _finding(opened)


def _opened(network: Network, place: NodePlace) -> Iterator[_Open | Gap]:
    """What most of the internet gets through to at a place, by the first rule that lets it in."""
    layers = [
        # how far VirtualNetwork may reach besides is left out: nobody opened a node by that
        replace(layer, virtual_network=replace(layer.virtual_network, possible=NOTHING))
        for layer in place.inbound(network)
    ]
    nearby = union(*(layer.virtual_network.certain for layer in layers))
    internet = intersection(difference(PUBLIC, nearby), IPV4)
    asked = Flow(
        source=Endpoint(addresses=internet),
        destination=replace(place.nodes, addresses=intersection(place.nodes.addresses, IPV4)),
        protocol="Tcp",
        ports=(*_ADMINISTRATION, *_ABOVE),
    )
    if not asked.destination.addresses:
        return
    verdict = judge(layers, asked) if layers else Allowed(())
    if isinstance(verdict, Denied):
        return
    if place.gap and not layers:
        yield place.gap
        return
    parts = verdict.parts if isinstance(verdict, Allowed) else verdict.allowed
    open_parts = [part for part in parts if _size(part.source) * 2 > _size(internet)]
    if open_parts and place.gap:
        yield place.gap
    elif isinstance(verdict, Undecided) and verdict.gap.code != SERVICE_TAG:
        yield verdict.gap
    elif open_parts and place.gap is None:
        yield from _by_rule(place, open_parts)


def _by_rule(place: NodePlace, parts: list[Part]) -> Iterator[_Open]:
    """The parts by the rule of the first group; a rule that only comes second opened nothing by itself."""
    first = parts[0].by.group.id
    by_rule: dict[Cause, list[Part]] = {}
    for part in parts:
        if part.by.group.id == first:
            by_rule.setdefault(cause_of(part.by), []).append(part)
    for same in by_rule.values():
        ports = union(*(part.destination_ports for part in same))
        if intersection(ports, ports_of(_ADMINISTRATION)) or is_within(ports_of(_ABOVE), ports):
            yield _Open(place, same[0].by, ports)


def _size(addresses: Intervals) -> int:
    return sum(last - first + 1 for first, last in addresses)


def _finding(opened: list[_Open]) -> Finding:
    by = opened[0].by
    clusters = {item.place.cluster.id: item.place.cluster for item in opened}
    subnets = {item.place.subnet.id: item.place.subnet for item in opened}
    pools = {item.place.cluster.id.child("agentPools", pool): None for item in opened for pool in item.place.pools}
    ports = union(*(item.ports for item in opened))
    text = "every port" if is_within(ports_of(_ABOVE), ports) else ", ".join(str(first) for first, _ in ports)
    is_reachable = any(item.place.has_public_addresses for item in opened)
    names = ", ".join(sorted(cluster.name for cluster in clusters.values()))
    return Finding(
        by.group.id,
        f"{by} lets the internet in to nodes of {names} on {text}"
        + ("" if is_reachable else "; no node there has a public address now"),
        (
            *rule_evidence(by.group.id, by.rule),
            *(
                Evidence(item.place.nic_group.id, "id", item.place.nic_group.id.text)
                for item in opened[:1]
                if item.place.nic_group and item.place.nic_group.id != by.group.id
            ),
        ),
        cluster_id=next(iter(clusters)) if len(clusters) == 1 else None,
        affected=(*(clusters if len(clusters) > 1 else ()), *subnets, *pools),
        severity=None if is_reachable else Severity.LOW,
        key=by.rule.path,
    )
