from __future__ import annotations

from collections.abc import Iterator

from ...analysis.outbound_balancer import NAME, at_rest, is_basic, outbound_balancer
from ...analysis.outbound_type import OutboundType, outbound_type_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.types import PUBLIC_IP_PREFIXES
from ...model import Frontend, LoadBalancer, ManagedCluster, Missing, Network, NotCollected, PublicIp, PublicIpPrefix


@rule(
    title="A service of IPv6 alone would be the first on the load balancer",
    severity=Severity.INFO,
    source="https://github.com/kubernetes-sigs/cloud-provider-azure/issues/1831",
    more_sources=("https://learn.microsoft.com/azure/aks/configure-dual-stack",),
    disrupts="nothing",
)
def ipv_six_service_without_ipv_four(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A dual-stack cluster that does not leave by its load balancer and whose load balancer `kubernetes` has no IPv4
    frontend, mostly since it does not exist yet.

    ## Why it matters
    Azure wants an IPv4 frontend before it takes an IPv6 one. A service of type LoadBalancer with IPv6 alone stays
    pending as long as there is no other: `AtleastOneIpV4RequiredForIpV6LbFrontendIpConfiguration`. Clusters that leave
    by the load balancer have its outbound address there.

    ## How to fix it
    Make the first service dual-stack (`ipFamilyPolicy: PreferDualStack`), or keep one IPv4 service there.

    ```azurecli
    az aks command invoke --resource-group RG --name CLUSTER \\
      --command "kubectl patch service NAME -p '{\\"spec\\":{\\"ipFamilyPolicy\\":\\"PreferDualStack\\"}}'"
    ```

    ```bicep
    resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      properties: {
        networkProfile: {
          ipFamilies: ['IPv4', 'IPv6'] // the first family is that of services that ask for none
        }
      }
    }
    ```

    ```terraform
    resource "kubernetes_service" "web" {
      spec {
        type             = "LoadBalancer"
        ip_family_policy = "PreferDualStack"
      }
    }
    ```
    """
    for cluster in network.clusters:
        if not cluster.is_dual_stack or not at_rest(cluster) or is_basic(cluster):
            continue
        if outbound_type_of(cluster) in (OutboundType.LOAD_BALANCER, OutboundType.OTHER):
            continue
        match outbound_balancer(network, cluster):
            case NotCollected() as gap:
                yield unknown(cluster.id, gap)
            case Missing():
                gone = Evidence(cluster.id, "properties.nodeResourceGroup", cluster.node_resource_group)
                yield _finding(cluster, "does not exist", gone)
            case LoadBalancer() as balancer:
                families = [_is_ipv4(network, frontend) for frontend in balancer.frontends]
                unread = next((item for item in families if isinstance(item, NotCollected)), None)
                if True in families:
                    continue
                names = tuple(frontend.name for frontend in balancer.frontends)
                seen = Evidence(balancer.id, "properties.frontendIPConfigurations[].name", names)
                yield unknown(cluster.id, unread) if unread else _finding(cluster, "has no IPv4 frontend", seen)


def _is_ipv4(network: Network, frontend: Frontend) -> bool | NotCollected:
    if frontend.address:
        return frontend.address.version == 4
    resource_id = frontend.public_ip_id or frontend.public_prefix_id
    if resource_id is None:
        return False
    if resource_id.type.lower() == PUBLIC_IP_PREFIXES.lower():
        prefix = network.public_ip_prefix(resource_id)
        if isinstance(prefix, PublicIpPrefix):
            return prefix.prefix is None or prefix.prefix.version == 4
        return prefix if isinstance(prefix, NotCollected) else False
    address = network.public_ip(resource_id)
    if isinstance(address, PublicIp):
        return not address.is_ipv6
    return address if isinstance(address, NotCollected) else False


def _finding(cluster: ManagedCluster, what: str, seen: Evidence) -> Finding:
    return Finding(
        cluster.id,
        f"{cluster.name}: dual stack, and load balancer {NAME} {what}: a service of IPv6 alone is refused",
        (
            Evidence(cluster.id, "properties.networkProfile.ipFamilies", cluster.ip_families),
            seen,
        ),
        cluster_id=cluster.id,
        arithmetic="AtleastOneIpV4RequiredForIpV6LbFrontendIpConfiguration",
        latent=True,
    )
