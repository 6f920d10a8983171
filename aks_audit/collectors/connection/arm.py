"""Asking ARM, through the pipelines of the azure-mgmt clients, for raw bytes.

The clients' typed models take forty times as long as the wire format deserves, so their `send_request` is used: their
pipeline carries every request, and the answer comes back as it was sent.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import requests
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.pipeline.policies import RequestIdPolicy, UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest
from azure.mgmt.core import ARMPipelineClient

from ... import __version__
from ...errors import AccessError
from .answers import NO_TOKEN, Answer, NoAnswer
from .clouds import Cloud
from .deadline import Deadline
from .exchanges import ArrivalPolicy, ExchangePolicy, Exchanges
from .failures import first_line, no_answer
from .patience import Patience
from .quota import QuotaPolicy
from .read_only import ForeignAddressError, ReadOnlyPolicy, insist_on_home
from .retries import BoundedRetryPolicy
from .throttle import Throttle, ThrottlePolicy
from .token import TokenPolicy
from .transport import BoundedAdapter, session_with

Service = Literal["authorization", "containerservice", "network", "resourcegraph"]


class Arm:
    """A connection to one ARM endpoint; safe to use from many threads.

    Args:
        cloud: where ARM is.
        credential: an azure-identity credential; None for a replay, which sends no token.
        session: the requests session whose adapter does the work; None makes one.
        deadline: of the run; the session's adapter keeps to it as well.
        throttle: what keeps the requests within Azure's quotas; several connections can share one.
        exchanges: told of each request; several connections of a run can share it.
    """

    def __init__(
        self,
        cloud: Cloud,
        credential: Any | None,
        session: requests.Session | None = None,
        *,
        patience: Patience | None = None,
        deadline: Deadline | None = None,
        throttle: Throttle | None = None,
        exchanges: Exchanges | None = None,
    ) -> None:
        self.cloud = cloud
        self.deadline = deadline or Deadline()
        self._credential = credential
        self._patience = patience or Patience()
        self.throttle = throttle or Throttle(clock=self.deadline, pause_seconds=self._patience.backoff_seconds)
        self._exchanges = exchanges or Exchanges()
        self._session = session or session_with(BoundedAdapter(self.deadline, self._patience))
        self._lock = threading.Lock()
        self._clients: dict[Service, Any] = {}
        self._earliest: datetime | None = None

    @property
    def collected_at(self) -> str | None:
        """The earliest Date that an answer carried: the same in a recording run and in its replay."""
        return self._earliest.strftime("%Y-%m-%dT%H:%M:%SZ") if self._earliest else None

    def get(self, url: str, service: Service) -> Answer:
        """One GET.

        Args:
            url: a path on the endpoint with its query, or a nextLink as ARM gave it.

        Raises:
            NoAnswer: no answer came, the credential gives no token any more, or the URL leads somewhere else.
        """
        return self._answer(HttpRequest("GET", _without_templates(url)), service)

    def query(self, url: str, body: bytes) -> Answer:
        """One query of Resource Graph: a POST that asks and changes nothing.

        Args:
            url: a path on the endpoint, with the version.
            body: JSON.

        Raises:
            NoAnswer: no answer came, or the credential gives no token any more.
        """
        request = HttpRequest("POST", url, content=body, headers={"Content-Type": "application/json"})
        return self._answer(request, "resourcegraph")

    def _answer(self, request: HttpRequest, service: Service) -> Answer:
        try:
            insist_on_home(request.url, self.cloud.endpoint)
            response = _send(self._client(service), request)
            body = response.internal_response.content or b""  # azure-core's would be a copy
        except ClientAuthenticationError as error:
            raise NoAnswer(NO_TOKEN, first_line(error)) from error
        except ForeignAddressError as error:
            raise NoAnswer("ForeignNextLink", str(error)) from error
        except AzureError as error:
            raise no_answer(error) from error
        except requests.RequestException as error:  # a body that must not be there, or is not as it says
            raise NoAnswer(type(error).__name__, first_line(error)) from error
        self._note_date(response.headers.get("Date"))
        return Answer(response.status_code, body)

    def sign_in(self) -> None:
        """Get a token now, so that a missing credential ends the run before it starts.

        Raises:
            AccessError: no credential, or it gives no token.
        """
        if self._credential is None:
            return
        threading.Thread(target=self._client, args=("network",), daemon=True).start()  # imports while the token comes
        try:
            self._credential.get_token(self.cloud.scope)
        except AzureError as error:
            raise AccessError(
                f"no credential for Azure: {first_line(error)}",
                "sign in with 'az login', or set AZURE_CLIENT_ID and what belongs to it",
            ) from error

    def _client(self, service: Service) -> Any:
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make_client(service)
            return self._clients[service]

    def _make_client(self, service: Service) -> Any:
        transport = RequestsTransport(session=self._session, session_owner=False)
        if self._credential is None:
            return _Bare(ARMPipelineClient(self.cloud.endpoint, transport=transport, policies=self._policies(service)))
        if service == "network":
            from azure.mgmt.network import NetworkManagementClient as Client
        elif service == "resourcegraph":
            from azure.mgmt.resourcegraph import ResourceGraphClient as Client  # type: ignore[assignment]
        elif service == "authorization":
            from azure.mgmt.authorization.v2022_04_01 import (  # type: ignore[assignment]
                AuthorizationManagementClient as Client,
            )
        else:
            from azure.mgmt.containerservice import ContainerServiceClient as Client  # type: ignore[assignment]
        return Client(
            credential=self._credential,
            subscription_id="unused: every path is written out",
            base_url=self.cloud.endpoint,
            credential_scopes=[self.cloud.scope],
            transport=transport,
            policies=self._policies(service),
        )

    def _policies(self, service: Service) -> list[Any]:
        """The clients' own pipeline, less what could write (provider registration) and what is not needed.

        Redirects are not followed: a token would follow them.
        """
        policies: list[Any] = [
            ReadOnlyPolicy(self.cloud.endpoint),
            ArrivalPolicy(self._exchanges),
            RequestIdPolicy(),
            UserAgentPolicy(base_user_agent=f"aks-audit/{__version__}"),
        ]
        if self._patience.retries:
            policies.append(BoundedRetryPolicy(self._patience, self.deadline))
        if service == "resourcegraph" and self._credential is not None:
            policies.append(QuotaPolicy(self.deadline))
        if self._credential is not None:
            policies.append(TokenPolicy(self._credential, self.cloud.scope))
            policies.append(ThrottlePolicy(self.throttle))
        policies.append(ExchangePolicy(self._exchanges))
        policies.append(ReadOnlyPolicy(self.cloud.endpoint))  # last: what left the policies above is what is sent
        return policies

    def _note_date(self, text: str | None) -> None:
        try:
            date = parsedate_to_datetime(text).astimezone(UTC) if text else None
        except (ValueError, OverflowError):
            return
        if date:
            with self._lock:
                self._earliest = min(self._earliest or date, date)


def _send(client: Any, request: HttpRequest) -> Any:
    """Through the client's pipeline; some clients still write the method with an underscore."""
    send = getattr(client, "send_request", None) or client._send_request
    return send(request, stream=True)


def _without_templates(url: str) -> str:
    """The clients take braces for places to fill in, and leave out what stands around them."""
    return url.replace("{", "%7B").replace("}", "%7D")


class _Bare:
    """What the clients send by, without the thousands of models that they import: a replay need not wait for those."""

    def __init__(self, pipeline: ARMPipelineClient[Any, Any]) -> None:
        self._pipeline = pipeline

    def send_request(self, request: HttpRequest, *, stream: bool) -> Any:
        request.url = self._pipeline.format_url(request.url)
        return self._pipeline.send_request(request, stream=stream)
