from __future__ import annotations

from collections.abc import Iterator

from ...analysis.egress_path import OUTBOUND_TYPE, EgressKind, egress_of
from ...analysis.egress_subnets import Home, homes
from ...analysis.outbound_balancer import is_basic, is_changing
from ...analysis.outbound_type import OutboundType, outbound_type_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network


@rule(
    title="Nodes have nothing to leave by but default outbound access",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access",
    more_sources=("https://learn.microsoft.com/azure/aks/egress-outboundtype",),
    covers=("LIF-08",),
    disrupts="connections are reset",
)
def default_outbound_access_relied_on(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A node subnet of a cluster with outbound type `none`, or with a Basic load balancer, that has no NAT gateway and no
    default route of the owner's, and where default outbound access is not switched off. Clusters of other types are
    left to the rules about the load balancer, the NAT gateway and the route that they lack.

    ## Why it matters
    Azure lends such nodes an address of its own choosing. Nobody can allow it anywhere, it may change at any time, and
    new subnets come without it: API versions after 2026-03-31 make private subnets by default, so the same template
    builds a cluster that cannot leave. With outbound type `none` it is also a way out that nobody meant to have.

    ## How to fix it
    Switch it off where the cluster is to be isolated; where it is not, choose an outbound type with a way of its own.
    Machines that run keep their access until they are stopped or made anew.

    ```azurecli
    az network vnet subnet update --resource-group RG --vnet-name VNET --name SUBNET --default-outbound false
    ```

    ```bicep
    resource nodes 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = {
      parent: vnet
      name: 'nodes'
      properties: {
        addressPrefix: '10.1.0.0/24'
        defaultOutboundAccess: false
      }
    }
    ```

    ```terraform
    resource "azurerm_subnet" "nodes" {
      name                            = "nodes"
      address_prefixes                = ["10.1.0.0/24"]
      default_outbound_access_enabled = false
    }
    ```
    """
    found, unread = homes(network, _is_concerned, pods=False)
    for place, gap in unread.items():
        yield unknown(place, gap)
    for home in found:
        paths = [egress_of(network, cluster, pool) for cluster, pool in home.pools]
        gap_of = next((path.gap for path in paths if path.kind is EgressKind.UNKNOWN and path.gap), None)
        if any(path.kind is EgressKind.DEFAULT_ACCESS for path in paths):
            yield _finding(home)
        elif gap_of:
            yield unknown(home.subnet.id, gap_of)


def _is_concerned(cluster: ManagedCluster) -> bool:
    if is_changing(cluster):
        return False
    said = outbound_type_of(cluster)
    return said is OutboundType.NONE or (said is OutboundType.LOAD_BALANCER and is_basic(cluster))


def _finding(home: Home) -> Finding:
    subnet = home.subnet
    return Finding(
        subnet.id,
        f"subnet {subnet.id.name}: {home.names} can leave by Azure's default outbound access and by nothing else",
        (
            Evidence(subnet.id, "properties.defaultOutboundAccess", subnet.default_outbound_access),
            Evidence(subnet.id, "properties.natGateway", None),
            *(Evidence(cluster.id, OUTBOUND_TYPE, cluster.outbound_type) for cluster in home.clusters),
        ),
        cluster_id=home.cluster_id,
        affected=home.pool_ids,
    )
