"""How the tests run everywhere."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings
from syrupy.assertion import SnapshotAssertion

from .snapshots import PlainFile

# no deadline: machines are shared; in CI the same examples each time, so that a landing does not hang on luck
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture
def plain_file(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(PlainFile)


# where the tests themselves run in a pipeline, the program must not speak to it
for name in ("GITHUB_ACTIONS", "TF_BUILD"):
    os.environ.pop(name, None)
