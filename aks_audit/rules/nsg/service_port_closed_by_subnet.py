from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...analysis.cluster_networks import made_by_aks
from ...analysis.flows import Allowed, Decision, Denied, Endpoint, Flow, Layer, Part, PartlyDenied, Undecided, show
from ...analysis.intervals import ADDRESSES, IPV4, difference, intersection
from ...analysis.node_places import NodePlace, node_places
from ...analysis.published_ports import PublishedPort, published_ports
from ...analysis.security_rules import judge
from ...analysis.service_tags import HOST, PUBLIC
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...model import ManagedCluster, Network, PortRange
from .denials import Cause, cause_of, rule_evidence


@dataclass(frozen=True, slots=True)
class _Closed:
    cluster: ManagedCluster
    place: NodePlace
    port: PublishedPort
    by: Decision


@rule(
    title="A service's port is open at the load balancer and closed by the subnet",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/concepts-network",
    more_sources=(
        "https://github.com/MicrosoftDocs/azure-docs/issues/68116",
        "https://learn.microsoft.com/azure/aks/load-balancer-standard",
    ),
    covers=("NSG-07",),
    disrupts="nothing",
)
def service_port_closed_by_subnet(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A rule of a load balancer in the node resource group whose port the group on the nodes' NICs lets in, and of which
    the security group on your own subnet lets in nothing at all. With floating IP, as AKS sets it, the destination
    that groups see is the frontend's address. A subnet that lets in some of the sources restricts on purpose: that is
    no finding.

    ## Why it matters
    AKS opens a service's ports in its own group on the NICs and never touches the group on your subnet. Both must
    allow, so connections to the service time out without any error, in Kubernetes or in Azure, while the health
    probes stay green.

    ## How to fix it
    Open the same ports, towards the frontend's address, in the subnet's group.

    ```azurecli
    az network nsg rule create --resource-group RG --nsg-name NSG --name allow-web --priority 300 \\
      --direction Inbound --access Allow --protocol Tcp --source-address-prefixes Internet \\
      --source-port-ranges '*' --destination-address-prefixes 20.50.0.7 --destination-port-ranges 80 443
    ```

    ```bicep
    properties: {
      priority: 300, direction: 'Inbound', access: 'Allow', protocol: 'Tcp'
      sourceAddressPrefix: 'Internet', sourcePortRange: '*'
      destinationAddressPrefix: '20.50.0.7', destinationPortRanges: ['80', '443']
    }
    ```

    ```terraform
    security_rule {
      name                       = "allow-web"
      priority                   = 300
      direction                  = "Inbound"
      access                     = "Allow"
      protocol                   = "Tcp"
      source_port_range          = "*"
      destination_port_ranges    = ["80", "443"]
      source_address_prefix      = "Internet"
      destination_address_prefix = "20.50.0.7"
    }
    ```
    """
    found: dict[Cause, list[_Closed]] = {}
    for cluster in network.clusters:
        answers: list[Unknown] = []
        for place in _own_places(network, cluster, answers):
            for port in published_ports(network, cluster):
                if isinstance(port, Gap):
                    answers.append(unknown(cluster.id, port))
                    continue
                match _closed_by(network, place, port):
                    case Gap() as gap:
                        answers.append(unknown(cluster.id, gap))
                    case Decision() as by:
                        found.setdefault(cause_of(by), []).append(_Closed(cluster, place, port, by))
        yield from dict.fromkeys(answers)
    for _, closed in sorted(found.items()):
        yield _finding(closed)


def _own_places(network: Network, cluster: ManagedCluster, answers: list[Unknown]) -> Iterator[NodePlace]:
    """Where a group of the owner's stands in front of the nodes."""
    places = node_places(network, cluster)
    answers += [unknown(where, gap) for where, gap in places.unread_of_owner]
    for place in places.known:
        if made_by_aks(cluster, place.subnet.virtual_network_id) or not place.subnet.network_security_group_id:
            continue
        if place.gap:
            answers.append(unknown(cluster.id, place.gap))
        else:
            yield place


def _closed_by(network: Network, place: NodePlace, port: PublishedPort) -> Decision | Gap | None:
    """The subnet's rule that lets in nothing of what the NICs' group lets in; None where some gets through."""
    layers = {layer.group.id: layer for layer in place.inbound(network)}
    subnet_layer = layers.get(place.subnet_group.id) if place.subnet_group else None
    if subnet_layer is None:
        return None
    nic_layer = layers.get(place.nic_group.id) if place.nic_group else None
    asked = _flow(subnet_layer, place, port)
    if not asked.source.place or not asked.destination.place:
        return None
    opened = [asked]
    if nic_layer and nic_layer is not subnet_layer:
        match judge([nic_layer], asked):
            case Undecided(gap):
                return gap
            case Allowed(parts) | PartlyDenied(allowed=parts):
                opened = [_again(asked, part) for part in parts]
            case Denied():
                return None
    decision: Decision | None = None
    for flow in opened:
        match judge([subnet_layer], flow):
            case Denied(parts):
                decision = decision or parts[0].by
            case Undecided(gap):
                return gap
            case _:
                return None
    return decision


def _flow(layer: Layer, place: NodePlace, port: PublishedPort) -> Flow:
    nearby = difference(layer.virtual_network.certain, HOST)
    source = difference(PUBLIC, nearby) if port.frontend.is_public else nearby
    destination = port.frontend_address if port.rule.floating_ip else place.nodes.addresses
    family = IPV4 if intersection(port.frontend_address, IPV4) else difference(ADDRESSES, IPV4)
    return Flow(
        source=Endpoint(addresses=intersection(source, family)),
        destination=Endpoint(addresses=intersection(destination, family)),
        protocol=port.protocol,
        ports=port.ports,
    )


def _again(flow: Flow, part: Part) -> Flow:
    ports = tuple(PortRange(first, last) for first, last in part.destination_ports)
    return Flow(
        source=Endpoint(addresses=part.source),
        destination=Endpoint(addresses=part.destination),
        protocol=flow.protocol,
        ports=ports,
    )


def _finding(closed: list[_Closed]) -> Finding:
    by = closed[0].by
    clusters = dict.fromkeys(item.cluster.id for item in closed)
    ports = {f"{_port_text(item.port)} at {show(item.port.frontend_address)}": item for item in closed}
    names = ", ".join(dict.fromkeys(item.cluster.name for item in closed))
    subnets = {item.place.subnet.id: item.place.subnet for item in closed}
    return Finding(
        by.group.id,
        f"{by} denies services of {names} that the nodes' own group lets in: {', '.join(ports)}",
        (
            *rule_evidence(by.group.id, by.rule),
            *(Evidence(subnet, "properties.networkSecurityGroup.id", by.group.id.text) for subnet in subnets),
            *(
                Evidence(
                    item.port.balancer.id,
                    f"properties.loadBalancingRules[{item.port.rule.name}].properties.frontendPort",
                    item.port.rule.frontend_port,
                )
                for item in ports.values()
            ),
        ),
        cluster_id=next(iter(clusters)) if len(clusters) == 1 else None,
        affected=(*(clusters if len(clusters) > 1 else ()), *subnets),
        key=by.rule.path,
    )


def _port_text(port: PublishedPort) -> str:
    return "every port" if port.protocol == "*" else f"{port.rule.protocol.upper()} {port.rule.frontend_port}"
