"""Files are written whole: with the mode they had, and half written where nobody looks."""

import errno
import os
import stat

import pytest

from whosaidso import files
from whosaidso.files import move_whole, write_whole

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows keeps no modes")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@posix_only
@pytest.mark.parametrize("kept", [0o600, 0o640, 0o664])
def test_a_file_keeps_its_mode(tmp_path, kept):
    path = tmp_path / "gold.toml"
    path.write_text("old")
    path.chmod(kept)
    write_whole(path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", kept)


@posix_only
@pytest.mark.parametrize(("mask", "given"), [(0o077, 0o600), (0o022, 0o644)])
def test_a_new_file_has_the_mode_that_the_user_gives_new_files(tmp_path, mask, given):
    before = os.umask(mask)
    try:
        write_whole(tmp_path / "folder" / "new", b"")
        assert os.umask(mask) == mask
    finally:
        os.umask(before)
    assert mode(tmp_path / "folder" / "new") == given


def test_what_is_half_written_lies_where_it_is_told_to(tmp_path, monkeypatch):
    path, beside = tmp_path / "solutions" / "gold.toml", tmp_path / "backups"
    seen = []

    def replace(source, target, real=os.replace):
        seen.extend(p.parent.name for p in tmp_path.rglob(".writing-*"))
        real(source, target)

    monkeypatch.setattr(files.os, "replace", replace)
    write_whole(path, b"key", beside=beside)
    write_whole(path, b"key 2")
    assert seen == ["backups", "solutions"]
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["gold.toml"]
    assert path.read_bytes() == b"key 2"


def test_another_disk_is_written_to_all_the_same(tmp_path, monkeypatch):
    beside = tmp_path / "other"

    def replace(source, target, real=os.replace):
        if os.path.dirname(source) != os.path.dirname(target):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        real(source, target)

    monkeypatch.setattr(files.os, "replace", replace)
    write_whole(tmp_path / "a" / "file", b"1", beside=beside)
    move_whole(tmp_path / "a" / "file", tmp_path / "b" / "file")
    assert [p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()] == ["b/file"]
    assert (tmp_path / "b" / "file").read_bytes() == b"1"


@pytest.mark.parametrize("beside", [None, "backups"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, beside):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new", beside=beside and tmp_path / beside)
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["file"]
    assert path.read_bytes() == b"old"
