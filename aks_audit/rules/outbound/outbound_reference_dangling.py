from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ...analysis.egress_subnets import homes
from ...analysis.outbound_balancer import at_rest, outbound_balancer, outbound_ids
from ...analysis.outbound_type import OutboundType, outbound_type_of
from ...analysis.public_addresses import is_prefix, public_addresses
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...inventory.types import NAT_GATEWAYS, PUBLIC_IP_ADDRESSES, PUBLIC_IP_PREFIXES, canonical_type
from ...model import LoadBalancer, ManagedCluster, Missing, NatGateway, Network, NotCollected
from .ports import PROFILE


@dataclass(slots=True)
class _Referrers:
    """Who names one resource."""

    evidence: dict[Evidence, None] = field(default_factory=dict)
    clusters: dict[ResourceId, ManagedCluster] = field(default_factory=dict)


References = dict[ResourceId, _Referrers]

_WORDS: Final = {
    PUBLIC_IP_ADDRESSES: "public IP address",
    PUBLIC_IP_PREFIXES: "public IP prefix",
    NAT_GATEWAYS: "NAT gateway",
}


@rule(
    title="An address or gateway to leave by is named and does not exist",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/load-balancer-standard",
    more_sources=("https://learn.microsoft.com/azure/aks/nat-gateway",),
    disrupts="nothing",
)
def outbound_reference_dangling(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A public IP address, a prefix or a NAT gateway that does not exist any more, and is named by a cluster's load
    balancer profile or node pool, by the outbound rules of its load balancer, by a node or pod subnet, or by the NAT
    gateway there. One finding for each resource that is gone.

    ## Why it matters
    Azure does not let go of an address in use, so a name that leads nowhere was left by a move, by a template, or by a
    failed delete. The next write to whatever names it is refused with `InvalidResourceReference` or `ResourceNotFound`,
    and upgrades and scale-outs write. What should leave by it does not.

    ## How to fix it
    Name an address that exists, or make the resource again under the same name.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER --load-balancer-outbound-ips PUBLIC_IP_ID
    ```

    ```bicep
    resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      properties: {
        networkProfile: {
          loadBalancerProfile: {
            outboundIPs: { publicIPs: [{ id: publicIp.id }] }
          }
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks" {
      network_profile {
        network_plugin = "azure"
        load_balancer_profile {
          outbound_ip_address_ids = [azurerm_public_ip.egress.id]
        }
      }
    }
    ```
    """
    named: References = {}
    for cluster in network.clusters:
        yield from _of_cluster(network, cluster, named)
    found, unread = homes(network, lambda _: True)
    for place, gap in unread.items():
        yield unknown(place, gap)
    for home in found:
        gateway_id = home.subnet.nat_gateway_id
        if gateway_id:
            for cluster in home.clusters:
                _note(named, gateway_id, cluster, home.subnet.id, "properties.natGateway.id")
                gateway = network.nat_gateways.get(gateway_id)
                if gateway:
                    _of_gateway(gateway, cluster, named)
    for resource_id, referrers in named.items():
        match _look(network, resource_id):
            case NotCollected() as gap:
                yield unknown(resource_id, gap)
            case Missing():
                yield _finding(resource_id, referrers)
            case None:
                pass


def _note(named: References, resource_id: ResourceId, cluster: ManagedCluster, place: ResourceId, path: str) -> None:
    referrers = named.setdefault(resource_id, _Referrers())
    referrers.evidence.setdefault(Evidence(place, path, resource_id.text))
    referrers.clusters.setdefault(cluster.id, cluster)


def _of_cluster(network: Network, cluster: ManagedCluster, named: References) -> Iterator[Unknown]:
    """Note what a cluster and its load balancer name; an Unknown where that load balancer was not read."""
    for pool in cluster.node_pools:
        if pool.has_node_public_ips and pool.node_public_ip_prefix_id:
            path = f"properties.agentPoolProfiles[{pool.name}].nodePublicIPPrefixID"
            _note(named, pool.node_public_ip_prefix_id, cluster, cluster.id, path)
    profile = cluster.load_balancer
    if outbound_type_of(cluster) is not OutboundType.LOAD_BALANCER or profile is None:
        return
    for resource_id in profile.outbound_ip_ids:
        _note(named, resource_id, cluster, cluster.id, f"{PROFILE}.outboundIPs.publicIPs[].id")
    for resource_id in profile.outbound_prefix_ids:
        _note(named, resource_id, cluster, cluster.id, f"{PROFILE}.outboundIPPrefixes.publicIPPrefixes[].id")
    if not at_rest(cluster):
        return
    for resource_id in profile.effective_ids:
        _note(named, resource_id, cluster, cluster.id, f"{PROFILE}.effectiveOutboundIPs[].id")
    match outbound_balancer(network, cluster):
        case NotCollected() as gap:
            yield unknown(cluster.id, gap)
        case LoadBalancer() as balancer:
            for resource_id in outbound_ids(balancer):
                word = "publicIPPrefix" if is_prefix(resource_id) else "publicIPAddress"
                _note(named, resource_id, cluster, balancer.id, f"properties.frontendIPConfigurations[].{word}.id")
        case Missing():
            pass  # load-balancer-outbound-rule-missing


def _of_gateway(gateway: NatGateway, cluster: ManagedCluster, named: References) -> None:
    for resource_id in gateway.public_ip_ids:
        _note(named, resource_id, cluster, gateway.id, "properties.publicIpAddresses[].id")
    for resource_id in gateway.public_prefix_ids:
        _note(named, resource_id, cluster, gateway.id, "properties.publicIpPrefixes[].id")


def _look(network: Network, resource_id: ResourceId) -> Missing | NotCollected | None:
    """Whether a resource is gone; None: it is there. What is there and shows no address is not gone."""
    if resource_id.type.lower() == NAT_GATEWAYS.lower():
        if resource_id in network.nat_gateways:
            return None
        return network.completeness.absent(NAT_GATEWAYS, resource_id)
    if resource_id in network.public_ips or resource_id in network.public_ip_prefixes:
        return None
    found = public_addresses(network, (resource_id,))
    return Missing(resource_id) if found.missing else NotCollected(found.gap) if found.gap else None


def _finding(resource_id: ResourceId, referrers: _Referrers) -> Finding:
    places = dict.fromkeys(line.resource_id.name for line in referrers.evidence)
    clusters = tuple(referrers.clusters)
    kind = _WORDS.get(canonical_type(resource_id.type), resource_id.type)
    return Finding(
        resource_id,
        f"{kind} {resource_id.name} does not exist, and {', '.join(places)} "
        f"{'names' if len(places) == 1 else 'name'} it for the way out of "
        f"{', '.join(cluster.name for cluster in referrers.clusters.values())}",
        tuple(referrers.evidence),
        cluster_id=clusters[0] if len(clusters) == 1 else None,
        affected=clusters,
    )
