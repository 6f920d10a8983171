from __future__ import annotations

from collections.abc import Iterator

from ...analysis.outbound_balancer import at_rest, covered_by, leaving_rules, outbound_balancer, outbound_ids
from ...analysis.outbound_type import OutboundType, outbound_type_of
from ...analysis.public_addresses import is_prefix
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import LoadBalancer, LoadBalancerProfile, ManagedCluster, Missing, Network, NotCollected
from .ports import PROFILE


@rule(
    title="The outbound addresses are not those that the cluster declares",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/load-balancer-standard",
    more_sources=("https://learn.microsoft.com/rest/api/aks/managed-clusters/get",),
    covers=("LBS-08",),
    disrupts="connections are reset",
)
def outbound_addresses_drifted(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose load balancer profile disagrees with itself or with the load balancer: it names outbound addresses
    or prefixes of the owner's and `effectiveOutboundIPs` shows others; it asks for a number of managed addresses and
    shows another; or the outbound rules of the load balancer `kubernetes` have frontends with other addresses than
    `effectiveOutboundIPs`.

    ## Why it matters
    Somebody changed the load balancer past the cluster, or a change never went through. The cluster leaves by the
    addresses that the load balancer has; partners' allow-lists and the port arithmetic follow the profile. The next
    write to the cluster puts the profile's addresses back, and the address changes under running connections.

    ## How to fix it
    Say in the cluster which addresses are meant; AKS then sets the load balancer to them.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER --load-balancer-outbound-ips PUBLIC_IP_ID_1,PUBLIC_IP_ID_2
    # or addresses that AKS makes:
    az aks update --resource-group RG --name CLUSTER --load-balancer-managed-outbound-ip-count 2
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
    for cluster in network.clusters:
        profile = cluster.load_balancer
        if outbound_type_of(cluster) is not OutboundType.LOAD_BALANCER or profile is None or not at_rest(cluster):
            continue
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
            continue
        if not profile.effective_ids:
            continue  # nothing is shown that could differ; a missing outbound rule is another finding
        declared = _declared(network, cluster, profile)
        if declared:
            yield declared
            continue
        match outbound_balancer(network, cluster):
            case NotCollected() as gap:
                yield unknown(cluster.id, gap)
            case LoadBalancer() as balancer if leaving_rules(balancer):
                yield from _real(network, cluster, profile, balancer)
            case LoadBalancer() | Missing():
                pass


def _declared(network: Network, cluster: ManagedCluster, profile: LoadBalancerProfile) -> Finding | None:
    own = profile.outbound_ip_ids + profile.outbound_prefix_ids
    effective = _shown(profile.effective_ids)
    if own:
        return _own(network, cluster, profile, own)
    if profile.managed_outbound_ips is None:
        return None
    wanted = profile.managed_outbound_ips + (profile.managed_outbound_ipv6s or 0)
    if wanted == len(profile.effective_ids) or (
        cluster.is_dual_stack and profile.managed_outbound_ipv6s is None  # how many there are then, nobody says
    ):
        return None
    return Finding(
        cluster.id,
        f"{cluster.name}: the load balancer profile asks for {wanted} managed outbound "
        f"{'address' if wanted == 1 else 'addresses'} and shows {len(profile.effective_ids)} in effect",
        (
            Evidence(cluster.id, f"{PROFILE}.managedOutboundIPs.count", profile.managed_outbound_ips),
            Evidence(cluster.id, f"{PROFILE}.managedOutboundIPs.countIPv6", profile.managed_outbound_ipv6s),
            Evidence(cluster.id, f"{PROFILE}.effectiveOutboundIPs[].id", effective),
        ),
        cluster_id=cluster.id,
        key="count",
    )


def _own(
    network: Network, cluster: ManagedCluster, profile: LoadBalancerProfile, own: tuple[ResourceId, ...]
) -> Finding | None:
    absent = [item for item in own if not is_prefix(item) and item not in profile.effective_ids]
    absent += [p for p in profile.outbound_prefix_ids if not any(_from(network, e, p) for e in profile.effective_ids)]
    if absent and _may_hide(network, profile):
        return None
    strangers = [
        item
        for item in profile.effective_ids
        if item not in own and not covered_by(network, item, profile.outbound_prefix_ids)
    ]
    if not absent and (not strangers or _may_hide(network, profile)):
        return None
    return Finding(
        cluster.id,
        f"{cluster.name}: the load balancer profile names {_names(own)}, in effect are {_names(profile.effective_ids)}",
        (
            Evidence(cluster.id, f"{PROFILE}.outboundIPs.publicIPs[].id", _shown(profile.outbound_ip_ids)),
            Evidence(
                cluster.id, f"{PROFILE}.outboundIPPrefixes.publicIPPrefixes[].id", _shown(profile.outbound_prefix_ids)
            ),
            Evidence(cluster.id, f"{PROFILE}.effectiveOutboundIPs[].id", _shown(profile.effective_ids)),
        ),
        cluster_id=cluster.id,
        key="own",
    )


def _real(
    network: Network, cluster: ManagedCluster, profile: LoadBalancerProfile, balancer: LoadBalancer
) -> Iterator[Finding]:
    real = outbound_ids(balancer)
    effective = profile.effective_ids
    if set(real) == set(effective):
        return
    prefixes = tuple(item for item in (*real, *effective) if is_prefix(item))
    apart = set(real) ^ set(effective)
    if all(is_prefix(item) or covered_by(network, item, prefixes) for item in apart) and prefixes:
        return  # the same prefixes, named on one side by the addresses out of them
    yield Finding(
        balancer.id,
        f"{cluster.name}: effective outbound addresses are {_names(effective)}, but load balancer {balancer.id.name} "
        f"leaves by {_names(real)}",
        (
            Evidence(cluster.id, f"{PROFILE}.effectiveOutboundIPs[].id", _shown(effective)),
            *_left_by(balancer, real),
        ),
        cluster_id=cluster.id,
    )


def _left_by(balancer: LoadBalancer, real: tuple[ResourceId, ...]) -> Iterator[Evidence]:
    used = tuple(dict.fromkeys(item.text for rule in balancer.outbound_rules for item in rule.frontend_ids))
    yield Evidence(balancer.id, "properties.outboundRules[].frontendIPConfigurations[].id", used)
    addresses = _shown(tuple(item for item in real if not is_prefix(item)))
    if addresses:
        yield Evidence(balancer.id, "properties.frontendIPConfigurations[].publicIPAddress.id", addresses)
    prefixes = _shown(tuple(filter(is_prefix, real)))
    if prefixes:
        yield Evidence(balancer.id, "properties.frontendIPConfigurations[].publicIPPrefix.id", prefixes)


def _from(network: Network, item: ResourceId, prefix_id: ResourceId) -> bool:
    return item == prefix_id or covered_by(network, item, (prefix_id,))


def _may_hide(network: Network, profile: LoadBalancerProfile) -> bool:
    """Prefixes are named, and an effective address was not read: it may be out of one of them."""
    unread = [item for item in profile.effective_ids if not is_prefix(item) and item not in network.public_ips]
    return bool(profile.outbound_prefix_ids and unread)


def _names(ids: tuple[ResourceId, ...]) -> str:
    return ", ".join(sorted(item.name for item in ids)) or "none"


def _shown(ids: tuple[ResourceId, ...]) -> tuple[str, ...]:
    return tuple(item.text for item in ids)
