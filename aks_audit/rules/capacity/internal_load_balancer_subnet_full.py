from __future__ import annotations

from collections.abc import Iterator

from ...capacity.subnets import SubnetCapacity, subnet_capacity
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import Frontend, ManagedCluster, Network, NotCollected, Subnet
from .room import next_node, use_evidence, use_in_figures


@rule(
    title="The subnet of internal load balancers has no address left",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning",
    more_sources=("https://learn.microsoft.com/azure/aks/internal-lb",),
    covers=("CAP-19",),
    disrupts="connections are reset",
)
def internal_load_balancer_subnet_full(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A subnet in which a cluster's internal load balancers have frontends and no address is free. Where nodes are in it
    too and not even the next node fits, `subnet-without-room-for-next-node` says so instead. Free is what Azure shows
    in use, taken off the subnet's size.

    ## Why it matters
    The next internal Service of type LoadBalancer stays pending, and so does one that is deleted and made anew, as a
    blue-green release does: the cloud provider gets `SubnetIsFull`. Nothing in the cluster shows it before.

    ## How to fix it
    Free an address: delete a Service, or move what does not belong there. Else place Services in another subnet, with
    the annotation `service.beta.kubernetes.io/azure-load-balancer-internal-subnet`; a moved Service gets another
    address. The identity of the cluster has to be allowed to join that subnet.

    ```azurecli
    az network vnet subnet create --resource-group RG --vnet-name VNET --name load-balancers \\
      --address-prefixes 10.1.9.0/26
    kubectl annotate service NAME service.beta.kubernetes.io/azure-load-balancer-internal-subnet=load-balancers
    ```

    ```bicep
    resource loadBalancers 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = {
      parent: vnet
      name: 'load-balancers'
      properties: {
        addressPrefix: '10.1.9.0/26'
      }
    }
    ```

    ```terraform
    resource "azurerm_subnet" "load_balancers" {
      name                 = "load-balancers"
      resource_group_name  = azurerm_virtual_network.this.resource_group_name
      virtual_network_name = azurerm_virtual_network.this.name
      address_prefixes     = ["10.1.9.0/26"]
    }
    ```
    """
    frontends: dict[ResourceId, list[tuple[ManagedCluster, Frontend]]] = {}
    for cluster in network.clusters:
        match network.load_balancers_of(cluster):
            case NotCollected() as gap:
                yield unknown(cluster.id, gap)
            case balancers:
                for frontend in (frontend for balancer in balancers for frontend in balancer.frontends):
                    if frontend.subnet_id and frontend.subnet_id != cluster.api_server_subnet_id:
                        frontends.setdefault(frontend.subnet_id, []).append((cluster, frontend))
    for subnet_id, users in sorted(frontends.items()):
        yield from _judge(network, subnet_id, users)


def _judge(
    network: Network, subnet_id: ResourceId, users: list[tuple[ManagedCluster, Frontend]]
) -> Iterator[Finding | Unknown]:
    subnet = network.subnet(subnet_id)
    if isinstance(subnet, NotCollected):
        yield unknown(subnet_id, subnet)
    if not isinstance(subnet, Subnet):
        return
    capacity = subnet_capacity(network, subnet_id)
    if isinstance(capacity, NotCollected):
        return
    gap = capacity.used_gap or (capacity.gap if capacity.usable is None else None) or subnet.gap
    if gap:
        yield unknown(subnet_id, gap)
    elif capacity.free is not None and capacity.free <= 0:
        following = next_node(capacity)
        if following is None or following.fits:
            yield _finding(capacity, users)


def _finding(capacity: SubnetCapacity, users: list[tuple[ManagedCluster, Frontend]]) -> Finding:
    clusters = {cluster.id: cluster for cluster, _ in users}
    subnet = capacity.subnet.id
    names = ", ".join(cluster.name for cluster in clusters.values())
    return Finding(
        subnet,
        f"{subnet.name} has none of {capacity.usable} addresses free for the next internal load balancer of {names}",
        (
            *use_evidence(capacity),
            *(
                Evidence(
                    frontend.id, "properties.privateIPAddress", str(frontend.address) if frontend.address else None
                )
                for _, frontend in users
            ),
        ),
        cluster_id=next(iter(clusters)) if len(clusters) == 1 else None,
        affected=tuple(clusters),
        arithmetic=f"SubnetIsFull: 1 wanted, {use_in_figures(capacity)}",
    )
