"""Every LMS's own names for files are known, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.grading.piles import DRIVE_ZIP
from whosaidso.grading.collect.layouts import by_order, find_layout, read_receipt
from whosaidso.grading.safe import safe_name

NAMES = frozenset({"mosul-claims", "mosul-wording"})


def found(path: str, pile: str = "x.zip") -> tuple[str, str, str, str, str]:
    one = find_layout(path, pile=pile, assignments=NAMES)
    return one.layout, one.name, one.key, one.order, one.file


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("doejane_123456_7891011_mosul-claims.ipynb", ("canvas", "doejane", "123456", "7891011", "mosul-claims.ipynb")),
        ("doejane_LATE_123456_7891011_mosul-claims-1.ipynb", ("canvas", "doejane", "123456", "7891011", "mosul-claims-1.ipynb")),
        ("núñezjosé_12_345_a_b_9_8.ipynb", ("canvas", "núñezjosé", "12", "345", "a_b_9_8.ipynb")),
        ("dejong_van_12_345_x.ipynb", ("canvas", "dejong_van", "12", "345", "x.ipynb")),
        ("submissions/doejane_123456_7891011_2026_11_20.ipynb", ("canvas", "doejane", "123456", "7891011", "2026_11_20.ipynb")),
        ("123456_7891011_x.ipynb", ("canvas", "", "123456", "7891011", "x.ipynb")),
        ("anon_Ab12x_7891011_2026_x.ipynb", ("canvas", "", "anon_Ab12x", "7891011", "2026_x.ipynb")),
        ("LATE_anon_Ab12x_7891011_x.ipynb", ("canvas", "", "anon_Ab12x", "7891011", "x.ipynb")),
        ("anonymous_123456_7891011_x.ipynb", ("canvas", "", "anon_123456", "7891011", "x.ipynb")),
        ("Jane Doe_12345_assignsubmission_file_/x.ipynb", ("moodle", "Jane Doe", "12345", "", "x.ipynb")),
        ("Jane Doe_12345_assignsubmission_file/sub/x.ipynb", ("moodle", "Jane Doe", "12345", "", "x.ipynb")),
        ("Jane Doe_12345_assignsubmission_file_x_1_2.ipynb", ("moodle", "Jane Doe", "12345", "", "x_1_2.ipynb")),
        ("c/José Núñez, Jr_7_assignsubmission_file_/doejane_1_234_x.ipynb", ("moodle", "José Núñez, Jr", "7", "", "doejane_1_234_x.ipynb")),
        ("Default group_assignsubmission_file_/x.ipynb", ("moodle", "Default group", "Default group", "", "x.ipynb")),
        ("Claims_jdoe_attempt_2026-11-20-14-33-12_x.ipynb", ("blackboard", "", "jdoe", "2026-11-20-14-33-12", "x.ipynb")),
        ("Week_1_Claims_jdoe_attempt_2026-11-20-14-33-12_x_y.ipynb", ("blackboard", "", "jdoe", "2026-11-20-14-33-12", "x_y.ipynb")),
        ("Submitted files/Jane Doe/Claims/Version 2/x.ipynb", ("teams", "Jane Doe", "Jane Doe", "2", "x.ipynb")),
        ("Jane Doe/Claims/Version 12/x.ipynb", ("teams", "Jane Doe", "Jane Doe", "12", "x.ipynb")),
        ("Class/Student Work/Submitted files/Jane Doe/Claims/x.ipynb", ("teams", "Jane Doe", "Jane Doe", "", "x.ipynb")),
        ("Eingereichte Dateien/Jane Doe/Claims/Version 1/x.ipynb", ("teams", "Jane Doe", "Jane Doe", "1", "x.ipynb")),
        ("Working files/Jane Doe/Claims/x.ipynb", ("draft", "", "", "", "x.ipynb")),
        ("submitted/jdoe/mosul-claims/mosul-claims.ipynb", ("nbgrader", "", "jdoe", "", "mosul-claims.ipynb")),
        ("course/submitted/jdoe/mosul-claims/timestamp.txt", ("nbgrader", "", "jdoe", "", "timestamp.txt")),
        ("jdoe/mosul-claims/mosul-claims.ipynb", ("loose", "", "", "", "mosul-claims.ipynb")),
        ("submitted/jdoe/mosul-claims/deeper/x.ipynb", ("loose", "", "", "", "x.ipynb")),
        ("a/b/submitted/jdoe/mosul-claims/x.ipynb", ("loose", "", "", "", "x.ipynb")),
        ("mosul-claims (1).ipynb", ("loose", "", "", "", "mosul-claims (1).ipynb")),
        ("claims_2026_11_20.ipynb", ("loose", "", "", "", "claims_2026_11_20.ipynb")),
        ("Jane Doe - mosul-claims.ipynb", ("loose", "", "", "", "Jane Doe - mosul-claims.ipynb")),
        ("attempt_2026-11-20-14-33-12_x.ipynb", ("loose", "", "", "", "attempt_2026-11-20-14-33-12_x.ipynb")),
    ],
)  # fmt: skip
def test_layouts_knows_each_place(path, expected):
    assert found(path) == expected


def test_layouts_knows_who_is_late_or_nameless():
    names = ("doe_1", "doe_LATE_1", "doe_late_1", "LATE_anon_a1", "lately_1", "anon_LATE")
    late = [find_layout(f"{name}_234_x.ipynb", pile="x").late for name in names]
    assert late == [False, True, True, True, False, False]
    nameless = [
        find_layout(f"{name}_12345_assignsubmission_file_/x.ipynb", pile="x").anonymous
        for name in ("Participant", "Teilnehmer/in".replace("/", " "), "Jane Doe")
    ]
    assert nameless == [True, True, False]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("Claims/Jane Doe - mosul-claims.ipynb", "Jane Doe"),
        ("Claims/Jane Doe - Claims meet records.ipynb", "Jane Doe"),
        ("Claims/Anne-Marie Doe – mosul claims (2).ipynb", "Anne-Marie Doe"),
        ("Claims/mosul-claims - Jane Doe.ipynb", "Jane Doe"),
        ("Claims/Copy of Jane Doe - mosul-claims.ipynb", "Jane Doe"),
        ("Claims/mosul-claims - Copy.ipynb", ""),
        ("Claims/mosul-claims (1).ipynb", ""),
        ("Claims/janes work.ipynb", ""),
    ],
)
def test_layouts_reads_names_that_classroom_gives(path, name):
    one = find_layout(path, pile=DRIVE_ZIP, assignments=NAMES)
    assert (one.layout, one.name) == ("drive", name)
    assert find_layout(path, pile="Claims.zip", assignments=NAMES).layout == "loose"


@pytest.mark.parametrize(
    "pile", [DRIVE_ZIP, "drive-download-20261120T143312Z-002.zip", "a b-20261120T143312Z-1-001 (1).zip"]
)
def test_layouts_knows_drives_zips(pile):
    assert find_layout("x.ipynb", pile=pile).layout == "drive"
    assert (
        find_layout("submitted/jdoe/mosul-claims/x.ipynb", pile=pile).layout == "drive"
    )  # anybody may make such folders there


def test_layouts_a_folder_called_submitted_is_nbgraders():
    assert found("jdoe/mosul-claims/x.ipynb", "submitted")[:3] == ("nbgrader", "", "jdoe")


def test_layouts_counts_attempts():
    assert sorted(["10", "9", "", "100"], key=by_order) == ["", "9", "10", "100"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Name: Jane Doe (jdoe)\nAssignment: x", ("Jane Doe", "jdoe")),
        ("\ufeff Name: Núñez (Jr), José (j_n)\r\nAssignment: x", ("Núñez (Jr), José", "j_n")),
        ("Nom : José Núñez (j_n)\r\n", ("José Núñez", "j_n")),
        ("Jane\n", ("", "")),
        ("", ("", "")),
        ("Name: " + "x" * 5000, ("", "")),
    ],
)
def test_layouts_reads_blackboards_receipt(text, expected):
    assert read_receipt(text) == expected


@given(st.text(max_size=80), st.sampled_from(["x.zip", "submitted", DRIVE_ZIP]))
def test_layouts_never_fails_and_gives_names_that_can_be_folders(path, pile):
    one = find_layout(path, pile=pile, assignments=NAMES)
    for name in (one.name, one.key):
        reduced = safe_name(name) if name else "x"
        assert reduced
        assert set(reduced) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
