"""The token that goes along with every request."""

from __future__ import annotations

from typing import Any

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy


class TokenPolicy(ARMChallengeAuthenticationPolicy):
    """azure-core's policy, which answers challenges for claims, and asks once more where a token died in mid-run."""

    def on_challenge(self, request: PipelineRequest[Any], response: PipelineResponse[Any, Any]) -> bool:
        """Whether there is a token worth trying: one that claims were asked for, or another than was refused."""
        if super().on_challenge(request, response):
            return True
        refused = request.http_request.headers.get("Authorization")
        self.authorize_request(request, *self._scopes)
        return bool(request.http_request.headers["Authorization"] != refused)
