"""What the tests of the identity rules share."""

from __future__ import annotations

from tests.estate import SUBSCRIPTION, Estate, Json

SCOPE = f"/subscriptions/{SUBSCRIPTION}"
NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
ZONE_CONTRIBUTOR = "b12aa53e-6015-4669-85d0-8515ebb3ae7f"
ROLE_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"


def identity(estate: Estate, cluster: Json) -> str:
    """How a message names the identity of a cluster."""
    return f"id-{cluster['name']} ({estate.principal_of(cluster)})"


def with_system_identity(estate: Estate, cluster: Json) -> Json:
    """The cluster with a system-assigned identity of the same principal."""
    cluster["identity"] = {"type": "SystemAssigned", "principalId": estate.principal_of(cluster)}
    return cluster


def with_service_principal(cluster: Json) -> Json:
    """The cluster as it was before managed identities."""
    del cluster["identity"]
    cluster["properties"]["servicePrincipalProfile"] = {"clientId": "11111111-0000-0000-0000-000000000001"}
    return cluster
