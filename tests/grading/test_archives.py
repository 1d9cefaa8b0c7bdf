"""Piles are read, whatever is in them; nothing in them is unpacked, followed or believed."""

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.grading.piles import JUNK, folder, legacy_zip, write, zipped
from whosaidso.grading.collect import archives
from whosaidso.grading.collect.archives import Budget, FolderPile, Piles, Refused, ZipPile, shown


def opened(tmp_path: Path, data: bytes, name: str = "x.zip") -> ZipPile:
    return ZipPile.of(write(tmp_path / name, data), Budget())


def listed(pile: ZipPile | FolderPile) -> dict[str, bytes]:
    return {entry.path: pile.read(entry) for entry in pile.entries}


def one(name: str, data: bytes = b"{}", *, mode: int = 0o100644, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        pack.writestr(info, data, method)
    return out.getvalue()


def test_archives_reads_a_zip_and_passes_over_what_systems_leave(tmp_path):
    files = {"a/x.ipynb": b"1", "b.txt": b"2" * 3000, "ü/é.ipynb": b"3"}
    assert listed(opened(tmp_path, zipped({**files, **JUNK}))) == files


def test_archives_reads_two_members_of_one_name(tmp_path):
    pile = opened(tmp_path, zipped([("x.ipynb", b"first"), ("x.ipynb", b"second")]))
    assert [pile.read(entry) for entry in pile.entries] == [b"first", b"second"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (one("../../etc/passwd"), "leads out of its folder"),
        (one("a/../../x.ipynb"), "leads out of its folder"),
        (one("/etc/passwd"), "leads out of its folder"),
        (one("\\\\server\\x.ipynb"), "leads out of its folder"),
        (one("..\\x.ipynb"), "leads out of its folder"),
        (one("C:\\x.ipynb"), "leads out of its folder"),
        (one("c:x.ipynb"), "leads out of its folder"),
        (one("link.ipynb", b"/etc/passwd", mode=0o120777), "is a link"),
        (one("pipe.ipynb", mode=0o010644), "no plain file"),
        (one("device.ipynb", mode=0o020644), "no plain file"),
        (one("bomb.ipynb", b"\0" * 2_000_000), "zip bombs"),
        (one("x.ipynb", b"{}" * 500, method=zipfile.ZIP_BZIP2), "packed in a way"),
        (one("x.ipynb", b"{}" * 500, method=zipfile.ZIP_LZMA), "packed in a way"),
    ],
)  # fmt: skip
def test_archives_refuses_a_dangerous_member_and_reads_the_rest(tmp_path, data, says):
    merged = io.BytesIO(data)
    with zipfile.ZipFile(merged, "a") as pack:
        pack.writestr("good.ipynb", b"good")
    pile = opened(tmp_path, merged.getvalue())
    assert listed(pile) == {"good.ipynb": b"good"}
    assert [says in sentence for _, sentence in pile.refused] == [True]


def test_archives_refuses_a_name_with_a_hidden_end(tmp_path):
    data = one("x.ipynb#.exe").replace(b"x.ipynb#.exe", b"x.ipynb\0.exe")
    pile = opened(tmp_path, data)
    assert not pile.entries
    assert "hidden end" in pile.refused[0][1]


def test_archives_refuses_locked_members(tmp_path):
    data = bytearray(one("x.ipynb"))
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + place] |= 1
    pile = opened(tmp_path, bytes(data))
    assert not pile.entries
    assert "password" in pile.refused[0][1]


def lying(data: bytes, size: int) -> bytes:
    """Change the size that the headers give for what a member unpacks to."""
    changed = bytearray(data)
    for mark, place in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        struct.pack_into("<L", changed, changed.index(mark) + place, size)
    return bytes(changed)


@pytest.mark.parametrize("size", [1, 10, 500_000, 4_000_000_000])
def test_archives_does_not_believe_sizes(tmp_path, size):
    data = lying(one("x.ipynb", os.urandom(50_000) + b"\0" * 30_000_000), size)
    pile = opened(tmp_path, data)
    budget = pile.budget.left
    for entry in pile.entries:
        with pytest.raises(Refused):
            pile.read(entry)
    assert budget - pile.budget.left < 21_000_000


def test_archives_caps_what_is_packed_tightly_but_honestly(tmp_path):
    """A bomb that is small in the header of each member is caught while it is read."""
    data = one("x.ipynb", b"\0" * 19_000_000)
    packed = bytearray(data)
    for mark, place in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        struct.pack_into("<L", packed, packed.index(mark) + place, 900_000)
    pile = opened(tmp_path, bytes(packed))
    with pytest.raises(Refused):
        pile.read(pile.entries[0])


def test_archives_caps_every_file(tmp_path):
    files = {"x.ipynb": os.urandom(70_000)}
    for pile in (opened(tmp_path, zipped(files)), FolderPile.of(folder(tmp_path / "f", files), Budget(), frozenset())):
        assert len(pile.read(pile.entries[0], 70_000)) == 70_000
        with pytest.raises(Refused, match="more than 69,999 bytes"):
            pile.read(pile.entries[0], 69_999)


def test_archives_stops_at_the_budget(tmp_path):
    pile = opened(tmp_path, zipped({f"{n}.ipynb": os.urandom(1000) for n in range(10)}))
    pile.budget.left = 3_500
    assert [len(pile.read(entry)) for entry in pile.entries[:3]] == [1000, 1000, 1000]
    with pytest.raises(Refused, match="collect the rest by itself"):
        pile.read(pile.entries[3])


@pytest.mark.parametrize("cut", [0, 1, 10, 100])
def test_archives_refuses_broken_zips_in_one_sentence(tmp_path, cut):
    data = zipped({"x.ipynb": b"1" * 100, "y.ipynb": b"2"})
    with pytest.raises(Refused, match=r"^is no readable zip file.*\.$"):
        opened(tmp_path, data[: len(data) - cut - 1] if cut else b"")


def test_archives_reads_on_after_a_damaged_member(tmp_path):
    data = bytearray(zipped({"x.ipynb": os.urandom(500), "y.ipynb": b"2"}))
    data[60:80] = b"\0" * 20
    pile = opened(tmp_path, bytes(data))
    with pytest.raises(Refused, match="damaged"):
        pile.read(pile.entries[0])
    assert pile.read(pile.entries[1]) == b"2"


def test_archives_refuses_a_table_of_contents_that_would_fill_the_memory(tmp_path):
    data = bytearray(zipped({"x.ipynb": b"1"}))
    struct.pack_into("<L", data, data.rindex(b"PK\5\6") + 12, 50_000_000)
    with pytest.raises(Refused, match="table of contents"):
        opened(tmp_path, bytes(data))


def test_archives_caps_the_number_of_members(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_MEMBERS", 5)
    pile = opened(tmp_path, zipped({f"{n}.ipynb": b"" for n in range(9)}))
    assert len(pile.entries) == 5
    assert "more than 5 files" in pile.refused[0][1]
    monkeypatch.setattr(archives, "MOST_MEMBERS_INSIDE", 3)
    inside = ZipPile.inside(zipped({f"{n}.ipynb": b"" for n in range(6)}), "inner.zip", Budget())
    assert len(inside.entries) == 3


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_archives_never_fails_on_any_bytes(data):
    for made in (data, b"PK\3\4" + data, data + zipped({"x.ipynb": b"1"}), zipped({"x.ipynb": b"1"}) + data[:40]):
        try:
            pile = ZipPile.inside(made, "x.zip", Budget())
        except Refused:
            continue
        for entry in pile.entries:
            try:
                pile.read(entry)
            except Refused:
                pass


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=20))
@settings(max_examples=300)
def test_archives_never_fails_on_damaged_zips(place, noise):
    data = bytearray(zipped({"a/x.ipynb": b"1" * 500, "Jane Doe_1_assignsubmission_file_/y.ipynb": b"{}"}))
    place %= len(data)
    data[place : place + len(noise)] = noise
    try:
        pile = ZipPile.inside(bytes(data), "x.zip", Budget())
    except Refused:
        return
    for entry in pile.entries:
        try:
            assert len(pile.read(entry)) <= 20_000_000
        except Refused:
            pass


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("José Núñez/Über.ipynb", "cp1252"),
        ("José Núñez/Über.ipynb", "cp437"),
        ("José Núñez/Über.ipynb", "utf-8"),
        ("محمد.ipynb", "utf-8"),
        ("plain.ipynb", "cp437"),
    ],
)
def test_archives_reads_names_in_old_encodings(tmp_path, name, encoding):
    pile = opened(tmp_path, legacy_zip({name: b"1", "b.ipynb": b"2"}, encoding))
    assert listed(pile) == {name: b"1", "b.ipynb": b"2"}


def test_archives_reads_dates_as_zips_give_them(tmp_path):
    data = zipped({"x.ipynb": b"1"})
    pile = opened(tmp_path, data)
    assert str(pile.entries[0].modified) == "2026-11-20 12:00:00"
    assert not pile.entries[0].zoned
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        info = zipfile.ZipInfo("x.ipynb")
        info.extra = struct.pack("<HHBl", 0x5455, 5, 1, 1_795_000_000)
        pack.writestr(info, b"1")
        pack.writestr(zipfile.ZipInfo("old.ipynb"), b"")
    first, second = opened(tmp_path, out.getvalue()).entries
    assert (str(first.modified), first.zoned) == ("2026-11-18 11:06:40", True)
    assert second.modified is None  # 1980 means that the zip does not know


def test_archives_lists_a_folder_without_following_links(tmp_path):
    secret = write(tmp_path / "secret.ipynb", b"secret")
    root = folder(tmp_path / "pile", {"a/x.ipynb": b"1", "b/y.ipynb": b"2", **JUNK})
    (root / "link.ipynb").symlink_to(secret)
    (root / "up").symlink_to(tmp_path)
    os.mkfifo(root / "pipe.ipynb")
    pile = FolderPile.of(root, Budget(), frozenset({root / "b"}))
    assert listed(pile) == {"a/x.ipynb": b"1"}
    assert sorted(path for path, _ in pile.refused) == ["link.ipynb", "pipe.ipynb", "up"]


def test_archives_does_not_follow_what_became_a_link_since(tmp_path):
    secret = write(tmp_path / "secret.ipynb", b"secret")
    root = folder(tmp_path / "pile", {"x.ipynb": b"1", "y.ipynb": b"2"})
    pile = FolderPile.of(root, Budget(), frozenset())
    (root / "x.ipynb").unlink()
    (root / "x.ipynb").symlink_to(secret)
    (root / "y.ipynb").unlink()
    os.mkfifo(root / "y.ipynb")
    for entry in pile.entries:
        with pytest.raises(Refused):
            pile.read(entry)


def test_archives_opens_zips_folders_and_files_alike(tmp_path):
    paths = [
        write(tmp_path / "a.zip", zipped({"x": b"1"})),
        write(tmp_path / "no-ending", zipped({"x": b"2"})),
        write(tmp_path / "x.ipynb", b"3"),
        folder(tmp_path / "folder", {"x": b"4"}),
        write(tmp_path / "bad.zip", b"no"),
    ]
    with Piles() as piles:
        for path in paths:
            piles.add(path, frozenset())
        read = [(pile.kind, [pile.read(entry) for entry in pile.entries]) for pile in piles.piles]
    assert read == [("zip", [b"1"]), ("zip", [b"2"]), ("file", [b"3"]), ("folder", [b"4"])]
    assert [name for name, _ in piles.refused] == ["bad.zip"]


@given(st.text(max_size=200))
def test_archives_shows_nothing_that_moves_a_terminal(text):
    line = shown(text)
    assert all(c.isprintable() or c == "\ufffd" for c in line)
    assert len(line) <= 121
