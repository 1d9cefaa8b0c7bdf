"""Appeals: what a ruling does to marks, to the key and to what others ask. All answers come from solutions/ at run time."""

import json
import shutil

import pytest
import tomlkit
from attrs import evolve
from typer.testing import CliRunner

from tests.course.courses import cell_of, gradebook_records, hand_in, model, released
from whosaidso.check import mark
from whosaidso.cli import app
from whosaidso.grading.folder import read_course
from whosaidso.grading.keys import changed_gold, load_key, ruling_for
from whosaidso.kinds.claim_check.answer import ClaimAnswer
from whosaidso.kinds.claim_check.scoring import credit
from whosaidso.kinds.source_trace.answer import parse
from whosaidso.kinds.source_trace.scoring import score
from whosaidso.records import Change, Ruling
from whosaidso.vocabulary import INDEPENDENCE, VERDICTS

CLAIMS, WORDING, SOURCING = "mosul-claims", "mosul-wording", "mosul-sourcing"
NAMES = {CLAIMS: "claims", WORDING: "wording", SOURCING: "sourcing"}
WHY = ("--why", "Well argued.")


def said_by(course, *words, code=0):
    """Run the command and return what it prints, in one line."""
    done = CliRunner().invoke(app, [*words, "--course", str(course)])
    assert done.exit_code == code, done.output + str(done.exception or "")
    return " ".join((done.output + str(done.exception or "")).split())


def mark_of(course, student, task, assignment=CLAIMS):
    return gradebook_records(course)[assignment, student, assignment, f"{task}-check", "grade"][0]


def key_of(course, assignment=CLAIMS):
    return load_key(read_course(course), assignment)


def answer_in(course, task, assignment=CLAIMS):
    """Return our own model answer to a task."""
    names: dict = {}
    exec(cell_of(model(course, assignment), f"{task}-answer").source, names)  # our own notebook
    return names[NAMES[assignment]]


def send(course, student, task, answer, *, asks=(), more="", assignment=CLAIMS):
    """Hand in the model with another answer to one task, which asks about some items."""
    notebook = model(course, assignment)
    notes = {item: {"why": "Please look."} for item in asks}
    source = f"{NAMES[assignment]} = {answer!r}\n{more}" + (f"\ndifferently = {notes!r}" if notes else "")
    cell_of(notebook, f"{task}-answer").source = source
    hand_in(course, student, assignment, notebook)


def wrong(key, item, task="mosul-claims-1"):
    """Return a judgement of a claim that gives a record and earns nothing."""
    for verdict in VERDICTS:
        for record in key.case.tasks[task].options:
            given = ClaimAnswer(item, verdict, (record,), "", "")
            if verdict != "not_shown" and credit(given, key.gold.claims[item]) == 0:
                return {"verdict": verdict, "evidence": [record]}
    raise AssertionError(item)


def with_wrong(course, *items, task="mosul-claims-1"):
    answer = answer_in(course, task)
    return {**answer, **{item: wrong(key_of(course), item) for item in items}}


def edit_gold(course, assignment=CLAIMS):
    """Return the gold of an assignment and what writes it back."""
    path = course / "solutions" / assignment / "gold.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    return document, lambda: path.write_text(tomlkit.dumps(document), encoding="utf-8")


def row_of(document, item, table="claim"):
    return next(row for row in document[table] if row.get("id", row.get("claim")) == item)


def rule_by_hand(course, change=None, **words):
    row = {
        "assignment": CLAIMS,
        "item": "c06",
        "ruling": "accepted",
        "why": "x",
        "who": "x",
        "when": "2026-11-25",
        **words,
    }
    row.setdefault("students", ["fay"])
    document = tomlkit.document()
    document["ruling"] = tomlkit.aot()
    table = tomlkit.item(row)
    if change:
        changes = tomlkit.aot()
        changes.append(tomlkit.item(change))
        table["change"] = changes
    document["ruling"].append(table)
    (course / "rulings.toml").write_text(tomlkit.dumps(document), encoding="utf-8")


TASK = "mosul-claims-1"


@pytest.fixture
def asked(course):
    """Fay has two claims wrong and asks about both, gus one; anna has all right."""
    send(course, "anna", TASK, answer_in(course, TASK))
    send(course, "fay", TASK, with_wrong(course, "c04", "c06"), asks=("c04", "c06"))
    send(course, "gus", TASK, with_wrong(course, "c06"), asks=("c06",))
    said_by(course, "grade")
    return course


def test_two_acceptances_in_one_task_both_count(asked):
    before = mark_of(asked, "fay", TASK)
    said_by(asked, "disputes", "accept", CLAIMS, "c04", "fay", *WHY)
    said_by(asked, "grade")
    one = mark_of(asked, "fay", TASK)
    said_by(asked, "disputes", "accept", CLAIMS, "c06", "fay", *WHY)
    said_by(asked, "grade")
    assert before < one < mark_of(asked, "fay", TASK) == 12
    page = (asked / "autograded" / "fay" / CLAIMS / f"{CLAIMS}.ipynb").read_text(encoding="utf-8")
    assert page.count("Accepted for you on appeal: c04") == page.count("Accepted for you on appeal: c06") == 2
    assert mark_of(asked, "gus", TASK) < 12


def test_accepted_and_then_declined_the_last_ruling_counts(asked):
    before = mark_of(asked, "fay", TASK)
    for verb in ("accept", "decline"):
        said_by(asked, "disputes", verb, CLAIMS, "c06", "fay", *WHY)
        said_by(asked, "grade")
        assert (mark_of(asked, "fay", TASK) > before) is (verb == "accept")
    assert mark_of(asked, "fay", TASK) == before


def test_an_acceptance_never_lowers(asked):
    key = key_of(asked)
    given = answer_in(asked, TASK)
    hurts = [
        change
        for item in key.case.tasks[TASK].items
        for change in (
            Change.of("claim", item, "misused", {}),
            Change.of("claim", item, "usable", [[other_record(key, item)]]),
        )
    ]
    assert mark(TASK, given, points=12, gold=changed_gold(key, tuple(hurts))).points < 12
    ruling = Ruling(CLAIMS, "c06", "accepted", "x", "x", "2026-11-25", ("anna",), tuple(hurts))
    marked = evolve(key, rulings=(ruling,)).marker("anna")(TASK, given, 12)
    assert marked.points == 12
    assert "Accepted" not in marked.text


def test_of_two_acceptances_one_that_hurts_or_earns_nothing_is_left_out(asked):
    key = key_of(asked)
    given = with_wrong(asked, "c06")
    way = {"verdict": given["c06"]["verdict"], "usable": [given["c06"]["evidence"]]}
    helps = (Change.of("claim", "c06", "accept_full", way, how="append"),)
    hurts = (
        Change.of("claim", "c04", "misused", {}),
        Change.of("claim", "c04", "usable", [[other_record(key, "c04")]]),
    )
    nothing = (Change.of("claim", "c08", "reason", "As it was."),)
    rulings = [
        Ruling(CLAIMS, item, "accepted", "x", "x", "2026-11-25", ("fay",), change)
        for item, change in (("c06", helps), ("c04", hurts), ("c08", nothing))
    ]
    for order in (rulings, rulings[::-1]):
        marked = evolve(key, rulings=tuple(order)).marker("fay")(TASK, given, 12)
        assert marked.points == 12
        assert marked.text.count("Accepted for you") == marked.text.count("Accepted for you on appeal: c06") == 1


def test_whom_a_ruling_concerns():
    upheld = Ruling(CLAIMS, "c06", "upheld", "x", "x", "2026-11-25")
    assert ruling_for([upheld], "c06", "fay") is None, "nobody had asked when it was upheld"
    assert ruling_for([evolve(upheld, students=("fay",))], "c06", "fay")
    assert ruling_for([evolve(upheld, ruling="declined")], "c06", "fay")


def test_an_acceptance_is_for_the_student_named_and_the_item_named(asked):
    key = key_of(asked)
    given = with_wrong(asked, "c06")
    way = {"verdict": given["c06"]["verdict"], "usable": [given["c06"]["evidence"]]}
    change = (Change.of("claim", "c06", "accept_full", way, how="append"),)
    ruling = Ruling(CLAIMS, "c06", "accepted", "x", "x", "2026-11-25", ("fay",), change)
    assert evolve(key, rulings=(ruling,)).marker("fay")(TASK, given, 12).points == 12
    assert evolve(key, rulings=(ruling,)).marker("gus")(TASK, given, 12).points < 12
    elsewhere = evolve(ruling, item="c02")
    assert evolve(key, rulings=(elsewhere,)).marker("fay")(TASK, given, 12).points < 12


def test_notes_on_what_is_no_item_of_the_task_are_dropped(course):
    send(course, "fay", TASK, with_wrong(course, "c06"), asks=("c06", "c02", "c99", "w06"))
    said_by(course, "grade")
    done = CliRunner().invoke(app, ["disputes", "--json", "--course", str(course)])
    assert [dispute["item"] for dispute in json.loads(done.output.splitlines()[-1])] == ["c06"]


# --- what was earned before


def other_record(key, item):
    """Return a record that does not carry the claim's verdict by itself or with others."""
    used = {record for usable in key.gold.claims[item].usable for record in usable}
    return next(record for record in key.case.tasks[TASK].options if record not in used)


def spoil_for_those_right(course, item):
    """Correct the key by hand so that the model's answer to a claim is wrong now."""
    document, write = edit_gold(course)
    row = row_of(document, item)
    row["usable"], row["misused"] = [[other_record(key_of(course), item)]], {}
    write()


def upheld_by_hand(course):
    spoil_for_those_right(course, "c06")
    said = said_by(course, "disputes", "uphold", CLAIMS, "c06", "--by-hand", *WHY)
    assert f"Noted in solutions/{CLAIMS}/gold.toml, in the history of c06" in said
    said_by(course, "grade")


def test_asking_or_a_comment_is_no_other_answer(asked):
    upheld_by_hand(asked)
    assert mark_of(asked, "anna", TASK) == 12
    send(asked, "anna", TASK, answer_in(asked, TASK), asks=("c06",), more="# I looked at it again")
    said_by(asked, "grade")
    assert mark_of(asked, "anna", TASK) == 12
    send(asked, "anna", TASK, {**answer_in(asked, TASK), "c04": {}})
    said_by(asked, "grade")
    assert mark_of(asked, "anna", TASK) < 12


def test_with_the_graded_files_lost_a_blank_hand_in_keeps_nothing(asked):
    upheld_by_hand(asked)
    shutil.rmtree(asked / "autograded")
    shutil.rmtree(asked / "outcomes")
    said_by(asked, "grade")
    assert mark_of(asked, "anna", TASK) == 12, "the same answer keeps its mark without them"
    shutil.rmtree(asked / "autograded")
    hand_in(asked, "anna", CLAIMS, released(asked, CLAIMS))
    said_by(asked, "grade")
    assert mark_of(asked, "anna", TASK) == 0


def test_a_later_slip_of_the_key_does_not_stay(asked):
    upheld_by_hand(asked)
    before = mark_of(asked, "fay", TASK)
    path = asked / "solutions" / CLAIMS / "gold.toml"
    right = path.read_bytes()
    document, write = edit_gold(asked)
    given = wrong(key_of(asked), "c04")
    row_of(document, "c04")["accept_full"] = [{"verdict": given["verdict"], "usable": [given["evidence"]]}]
    write()
    said_by(asked, "grade")
    assert mark_of(asked, "fay", TASK) > before
    path.write_bytes(right)
    said_by(asked, "grade")
    assert mark_of(asked, "fay", TASK) == before


def test_what_was_earned_is_never_more_than_the_cell_gives(asked):
    upheld_by_hand(asked)
    path = asked / "rulings.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    document["ruling"][0]["marks"] = document["ruling"][0]["marks"].replace("12.0", "99.0")
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    said_by(asked, "grade")
    assert mark_of(asked, "anna", TASK) == 12


def test_a_ruling_without_marks_keeps_none(asked):
    spoil_for_those_right(asked, "c06")
    rule_by_hand(asked, ruling="upheld")
    said_by(asked, "grade")
    assert mark_of(asked, "anna", TASK) < 12


# --- who is answered


def test_a_ruling_for_all_does_not_answer_who_asks_later(asked):
    said_by(asked, "disputes", "uphold", CLAIMS, "c06", "--like", "fay", *WHY)
    assert "c06" not in said_by(asked, "disputes")
    send(asked, "hedy", TASK, with_wrong(asked, "c04"), asks=("c06",))
    said_by(asked, "grade")
    said = said_by(asked, "disputes")
    assert "c06 — 1 open of 3" in said
    assert "hedy" in said


def test_declined_for_all_who_asked_does_not_answer_who_asks_later(asked):
    said_by(asked, "disputes", "decline", CLAIMS, "c06", *WHY)
    send(asked, "hedy", TASK, with_wrong(asked, "c06"), asks=("c06",))
    said_by(asked, "grade")
    assert "c06 — 1 open of 3" in said_by(asked, "disputes")


# --- each kind, on the real gold


def lost(course, assignment, task, student="fay"):
    return mark_of(course, "anna", task, assignment) - mark_of(course, student, task, assignment)


def test_a_missed_span_accepted_by_its_own_id_or_upheld(course):
    task = "mosul-wording-1"
    answer = answer_in(course, task, WORDING)
    key = key_of(course, WORDING)
    core = next(span for span in key.gold.spans if span.grade == "core" and any(row[2] == span.exact for row in answer))
    send(course, "anna", task, answer, assignment=WORDING)
    missed = [row for row in answer if row[2] != core.exact]
    for student in ("fay", "gus"):
        send(course, student, task, missed, asks=(core.passage,), assignment=WORDING)
    said_by(course, "grade")
    assert lost(course, WORDING, task) > 0
    said_by(course, "disputes", "accept", WORDING, core.id, "fay", *WHY)
    assert f"{core.passage} — 1 open of 2" in said_by(course, "disputes"), "fay's question is answered, gus's is not"
    said_by(course, "grade")
    assert lost(course, WORDING, task) == 0 < lost(course, WORDING, task, "gus")
    said_by(course, "disputes", "decline", WORDING, core.id, "fay", *WHY)
    said_by(course, "grade")
    assert lost(course, WORDING, task) > 0
    said_by(course, "disputes", "uphold", WORDING, core.id, "--like", "gus", *WHY)
    said_by(course, "grade")
    assert lost(course, WORDING, task) == lost(course, WORDING, task, "gus") == 0
    row = row_of(edit_gold(course, WORDING)[0], core.id, "span")
    assert row["history"][-1]["what"] == "upheld on appeal: Well argued."


def test_a_lure_that_was_marked(course):
    task = "mosul-wording-1"
    answer = answer_in(course, task, WORDING)
    lure = next(span for span in key_of(course, WORDING).gold.spans if span.grade == "lure")
    label = answer[0][4]
    marked = [*answer, (lure.article, lure.paragraph, lure.exact, lure.occurrence, label)]
    send(course, "anna", task, answer, assignment=WORDING)
    send(course, "fay", task, marked, asks=(lure.passage,), assignment=WORDING)
    said_by(course, "grade")
    assert lost(course, WORDING, task) > 0
    said_by(course, "disputes", "uphold", WORDING, lure.passage, "--like", "fay", *WHY)
    said_by(course, "grade")
    assert lost(course, WORDING, task) == 0
    row = row_of(edit_gold(course, WORDING)[0], lure.id, "span")
    assert row["grade"] == "arguable"
    assert list(row["labels"]) == [label]


def invented(course):
    """Return a link told by an article that takes marks off, with that article; if there is a lure, the lure."""
    key = key_of(course, SOURCING)
    task = key.case.tasks["mosul-sourcing-1"]
    tempting = [(lure.teller, lure.told_by) for lure in key.gold.lures if lure.teller in task.items]
    pairs = [*tempting, *((teller, told_by) for teller in task.items for told_by in task.options)]
    for teller, told_by in pairs:
        answer = parse({"edges": [(teller, told_by)]}, task, key.case).answer
        items = score(answer=answer, gold=key.gold, task=task, case=key.case).items
        if items[0].outcome == "invented":
            return teller, told_by
    raise AssertionError


def test_a_link_upheld_says_who_when_and_why(course):
    task = "mosul-sourcing-1"
    answer = answer_in(course, task, SOURCING)
    teller, told_by = invented(course)
    send(course, "anna", task, answer, assignment=SOURCING)
    more = {**answer, "edges": [*answer["edges"], (teller, told_by)]}
    send(course, "fay", task, more, asks=(teller,), assignment=SOURCING)
    said_by(course, "grade")
    assert lost(course, SOURCING, task) > 0
    said_by(course, "disputes", "uphold", SOURCING, teller, "--like", "fay", "--who", "Dr Who", *WHY)
    row = edit_gold(course, SOURCING)[0]["accepted"][-1]
    assert (row["teller"], row["told_by"]) == (teller, told_by)
    when = tomlkit.parse((course / "rulings.toml").read_text(encoding="utf-8"))["ruling"][0]["when"]
    assert row["reason"] == f"Upheld on appeal by Dr Who on {when}: Well argued."
    said_by(course, "grade")
    assert lost(course, SOURCING, task) == 0


def test_an_invented_link_further_down_the_chain_belongs_to_its_article(course):
    task = "mosul-sourcing-1"
    key = key_of(course, SOURCING)
    edge = next(edge for edge in key.gold.edges if edge.teller != edge.article)
    answer = answer_in(course, task, SOURCING)
    for told_by in key.case.tasks[task].options:
        given = parse({"edges": [(edge.teller, told_by)]}, key.case.tasks[task], key.case).answer
        if score(answer=given, gold=key.gold, task=key.case.tasks[task], case=key.case).items[0].outcome == "invented":
            break
    send(course, "anna", task, answer, assignment=SOURCING)
    more = {**answer, "edges": [*answer["edges"], (edge.teller, told_by)]}
    send(course, "fay", task, more, asks=(edge.article,), assignment=SOURCING)
    said_by(course, "grade")
    assert lost(course, SOURCING, task) > 0
    said_by(course, "disputes", "accept", SOURCING, edge.article, "fay", *WHY)
    said_by(course, "grade")
    assert lost(course, SOURCING, task) == 0


def test_a_missing_link_cannot_be_made_right_by_its_answer(course):
    task = "mosul-sourcing-1"
    answer = answer_in(course, task, SOURCING)
    article = key_of(course, SOURCING).case.tasks[task].items[0]
    fewer = {**answer, "edges": [edge for edge in answer["edges"] if edge[0] != article]}
    send(course, "fay", task, fewer, asks=(article,), assignment=SOURCING)
    said_by(course, "grade")
    said = said_by(course, "disputes", "accept", SOURCING, article, "fay", *WHY, code=1)
    assert "a missing link cannot be made right by its answer; correct gold.toml by hand and use --by-hand" in said
    before = (course / "solutions" / SOURCING / "gold.toml").read_bytes()
    said = said_by(course, "disputes", "uphold", SOURCING, article, "--by-hand", *WHY)
    assert f"Noted in rulings.toml only: solutions/{SOURCING}/gold.toml keeps no history of {article}." in said
    assert (course / "solutions" / SOURCING / "gold.toml").read_bytes() == before


@pytest.mark.parametrize("part", ["voices", "independent"])
def test_voices_and_their_count(course, part):
    task = "mosul-sourcing-2"
    answer = answer_in(course, task, SOURCING)
    key = key_of(course, SOURCING)
    gold = key.gold.voices["k1"]
    others = [
        [voice] for voice in key.case.tasks[task].options if {voice} not in map(set, (gold.voices, *gold.also_voices))
    ]
    other = others[0] if part == "voices" else next(count for count in INDEPENDENCE if count not in gold.independent)
    send(course, "anna", task, answer, assignment=SOURCING)
    changed = {**answer, part: {**answer[part], "k1": other}}
    send(course, "fay", task, changed, asks=("k1",), assignment=SOURCING)
    said_by(course, "grade")
    assert lost(course, SOURCING, task) > 0
    said_by(course, "disputes", "accept", SOURCING, "k1", "fay", *WHY)
    said_by(course, "grade")
    assert lost(course, SOURCING, task) == 0
    said_by(course, "disputes", "uphold", SOURCING, "k1", "--like", "fay", *WHY)
    row = row_of(edit_gold(course, SOURCING)[0], "k1", "voices")
    assert row["history"][-1]["what"] == "upheld on appeal: Well argued."
    assert other in (list(map(list, row["also_voices"])) if part == "voices" else list(row["independent"]))


@pytest.mark.parametrize(("part", "sentence"), [("voices", "names no voices"), ("independent", "gives no count")])
def test_what_was_left_out_cannot_be_made_right(course, part, sentence):
    task = "mosul-sourcing-2"
    answer = answer_in(course, task, SOURCING)
    fewer = {**answer, part: {claim: given for claim, given in answer[part].items() if claim != "k1"}}
    send(course, "fay", task, fewer, asks=("k1",), assignment=SOURCING)
    said_by(course, "grade")
    assert sentence in said_by(course, "disputes", "accept", SOURCING, "k1", "fay", *WHY, code=1)


# --- faults of rulings.toml, and the command


ROW = {"table": "claim", "id": "c06", "key": "accept_full", "value": '{"verdict": "supported"}', "how": "append"}


@pytest.mark.parametrize(
    ("words", "change", "sentence"),
    [
        ({"ruling": "perhaps"}, ROW, "has the ruling 'perhaps'"),
        ({"item": "c99"}, ROW, "c99: is no item of mosul-claims"),
        ({"assignment": "mosul-nothing"}, ROW, "no assignment"),
        ({}, {**ROW, "id": "c99"}, "c06: does not fit gold.toml"),
        ({}, {**ROW, "how": "add"}, "how = 'add'"),
        ({}, {**ROW, "table": "schema"}, "cannot be made"),
        ({}, {**ROW, "key": "verdict"}, "cannot be made"),
        ({}, {**ROW, "value": "{"}, "cannot be made"),
        ({}, {**ROW, "value": '{"verdict": "perhaps"}'}, "c06: does not fit gold.toml"),
        ({"students": []}, ROW, "is accepted for no student"),
        ({}, None, "is accepted for no student, or with no change"),
        ({"ruling": "upheld", "marks": '{"fay": 12}'}, None, "has marks that cannot be read"),
        ({"ruling": "upheld", "marks": '{"fay": {"x": {"y": NaN}}}'}, None, "has marks that cannot be read"),
    ],
)
def test_a_stale_or_mistyped_ruling_is_a_fault_before_the_first_student(asked, words, change, sentence):
    rule_by_hand(asked, change, **words)
    before = gradebook_records(asked)
    said = said_by(asked, "grade", code=1)
    assert sentence in said
    assert "rulings.toml" in said
    assert gradebook_records(asked) == before


def test_missing_gold_of_one_assignment_leaves_the_others_listed(asked):
    (asked / "solutions" / WORDING / "gold.toml").unlink()
    done = CliRunner().invoke(app, ["disputes", "--json", "--course", str(asked)])
    assert done.exit_code == 1
    assert "mosul-wording is left out: mosul-wording/gold.toml: is missing" in " ".join(done.output.split())
    assert "c06 — 2 open of 2" in done.output
    assert "Traceback" not in done.output


def test_the_course_may_be_named_before_the_verb(asked, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    words = ["uphold", CLAIMS, "c06", "--like", "fay", "--dry-run", *WHY]
    done = CliRunner().invoke(app, ["disputes", "--course", str(asked), *words])
    assert done.exit_code == 0, done.output
    assert "Would change claim c06" in done.output
    done = CliRunner().invoke(app, ["disputes", "--json", *words, "--course", str(asked)])
    assert done.exit_code == 1
    assert "leave them out" in done.output


@pytest.mark.parametrize("verb", ["uphold", "accept", "decline"])
def test_a_ruling_is_taken_back_by_undo(asked, verb):
    said_by(asked, "disputes", "decline", CLAIMS, "c04", "fay", *WHY)
    files = [asked / "rulings.toml", asked / "solutions" / CLAIMS / "gold.toml"]
    before = [path.read_bytes() for path in files]
    who = ("--like", "fay") if verb == "uphold" else ("fay",)
    said_by(asked, "disputes", verb, CLAIMS, "c06", *who, *WHY)
    after = [path.read_bytes() for path in files]
    assert after[0] != before[0]
    assert (after[1] != before[1]) is (verb == "uphold")
    said_by(asked, "undo")
    assert [path.read_bytes() for path in files] == before
    said_by(asked, "undo", "--redo")
    assert [path.read_bytes() for path in files] == after


def test_the_first_ruling_taken_back_leaves_no_file(asked):
    said_by(asked, "disputes", "uphold", CLAIMS, "c06", "--like", "fay", *WHY)
    said_by(asked, "undo")
    assert not (asked / "rulings.toml").exists()


def test_the_last_neutral_word_cannot_be_accepted_away(course):
    task = "mosul-wording-1"
    key = key_of(course, WORDING)
    lures = [span for span in key.gold.spans if span.grade == "lure"]
    answer = answer_in(course, task, WORDING)
    label = answer[0][4]
    marked = [*answer, *((s.article, s.paragraph, s.exact, s.occurrence, label) for s in lures)]
    send(course, "fay", task, marked, asks=[span.passage for span in lures], assignment=WORDING)
    said_by(course, "grade")
    passages = list(dict.fromkeys(span.passage for span in lures))
    for passage in passages[:-1]:
        said_by(course, "disputes", "accept", WORDING, passage, "fay", *WHY)
    before = (course / "rulings.toml").read_bytes()
    assert "has no lure span" in said_by(course, "disputes", "accept", WORDING, passages[-1], "fay", *WHY, code=1)
    assert (course / "rulings.toml").read_bytes() == before
    said_by(course, "grade")
