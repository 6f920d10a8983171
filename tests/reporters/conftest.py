"""Snapshots of reports."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from ..snapshots import JsonFile, MarkdownFile, MermaidFile, TextFile


class SarifFile(TextFile):
    file_extension = "sarif"


class XmlFile(TextFile):
    file_extension = "xml"


class HtmlFile(TextFile):
    file_extension = "html"


class CsvFile(TextFile):
    file_extension = "csv"


@pytest.fixture
def sarif_file(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(SarifFile)


@pytest.fixture
def xml_file(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(XmlFile)


@pytest.fixture
def csv_file(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(CsvFile)


@pytest.fixture
def markdown_file(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(MarkdownFile)


@pytest.fixture
def json_file(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JsonFile)


@pytest.fixture
def mermaid_file(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(MermaidFile)


@pytest.fixture
def html_file(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(HtmlFile)
