from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.api_server import ACCESS
from ...analysis.node_group import doubted
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...inventory.types import PRIVATE_ENDPOINTS
from ...model import ManagedCluster, Missing, Network, NotCollected
from ...model.private_link import EndpointConnection, PrivateEndpoint

_IN_BETWEEN: Final = ("creating", "deleting", "starting", "stopping", "canceled")
"""States of a cluster in which its endpoint may rightly not be there."""


@rule(
    title="The private endpoint of the API server is missing or does not work",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/private-clusters",
    covers=("API-06",),
    disrupts="connections are reset",
)
def private_endpoint_unhealthy(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A private cluster (by Private Link) that runs, and in whose node resource group no private endpoint leads to it,
    or one whose connection is not `Approved` or which is `Failed`. Nothing is asked of VNet-integrated clusters, which
    have none, nor of stopped ones or those that are being made, started or deleted.

    ## Why it matters
    Nodes reach the API server through this endpoint alone. Without it they go NotReady and no pod is scheduled; nodes
    that start end with `VMExtensionError_K8SAPIServerConnFail` (exit code 51). AKS asks not to change or delete it.

    ## How to fix it
    Let AKS make it again: stop and start the cluster, or write it unchanged. A connection that was rejected cannot be
    approved again.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER --yes   # writes the cluster as it is
    az aks stop --resource-group RG --name CLUSTER && az aks start --resource-group RG --name CLUSTER
    ```

    ```bicep
    // AKS's own, in nodeResourceGroup: keep others from deleting it
    resource lock 'Microsoft.Authorization/locks@2020-05-01' = {
      name: 'aks'
      properties: { level: 'CanNotDelete' }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks" {
      private_cluster_enabled = true # the endpoint is not to be managed here
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        elif cluster.is_private and not cluster.api_server_vnet_integration and _should_run(cluster):
            match network.private_endpoints_of(cluster):
                case NotCollected() as not_collected:
                    yield unknown(cluster.id, not_collected)
                case ():
                    match doubted(network, Missing(_usual_id(cluster))):
                        case NotCollected() as not_collected:
                            yield unknown(cluster.id, not_collected)
                        case Missing():
                            yield _missing(cluster)
                case endpoints:
                    yield from _judge(cluster, endpoints)


def _usual_id(cluster: ManagedCluster) -> ResourceId:
    place = f"/subscriptions/{cluster.id.subscription}/resourceGroups/{cluster.node_resource_group}"
    return ResourceId.of(f"{place}/providers/{PRIVATE_ENDPOINTS}/kube-apiserver")


def _should_run(cluster: ManagedCluster) -> bool:
    return not cluster.is_stopped and cluster.provisioning_state.lower() not in _IN_BETWEEN


def _judge(cluster: ManagedCluster, endpoints: tuple[PrivateEndpoint, ...]) -> Iterator[Finding | Unknown]:
    unread = [endpoint.gap for endpoint in endpoints if endpoint.gap]
    own = [(endpoint, item) for endpoint in endpoints for item in endpoint.connections if _leads_to(item, cluster)]
    if any(_works(endpoint, item) for endpoint, item in own):
        return
    if unread:
        yield unknown(cluster.id, unread[0])
    elif not own:
        yield _missing(cluster)
    for endpoint, item in own:
        if endpoint.gap:
            continue
        if item.status and endpoint.provisioning_state:
            yield _broken(cluster, endpoint, item)
        else:
            message = "its provisioning state or the state of its connection is not given"
            yield unknown(endpoint.id, Gap(PRIVATE_ENDPOINTS, endpoint.id.text, None, "NotCollected", message))


def _leads_to(item: EndpointConnection, cluster: ManagedCluster) -> bool:
    return item.target_id == cluster.id and (
        not item.group_ids or "management" in {name.lower() for name in item.group_ids}
    )


def _works(endpoint: PrivateEndpoint, item: EndpointConnection) -> bool:
    states = (item.status.lower(), endpoint.provisioning_state.lower())
    return states in (("approved", "succeeded"), ("approved", "updating"))


def _missing(cluster: ManagedCluster) -> Finding:
    return Finding(
        cluster.id,
        f"{cluster.name} is private, and no private endpoint in {cluster.node_resource_group} leads to its API server",
        (
            Evidence(cluster.id, f"{ACCESS}.enablePrivateCluster", True),
            Evidence(cluster.id, "properties.nodeResourceGroup", cluster.node_resource_group),
        ),
        cluster_id=cluster.id,
    )


def _broken(cluster: ManagedCluster, endpoint: PrivateEndpoint, item: EndpointConnection) -> Finding:
    return Finding(
        endpoint.id,
        f"{cluster.name}: private endpoint {endpoint.id.name} of its API server is {endpoint.provisioning_state}, "
        f"its connection {item.status}",
        (
            Evidence(endpoint.id, f"{item.path}.properties.privateLinkServiceConnectionState.status", item.status),
            Evidence(endpoint.id, "properties.provisioningState", endpoint.provisioning_state),
        ),
        cluster_id=cluster.id,
        affected=(cluster.id,),
    )
