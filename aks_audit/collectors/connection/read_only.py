"""The guard that stands first in the pipeline: nothing leaves but reads."""

from __future__ import annotations

from typing import Any

from azure.core.exceptions import AzureError
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy


class ReadOnlyError(AzureError):
    """Something tried to send a request that could change Azure."""


class ReadOnlyPolicy(SansIOHTTPPolicy[Any, Any]):
    """Lets nothing out but reads. Stands first, so that no later policy adds to it unseen."""

    def on_request(self, request: PipelineRequest[Any]) -> None:
        method = request.http_request.method
        if method != "GET":
            raise ReadOnlyError(f"{method} {request.http_request.url} was stopped: aks-audit only reads")
