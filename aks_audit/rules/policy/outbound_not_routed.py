from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS
from ...model import Network

_PATH: Final = "properties.networkProfile.outboundType"
_FINE: Final = (
    "userdefinedrouting",
    "managednatgateway",
    "managednatgatewayv2",
    "userassignednatgateway",
    "none",
    "block",
)


@rule(
    title="Nodes leave by the load balancer, not by a route (azqr aks-012)",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/egress-outboundtype",
    disrupts="connections are reset, and the outbound address changes",
    profile="policy",
    peer="azqr aks-012",
)
def outbound_not_routed(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with outbound type `loadBalancer`. Steampipe's network_subnet_protected_by_firewall has the same aim.

    Other than azqr's aks-012 and 06.07.01 of the review checklists it takes no offence at NAT gateways, `none` and
    `block`: the first are a choice with more ports, the others let nothing out, which is more than a firewall does.
    And it is medium, not high. Whether the route of a `userDefinedRouting` cluster leads anywhere, which they don't
    ask, is what the family egress of the default profile checks.

    ## Why it matters
    By the load balancer nodes reach any address of the internet, and no firewall sees where data goes.

    ## How to fix it
    Put a firewall's route on all node subnets, with the endpoints that AKS needs allowed, then change the outbound
    type. Order matters: without the route nodes lose their way out.

    ```azurecli
    az network route-table route create -g RG --route-table-name RT -n default \\
      --address-prefix 0.0.0.0/0 --next-hop-type VirtualAppliance --next-hop-ip-address FIREWALL_IP
    az aks update -g RG -n CLUSTER --outbound-type userDefinedRouting
    ```

    ```bicep
    networkProfile: {
      outboundType: 'userDefinedRouting'
    }
    ```

    ```terraform
    network_profile {
      outbound_type = "userDefinedRouting"
    }
    ```
    """
    for cluster in network.clusters:
        outbound_type = cluster.outbound_type.lower()
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        elif outbound_type == "loadbalancer":
            yield Finding(
                cluster.id,
                f"{cluster.name}: outbound type is {cluster.outbound_type}, so no firewall sees what leaves",
                (Evidence(cluster.id, _PATH, cluster.outbound_type),),
                cluster_id=cluster.id,
            )
        elif outbound_type not in _FINE:
            said = f"is {cluster.outbound_type}, which this version does not know" if outbound_type else "is absent"
            yield unknown(cluster.id, Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", f"{_PATH} {said}"))
