"""The stand-in and a connection to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
from azure.core.credentials import AccessToken

from aks_audit.collectors.connection.arm import Arm
from aks_audit.collectors.connection.clouds import Cloud
from aks_audit.collectors.connection.deadline import Deadline
from aks_audit.collectors.connection.patience import Patience
from aks_audit.collectors.connection.transport import BoundedAdapter, session_with

from ..arm import StandIn
from ..estate import Estate, Pool, subnet

TOKEN = "a-token-that-nobody-may-see"


class Credential:
    """Gives a token without asking anybody."""

    def get_token(self, *_: str, **__: Any) -> AccessToken:
        return AccessToken(TOKEN, 4_000_000_000)


@pytest.fixture
def serve() -> Iterator[Callable[..., StandIn]]:
    """Starts stand-ins; they stop with the test."""
    with ExitStack() as running:
        yield lambda resources, **switches: running.enter_context(StandIn(resources, **switches))


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Arm]]:
    """Connects to a stand-in, with quick retries."""
    with ExitStack() as sessions:

        def arm(standin: StandIn, session: requests.Session | None = None, **words: Any) -> Arm:
            deadline = words.pop("deadline", Deadline())
            patience = Patience(**{"backoff_seconds": 0.01, **words})
            session = session or session_with(BoundedAdapter(deadline, patience, pool_maxsize=16))
            sessions.enter_context(session)
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", standin.ca_file)
            cloud = Cloud(standin.base_url, "https://management.azure.com/.default", "")
            return Arm(cloud, Credential(), session, patience=patience, deadline=deadline)

        yield arm


@pytest.fixture
def estate() -> Estate:
    """Every type that is asked for, in one subscription: a kubenet and an Azure CNI cluster."""
    estate = Estate()
    hub = estate.virtual_network("hub", "10.9.0.0/16", {"shared": "10.9.4.0/24", "gw": "10.9.5.0/24"})
    vnet = estate.virtual_network(
        "spoke", "10.1.0.0/16", {"nodes": "10.1.0.0/24", "more": "10.1.4.0/22"}, peer_with=[hub]
    )
    estate.cluster("aks1", "kubenet", pools=[Pool(count=2)], subnet=subnet(vnet, "nodes"), private=True)
    gateway = estate.nat_gateway(subnets=[subnet(vnet, "more")])
    words: dict[str, Any] = {"outbound_type": "userAssignedNATGateway", "nat_gateway": gateway}
    estate.cluster("aks2", "cni-node-subnet", pools=[Pool(count=2)], subnet=subnet(vnet, "more"), **words)
    estate.network_security_group(subnets=[subnet(vnet, "nodes")])
    estate.private_endpoint(subnet(hub, "shared"), "pe")
    estate.virtual_machine_nic(subnet(hub, "shared"), "jump")
    estate.application_gateway(subnet(hub, "gw"), "agw")
    estate.azure_firewall(hub)
    return estate
