from __future__ import annotations

from collections.abc import Iterator

from ...analysis.egress_subnets import Home, homes
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...inventory.types import LOAD_BALANCERS, NETWORK_INTERFACES, canonical_type
from ...model import LoadBalancer, NatGateway, Network, NotCollected, PublicIp, Subnet
from ...model.network import remembered


@rule(
    title="Basic load balancers or addresses stand in the subnet of a NAT gateway",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/nat-gateway/nat-overview",
    covers=("UDR-11",),
    disrupts="connections are reset",
)
def basic_resources_behind_nat_gateway(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A node subnet or pod subnet with a NAT gateway in which also stand an internal load balancer of SKU Basic, or a
    network interface with a public address of SKU Basic.

    ## Why it matters
    A NAT gateway does not work together with Basic resources in its subnet: Azure refuses to attach it, or to
    put the Basic resource there, and egress of such a subnet fails. Basic resources are retired since 2025-09-30
    besides. Not verified: the error code.

    ## How to fix it
    Make the load balancer and the addresses Standard, or move what has them to another subnet.

    ```azurecli
    az network public-ip update --resource-group RG --name PUBLIC_IP --sku Standard   # detached, and static
    ```

    ```bicep
    resource publicIp 'Microsoft.Network/publicIPAddresses@2024-05-01' = {
      sku: { name: 'Standard' }
      properties: { publicIPAllocationMethod: 'Static' }
    }
    ```

    ```terraform
    resource "azurerm_public_ip" "jumpbox" {
      sku               = "Standard"
      allocation_method = "Static"
    }
    ```
    """
    found, unread = homes(network, lambda _: True)
    for place, gap in unread.items():
        yield unknown(place, gap)
    for home in found:
        if not home.subnet.nat_gateway_id:
            continue
        basics = _basics(network).get(home.subnet.id, ())
        hidden = [item.gap for item in (*_unread(network, home.subnet), *basics) if isinstance(item, NotCollected)]
        yield from (unknown(home.subnet.id, reason) for reason in dict.fromkeys(hidden))
        there = [item for item in basics if not isinstance(item, NotCollected)]
        if there:
            yield _finding(network, home, there)


def _unread(network: Network, subnet: Subnet) -> Iterator[NotCollected]:
    """Why load balancers and NICs that the subnet names may be Basic, or have a Basic address."""
    read = {LOAD_BALANCERS.lower(): network.load_balancers, NETWORK_INTERFACES.lower(): network.network_interfaces}
    for holder in (attachment.resource_id for attachment in subnet.attachments):
        known = read.get(holder.type.lower())
        if known is not None and holder not in known:
            absent = network.completeness.absent(canonical_type(holder.type), holder)
            if isinstance(absent, NotCollected):
                yield absent


@remembered
def _basics(network: Network) -> dict[ResourceId, list[LoadBalancer | PublicIp | NotCollected]]:
    """By subnet: the Basic load balancers and the Basic public addresses of NICs in it."""
    found: dict[ResourceId, list[LoadBalancer | PublicIp | NotCollected]] = {}
    for balancer in network.load_balancers.values():
        if balancer.sku.lower() in ("", "basic"):
            for subnet_id in dict.fromkeys(f.subnet_id for f in balancer.frontends if f.subnet_id):
                found.setdefault(subnet_id, []).append(balancer)
    for nic in network.network_interfaces.values():
        home = next((c.subnet_id for c in nic.ip_configurations if c.subnet_id), None)
        if home is None:
            continue
        for public_id in nic.public_ip_ids:
            match network.public_ip(public_id):
                case PublicIp() as address if address.sku.lower() in ("", "basic"):
                    found.setdefault(home, []).append(address)
                case NotCollected() as gap:
                    found.setdefault(home, []).append(gap)
                case _:
                    pass
    return found


def _finding(network: Network, home: Home, there: list[LoadBalancer | PublicIp]) -> Finding:
    gateway = network.nat_gateway_of(home.subnet)
    name = home.subnet.nat_gateway_id.name if home.subnet.nat_gateway_id else ""
    sku = gateway.sku if isinstance(gateway, NatGateway) else ""
    return Finding(
        home.subnet.id,
        f"subnet {home.subnet.id.name} of {home.names} has NAT gateway {name}{f' ({sku})' if sku else ''}, and "
        f"{', '.join(sorted(item.id.name for item in there))} there {'is' if len(there) == 1 else 'are'} Basic",
        (
            Evidence(home.subnet.id, "properties.natGateway.id", name and str(home.subnet.nat_gateway_id)),
            *(Evidence(item.id, "sku.name", item.sku or None) for item in there),
        ),
        cluster_id=home.cluster_id,
        affected=tuple(item.id for item in there),
    )
