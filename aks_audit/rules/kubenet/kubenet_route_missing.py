from __future__ import annotations

from collections.abc import Iterator

from ...analysis.kubenet_routes import KubenetRoutes, kubenet_clusters, kubenet_routes, unread_tables
from ...analysis.nodes import Node
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network


@rule(
    title="A kubenet node has no route for its pods",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/configure-kubenet",
    covers=("KBN-03",),
    disrupts="nothing",
)
def kubenet_route_missing(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A node of a kubenet cluster that no route in the cluster's route table leads to: none carries the node's name,
    and none inside the pod CIDR has the node's address as its next hop. In a dual-stack cluster a node needs one
    route for each address family.

    ## Why it matters
    With kubenet only nodes have an address in the virtual network. Packets to a pod on another node find their way
    by the user-defined route for that node's pod range alone. Without it the node's pods cannot be reached from
    other nodes; where CoreDNS or a webhook runs there, the whole cluster suffers. Kubernetes marks such a node
    `NetworkUnavailable`, reason `NoRouteCreated`.

    ## How to fix it
    Let the cluster write its routes again: an update without changes reconciles the table. If the route comes back
    and goes again, look for whoever rewrites the table: infrastructure as code that owns the whole route list
    deletes the routes that AKS adds. If it does not come back, check that the cluster's identity may write to the
    table.

    ```azurecli
    az aks update -g RG -n CLUSTER
    az role assignment create --assignee PRINCIPAL_ID --role "Network Contributor" --scope TABLE_ID
    ```

    ```bicep
    resource mayWriteRoutes 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
      name: guid(table.id, identity.id)
      scope: table
      properties: {
        principalId: identity.properties.principalId
        // Network Contributor
        roleDefinitionId: resourceId('Microsoft.Authorization/roleDefinitions', '4d97b98b-1d4f-4787-a291-c67834d212e7')
      }
    }
    ```

    ```terraform
    resource "azurerm_route_table" "nodes" {
      # the cluster writes one route a node; inline route blocks would delete them
      lifecycle {
        ignore_changes = [route]
      }
    }

    resource "azurerm_role_assignment" "may_write_routes" {
      scope                = azurerm_route_table.nodes.id
      role_definition_name = "Network Contributor"
      principal_id         = azurerm_user_assigned_identity.aks1.principal_id
    }
    ```
    """
    for cluster in kubenet_clusters(network):
        if cluster.is_stopped:
            continue
        tables = kubenet_routes(network, cluster)
        unread = [unknown(subnet_id, gap) for subnet_id, gap in unread_tables(network, cluster)]
        unread += [unknown(routes.table.id, routes.table_gap) for routes in tables if routes.table_gap]
        yield from unread
        if unread or not tables:
            continue  # a route that seems to be missing may stand where nobody could look
        routes = tables[0]
        if routes.nodes_gap:
            yield unknown(cluster.id, routes.nodes_gap)
        lost = _lost(cluster, tables)
        if lost:
            yield _finding(routes, lost)


def _lost(cluster: ManagedCluster, tables: tuple[KubenetRoutes, ...]) -> dict[Node, str]:
    """The nodes without a route, and in a dual-stack cluster the family that lacks one; "" for all."""
    led_to: dict[str, set[int]] = {}
    for item in (item for table in tables for item in table.nodes):
        for route in (*item.carrying, *item.astray):
            led_to.setdefault(item.node.name, set()).add(route.prefix.version if route.prefix else 0)
    families = {cidr.version for cidr in cluster.pod_cidrs}
    lost: dict[Node, str] = {}
    for node in (item.node for item in tables[0].nodes):
        found = led_to.get(node.name, set())
        if not found:
            lost[node] = ""
        elif 0 not in found and families - found and len(families) > 1:
            lost[node] = ", ".join(f"IPv{version}" for version in sorted(families - found))
    return lost


def _finding(routes: KubenetRoutes, lost: dict[Node, str]) -> Finding:
    cluster, table, total = routes.cluster, routes.table.id, len(routes.nodes)
    families = {node: f", no {family}" if family else "" for node, family in lost.items()}
    names = ", ".join(f"{node.name} ({node.address}{family})" for node, family in families.items())
    waiting = "" if routes.settled else f"; a write is under way ({cluster.provisioning_state}), look again afterwards"
    return Finding(
        table,
        f"{table.name} has no route for {len(lost)} of {total} nodes of {cluster.name}: {names}{waiting}",
        (
            Evidence(table, "properties.routes[].name", tuple(route.name for route in routes.pod_routes)),
            *(Evidence(n.nic.id, "properties.ipConfigurations[].privateIPAddress", n.address) for n in lost),
        ),
        cluster_id=cluster.id,
        affected=tuple(node.nic.id for node in lost),
        arithmetic=f"{total} nodes - {total - len(lost)} with a route = {len(lost)} without",
        severity=None if routes.settled else Severity.INFO,
        key=cluster.id.key,
    )
