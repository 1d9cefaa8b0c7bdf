"""Class lists of four kinds are read whatever encoding they are in, and one name stands for one person or for nobody."""

import time
from datetime import datetime
from pathlib import Path

import pytest

from whosaidso.grading.folder import Stopped
from whosaidso.grading.roster import Roster, read_roster, same_person

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,mosul-claims (998),Current Score
,,,,,Manual Posting,
"    Points Possible",,,,,30,(read only)
"Doe, Jane",101,S1,jdoe,"9b",,
"Núñez, José",102,S2,j.nunez@school.example,"9b and 9c",,
"Student, Test",999,,0a1b2c,"9b",,
"""
WORKSHEET = """\
Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed","Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 501","Jane Doe",jane@school.example,"Submitted for grading",,30.00,Yes,"Wednesday, 10 June 2026, 2:14 PM",-,"Two
lines"
"Participant 502","José Núñez",jose@school.example,"No submission",,30.00,Yes,-,-,
"""
PARTICIPANTS = """\
"First name",Surname,"ID number","Email address",Groups
Jane,Doe,S1,jane@school.example,9b
José,Núñez,,jose@school.example,9b
"""
BLACKBOARD = """\
"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Last Access"\t"Availability"\t"Claims [Total Pts: 30 Score] |12345"
"Doe"\t"Jane"\t"jdoe"\t"S1"\t""\t"Yes"\t""
"Núñez"\t"José"\t"jnunez"\t"S2"\t""\t"Yes"\t""
"""
NBGRADER = "id,first_name,last_name,email,lms_user_id\njdoe,Jane,Doe,jane@school.example,101\njnunez,José,Núñez,,102\n"


def roster(folder: Path, text: str | bytes, name: str = "list.csv", **more: str) -> Roster:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_roster(path, **more)


@pytest.mark.parametrize(
    ("text", "layout", "ids", "lms_ids"),
    [
        (CANVAS, "canvas", ["jdoe", "j-nunez-school-example"], ["101", "102"]),
        (
            CANVAS.replace("Student,", "LastName,FirstName,", 1)
            .replace(", J", '","J')
            .replace(", Test", '","Test')
            .replace(",,,,,", ",,,,,,"),
            "canvas",
            ["jdoe", "j-nunez-school-example"],
            ["101", "102"],
        ),
        (WORKSHEET, "moodle", ["jane", "jose"], ["501", "502"]),
        (PARTICIPANTS, "moodle", ["S1", "jose"], ["", ""]),
        (BLACKBOARD, "blackboard", ["jdoe", "jnunez"], ["", ""]),
        (NBGRADER, "plain", ["jdoe", "jnunez"], ["101", "102"]),
        ("Code;Name\n17;Jane Doe\n18;José Núñez\n", "plain", ["17", "18"], ["", ""]),
        ("Name\nJane Doe\nJosé Núñez\n", "plain", ["Jane-Doe", "Jose-Nunez"], ["", ""]),
        ("Jane Doe\n\nJosé Núñez", "plain", ["Jane-Doe", "Jose-Nunez"], ["", ""]),
        ("Doe, Jane\nNúñez, José\n", "plain", ["Doe-Jane", "Nunez-Jose"], ["", ""]),
        ("sep=;\nName;E-Mail\nJane Doe;jd@x.org\nJosé Núñez;\n", "plain", ["jd", "Jose-Nunez"], ["", ""]),
        (' "Student  ID" ,"LAST_NAME"\njdoe,Doe\njnunez,Núñez\n', "plain", ["jdoe", "jnunez"], ["", ""]),
    ],
)
def test_roster_reads_each_layout(text, layout, ids, lms_ids, tmp_path):
    found = roster(tmp_path, text)
    assert found.layout == layout
    assert [person.id for person in found.people] == ids
    assert [person.lms_id for person in found.people] == lms_ids
    if "LAST_NAME" not in text:
        assert [found.find("doejane"), found.find("nunez jose")] == list(found.people)
    assert found.notes == ()


def test_roster_keeps_what_the_file_says_of_a_person(tmp_path):
    jane = roster(tmp_path, CANVAS).people[0]
    assert (jane.name, jane.first, jane.last) == ("Doe, Jane", "Jane", "Doe")
    assert (jane.login, jane.code, jane.lms_id, jane.section) == ("jdoe", "S1", "101", "9b")
    assert jane.row["SIS User ID"] == "S1"
    jose = roster(tmp_path, CANVAS).people[1]
    assert jose.email == jose.login == "j.nunez@school.example"
    jane = roster(tmp_path, WORKSHEET).people[0]
    assert (jane.name, jane.first, jane.last, jane.email) == ("Jane Doe", "Jane", "Doe", "jane@school.example")
    assert jane.row["Feedback comments"] == "Two\nlines"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("text", [CANVAS, WORKSHEET, BLACKBOARD, BLACKBOARD.replace("\t", ",").replace("\n", "\r\n")])
def test_roster_reads_any_encoding_and_keeps_every_byte(text, encoding, tmp_path):
    data = text.encode(encoding)
    if encoding == "utf-16-be":
        data = b"\xfe\xff" + data
    found = roster(tmp_path, data, "gc.xls")
    assert found.find("José Núñez") is found.people[1]
    assert found.sheet.bom + "".join(found.sheet.texts).encode(found.sheet.encoding) == data


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\n \n", "has no student"),
        (b"PK\x03\x04\x14\x00", "workbook.*save it as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1", "old Excel workbook"),
        (b"<html><table><tr><td>Name", "web page"),
        (b"\x00\x01\x02\x03name", "not a table as text"),
        (b"a,b\n1,2\n", "names nobody.*and has 'a,b'"),
        (b"Name,Email\n", "has no student"),
        (b'Name,Email\n"Doe, Jane,jd@x.org\n', "quote mark may be missing"),
        (b"Name\nJane Doe\nJohn Roe\njane doe\n", "Rows 2 and 4 .* would both be the student 'Jane-Doe'"),
        (b"id,name\njane.doe,A\njane-doe,B\n", "Rows 2 and 3"),
    ],
)
def test_roster_refuses_what_is_no_class_list_in_one_sentence(data, says, tmp_path):
    with pytest.raises(Stopped, match=says) as error:
        roster(tmp_path, data, "marks.xlsx")
    assert str(error.value).startswith(("marks.xlsx", "Rows"))
    assert "\n" not in str(error.value)


def test_roster_refuses_what_is_not_there_and_no_time_zone(tmp_path):
    with pytest.raises(Stopped, match=r"cannot be opened \(No such file"):
        read_roster(tmp_path / "gone.csv")
    with pytest.raises(Stopped, match="cannot be opened"):
        read_roster(tmp_path)
    with pytest.raises(Stopped, match="'Mars/Olympus' is no time zone"):
        roster(tmp_path, WORKSHEET, timezone="Mars/Olympus")


def test_roster_leaves_out_broken_rows_and_says_so(tmp_path):
    found = roster(tmp_path, "id,name,email\na,Ann,ann@x.org\nb\n,,\nc,Cem,\n,,\x20\n")
    assert [person.id for person in found.people] == ["a", "c"]
    assert found.notes == ("Row 3 of list.csv has 1 cells, not 3: left out.",)
    found = roster(tmp_path, "Username,Room\nann,1\n,2\n")
    assert found.notes == ("Row 3 of list.csv names nobody: left out.",)


def test_roster_tells_people_with_one_id_apart(tmp_path):
    two = "First name,Last name,Email address\nJane,Doe,jane@a.org\nJane,Roe,jane@b.org\nJo,Ng,jo@a.org\n"
    assert [person.id for person in roster(tmp_path, two).people] == ["jane-a-org", "jane-b-org", "jo"]
    two = "Student,ID,SIS Login ID,Section\nA,7,j.doe,x\nB,8,j_doe,x\nC,9,j-doe,x\nD,10,J.DOE,x\n"
    assert [person.id for person in roster(tmp_path, two).people] == ["j-doe-7", "j_doe", "j-doe-9", "J-DOE-10"]


def test_roster_ids_are_safe_for_folders(tmp_path):
    found = roster(tmp_path, "Username,Name\n../../etc,A\n.hidden,B\nCON/..,C\nمحمد,D\n")
    assert [person.id for person in found.people] == ["etc", "hidden", "CON", "x-0645-062d-0645-062f"]


@pytest.mark.parametrize(
    "name",
    [
        "Jane Doe", "jane doe", "DOE Jane", "Doe, Jane", "doejane", "janedoe", "JaneDoe", " jane   DOE ", "J\u00e1ne D\u00f6e",
        "jdoe", "JDOE", "S1", "s1", "s-1", "101", "jane\u200b doe", "jane@school.example",
    ],
)  # fmt: skip
def test_roster_finds_a_person_by_whatever_stands_for_one(name, tmp_path):
    text = CANVAS.replace("Section", "Section,Email").replace('"9b",', '"9b",jane@school.example,', 1)
    assert roster(tmp_path, text).find(name).id == "jdoe"


@pytest.mark.parametrize(
    "name", ["", " ", "-", "Jane", "Doe", "Jane D", "J. Doe", "Jane Mary Doe", "9b", "\x00", "x" * 9999]
)
def test_roster_finds_nobody_where_a_name_stands_for_no_one(name, tmp_path):
    assert roster(tmp_path, CANVAS).find(name) is None


def test_roster_never_guesses_between_two(tmp_path):
    found = roster(tmp_path, "Username,Name\njd1,Jane Doe\njd2,Doe Jane\nlee,Ann Lee\nannlee,Bo Li\nB,Bo Ny\n")
    assert found.find("Jane Doe") is None
    assert found.find("doejane") is None
    assert found.find("annlee") is None  # one student's login and another one's name
    assert found.find("Ann Lee").id == "lee"
    assert found.find("jd1").name == "Jane Doe"


def test_roster_finds_moodle_and_blackboard_people_by_number(tmp_path):
    found = roster(tmp_path, WORKSHEET)
    assert found.find("501") is found.find("Participant 501") is found.people[0]
    assert roster(tmp_path, BLACKBOARD).find("S2").id == "jnunez"


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("Jane Doe", "doejane"), ("Jane Doe", "Doe, Jane"), ("Jane Doe", "DOE Jane"), ("jane doe", "Jane Doe"), ("doejane", "Jane Doe"),
        ("Nunez Jose", "José Núñez"), ("Jose\u0301 Nu\u0301n\u0303ez", "José Núñez"), ("Zoe Odegard", "Ødegård, Zoë"), ("Strasse, Anna", "Anna Straße"),
        ("Sean ONeil", "O’Neil, Sean"), ("Anne Marie Smith", "Smith, Anne-Marie"), ("Annemarie Smith", "Anne-Marie Smith"),
        ("garciamarquezgabriel", "Gabriel García Márquez"), ("Garcia Marquez Gabriel", "Gabriel García Márquez"), ("محمد علي", "علي محمد"),
        ("李 雷", "雷 李"), ("Ｊａｎｅ Doe", "Jane Doe"), ("Jane\u202e Doe", "Jane Doe"), ("Иван Йорданов", "йорданов иван"),
    ],
)  # fmt: skip
def test_same_person_forgives_accents_case_order_and_punctuation(typed, known):
    assert same_person(typed, known)
    assert same_person(known, typed)


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("", ""), ("", "Jane Doe"), ("-", "-"), (" ", "\u200b"), ("Jane", "Jane Doe"), ("Jane Roe", "Jane Doe"), ("Jane Doe", "Jane Mary Doe"),
        ("Ann Alee", "Anna Lee"), ("J Doe", "Jane Doe"), ("か", "が"), ("Jane Doe Doe", "Jane Doe"),
    ],
)  # fmt: skip
def test_same_person_never_takes_one_for_another(typed, known):
    assert not same_person(typed, known)
    assert not same_person(known, typed)


@pytest.mark.parametrize(
    ("text", "zone", "found"),
    [
        ("Wednesday, 10 June 2026, 2:14 PM", "UTC", datetime(2026, 6, 10, 14, 14)),
        ("Wednesday, 10 June 2026, 2:14\u202fPM", "UTC", datetime(2026, 6, 10, 14, 14)),
        ("Wednesday, June 10, 2026, 12:05 AM", "UTC", datetime(2026, 6, 10, 0, 5)),
        ("Wednesday, 10 June 2026, 14:14", "Europe/Berlin", datetime(2026, 6, 10, 12, 14)),
        ("10 Jan 2026, 14:14", "Europe/Berlin", datetime(2026, 1, 10, 13, 14)),
        ("2026-06-10 14:14:05", "UTC", datetime(2026, 6, 10, 14, 14, 5)),
        ("2026-06-10T14:14", "UTC", datetime(2026, 6, 10, 14, 14)),
        ("-", "UTC", None),
        ("", "UTC", None),
        ("03/04/2026, 14:14", "UTC", None),
        ("Mittwoch, 10. Foo 2026, 14:14", "UTC", None),
        ("31 February 2026, 14:14", "UTC", None),
        ("10 June 2026, 25:14", "UTC", None),
        ("10 June 99999, 25:14", "UTC", None),
    ],
)
def test_roster_reads_moodle_times(text, zone, found, tmp_path):
    sheet = WORKSHEET.replace("Wednesday, 10 June 2026, 2:14 PM", text)
    assert roster(tmp_path, sheet, timezone=zone).people[0].submitted == found


def test_roster_of_five_thousand_is_quick(tmp_path):
    rows = "".join(f'"Doe{n}, Jane",{n},S{n},login{n},"9b",,\n' for n in range(5000))
    begin = time.perf_counter()
    found = roster(tmp_path, CANVAS + rows)
    for n in range(5000):
        assert found.find(f"Jane Doe{n}").login == f"login{n}"
    assert time.perf_counter() - begin < 5  # a list searched from end to end each time takes a minute
