"""How the tests run everywhere."""

from __future__ import annotations

import os

from hypothesis import settings

# no deadline: machines are shared; in CI the same examples each time, so that a landing does not hang on luck
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
