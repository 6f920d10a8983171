"""Known vulnerabilities of what requirements-dev.lock pins: `python -m tests.advisories [--strict]`.

pip-audit says "no known vulnerabilities" of packages that its service does not know as well; here those count as not
told. Without --strict a service that does not answer, as behind a mirror, is said and fails nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

LOCK: Final = Path(__file__).parents[1] / "requirements-dev.lock"
FINE, FOUND, NOT_TOLD = 0, 1, 3
_SECONDS_TO_ANSWER: Final = 20
_SECONDS_IN_ALL: Final = 300


def judged(report: str) -> tuple[int, str]:
    """What pip-audit's JSON comes to, in an exit code and a line."""
    try:
        dependencies = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return NOT_TOLD, "the advisory service did not answer: nothing is known of any package"
    known = [one for one in dependencies if "skip_reason" not in one]
    bad = [f"{one['name']} {one['version']}: {fault['id']}" for one in known for fault in one["vulns"]]
    if bad:
        return FOUND, f"known vulnerabilities: {'; '.join(bad)}"
    if len(known) < len(dependencies) or not known:
        count = len(dependencies) - len(known)
        return NOT_TOLD, f"the advisory service knows nothing of {count} of {len(dependencies)} packages"
    return FINE, f"no known vulnerability in {len(known)} packages"


def main(arguments: list[str]) -> int:
    command = [sys.executable, "-m", "pip_audit", "-r", str(LOCK), "--disable-pip", "--require-hashes", "-f", "json"]
    try:
        done = subprocess.run(
            [*command, "--timeout", str(_SECONDS_TO_ANSWER)],
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS_IN_ALL,
        )
        code, line = judged(done.stdout)
    except subprocess.TimeoutExpired:
        code, line = judged("")
    sys.stdout.write(f"{line}\n")
    return code if code == FOUND or "--strict" in arguments else FINE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
