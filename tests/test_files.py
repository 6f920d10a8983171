"""Files are there whole, or as they were."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from aks_audit.files import whole_file


def write(path: Path, *pieces: bytes, then: type[BaseException] | None = None) -> None:
    with whole_file(str(path)) as file:
        for piece in pieces:
            file.write(piece)
        if then:
            raise then


@pytest.mark.parametrize("before", [None, b"old"])
@pytest.mark.parametrize("end", [KeyboardInterrupt, OSError, SystemExit])
def test_an_interruption_leaves_what_was_there(before: bytes | None, end: type[BaseException], tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    if before is not None:
        path.write_bytes(before)
    with pytest.raises(end):
        write(path, b"half of it", then=end)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == ([] if before is None else [before])


def test_a_file_keeps_its_mode_and_a_new_one_gets_the_usual(tmp_path: Path) -> None:
    old, new, usual = tmp_path / "old", tmp_path / "new", tmp_path / "usual"
    old.write_bytes(b"")
    old.chmod(0o640)
    usual.write_bytes(b"")
    for path in (old, new):
        write(path, b"whole")
    assert old.stat().st_mode & 0o777 == 0o640
    assert new.stat().st_mode == usual.stat().st_mode
    assert {path.read_bytes() for path in (old, new)} == {b"whole"}


def test_a_link_stays_one(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"old")
    link.symlink_to(real)
    write(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_a_pipe_is_written_as_it_comes(tmp_path: Path) -> None:
    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write(pipe, b"one", b"two")
    reader.join()
    assert got == [b"onetwo"]
    assert pipe.is_fifo()


def test_nothing_takes_the_place_of_a_device() -> None:
    write(Path(os.devnull), b"gone")
    assert Path(os.devnull).is_char_device()
