"""What a run waits for before its first request."""

from __future__ import annotations

import subprocess
import sys

SIGN_IN = """
import sys, time
from types import SimpleNamespace
from aks_audit.collectors.connection.arm import Arm
from aks_audit.collectors.connection.clouds import cloud_named

class Credential:
    def get_token(self, *_, **__):
        assert "azure.mgmt.network" not in sys.modules or sys.modules["azure.mgmt.network"].__spec__._initializing
        for _ in range(600):  # the token takes until the client is there
            client = sys.modules.get("azure.mgmt.network")
            if client is not None and not client.__spec__._initializing:
                return SimpleNamespace(token="t", expires_on=time.time() + 3600)
            time.sleep(0.05)
        raise SystemExit("nobody imported the client meanwhile")

Arm(cloud_named("public"), Credential()).sign_in()
"""

REPLAY = """
import sys
from aks_audit.cli import run
run(["audit", "--demo", "-q", "-f", "json"])
print(*sys.modules, file=sys.stderr)
"""


def program(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)


def test_the_network_client_is_imported_while_the_token_is_on_its_way() -> None:
    done = program(SIGN_IN)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_replay_waits_for_no_client_of_azure() -> None:
    loaded = program(REPLAY).stderr.split()
    assert "azure.core" in loaded
    assert not [name for name in loaded if name.startswith(("azure.mgmt.network", "azure.mgmt.containerservice"))]
    assert "azure.identity" not in loaded
