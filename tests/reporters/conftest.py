"""Snapshots of reports."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from ..snapshots import JsonFile, MarkdownFile, MermaidFile


@pytest.fixture
def markdown_file(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(MarkdownFile)


@pytest.fixture
def json_file(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JsonFile)


@pytest.fixture
def mermaid_file(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(MermaidFile)
