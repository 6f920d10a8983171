from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.outbound_balancer import at_rest, leaving_rules, outbound_balancer
from ...analysis.outbound_type import OutboundType, outbound_type_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import LoadBalancer, LoadBalancerProfile, ManagedCluster, Missing, Network, NotCollected, OutboundRule
from .ports import PROFILE

_DEFAULT_MINUTES: Final = 30
"""What AKS gives the outbound rule where the profile says nothing.

Source: https://learn.microsoft.com/azure/aks/load-balancer-standard
"""

Difference = tuple[str, int | None, int, int]
"""A property, as the cluster says it, as AKS understands that, and as the outbound rule has it."""


@rule(
    title="The outbound rule was changed past the cluster",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/load-balancer-standard",
    more_sources=("https://github.com/Azure/AKS/issues/3288",),
    covers=("LBS-07",),
    disrupts="connections are reset",
)
def outbound_rule_edited(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose load balancer profile says another number of ports for each node (`allocatedOutboundPorts`), or
    another idle timeout, than the outbound rule that AKS made of it on the load balancer `kubernetes`.

    ## Why it matters
    The rule decides, until AKS writes it again from the profile: at the next scale-out, upgrade or update. A number of
    ports that was raised on the load balancer is then back at its old value, and connections beyond it fail: SNAT port
    exhaustion, out of the blue, with nothing changed in the cluster.

    ## How to fix it
    Put the value that is meant into the cluster, and leave the load balancer to AKS. Running connections that hold a
    port beyond a lower value are cut.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER \\
      --load-balancer-outbound-ports 4000 --load-balancer-idle-timeout 10
    ```

    ```bicep
    resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      properties: {
        networkProfile: {
          loadBalancerProfile: {
            allocatedOutboundPorts: 4000
            idleTimeoutInMinutes: 10
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
          outbound_ports_allocated = 4000
          idle_timeout_in_minutes  = 10
        }
      }
    }
    ```
    """
    for cluster in network.clusters:
        profile = cluster.load_balancer
        if outbound_type_of(cluster) is not OutboundType.LOAD_BALANCER or profile is None or not at_rest(cluster):
            continue
        match outbound_balancer(network, cluster):
            case NotCollected() as gap:
                yield unknown(cluster.id, gap)
            case LoadBalancer() as balancer:
                yield from _judge(cluster, profile, balancer)
            case Missing():
                pass  # load-balancer-outbound-rule-missing


def _judge(cluster: ManagedCluster, profile: LoadBalancerProfile, balancer: LoadBalancer) -> Iterator[Finding]:
    for outbound in leaving_rules(balancer):
        differences = list(_differences(profile, outbound))
        if differences:
            path = f"properties.outboundRules[{outbound.name}]"
            said = "; ".join(
                f"{name} is {real}, {'the default is' if written is None else 'the cluster says'} {wanted}"
                for name, written, wanted, real in differences
            )
            yield Finding(
                balancer.id,
                f"{cluster.name}: outbound rule {outbound.name} differs from the load balancer profile: {said}",
                tuple(
                    line
                    for name, written, _, real in differences
                    for line in (
                        Evidence(balancer.id, f"{path}.{name}", real),
                        Evidence(cluster.id, f"{PROFILE}.{name}", written),
                    )
                ),
                cluster_id=cluster.id,
                key=outbound.name,
            )


def _differences(profile: LoadBalancerProfile, outbound: OutboundRule) -> Iterator[Difference]:
    values = (
        ("allocatedOutboundPorts", profile.allocated_outbound_ports, 0, outbound.allocated_outbound_ports),
        ("idleTimeoutInMinutes", profile.idle_timeout_minutes, _DEFAULT_MINUTES, outbound.idle_timeout_minutes),
    )
    for name, written, default, real in values:
        wanted = written or default
        if real is not None and real != wanted:
            yield name, written, wanted, real
