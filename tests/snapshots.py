"""Snapshots, one readable file each: accept new ones with `pytest --snapshot-update`, then read the diff."""

from __future__ import annotations

from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode


class TextFile(SingleFileSnapshotExtension):
    _write_mode = WriteMode.TEXT


class MarkdownFile(TextFile):
    file_extension = "md"


class JsonFile(TextFile):
    file_extension = "json"


class PlainFile(TextFile):
    file_extension = "txt"


class MermaidFile(TextFile):
    file_extension = "mmd"
