"""The reader of answer cells: what it takes, what it flags, what it forgives, and that it runs nothing."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whosaidso.grading.literals import MOST_CHARACTERS, read_literal


def value(source: str) -> object:
    reading = read_literal(source, "claims")
    assert reading.found, reading.problem
    return reading.value


@pytest.mark.parametrize(
    "source",
    [
        "claims = {'c01': 1}",
        "claims = {}\nclaims = {'c01': 1}",
        "# claims = 5\nother = 7\nclaims = {'c01': 1}  # done\nclaims\nprint(claims)\nlen(claims)",
        "claims = compute()\nclaims = {'c01': 1}",
        "claims = {\n  'c01': 1,\n}\n\n",
        "claims = {'c01': 1};",
        "if False: print('x')\nclaims = {'c01': 1}",
        '"""claims = 3"""\nclaims = {"c01": +1}',
        "\ufeffclaims = {'c01': 1}",
        "claims\u00a0=\u00a0{'c01':\u202f1}",
        "claims = {'c\u200b01': 1}\nclaims = \u200b{'c01': 1}",
    ],
)
def test_literals_last_plain_literal_wins(source):
    assert value(source) == {"c01": 1}


@pytest.mark.parametrize(
    "line",
    [
        "claims += [1]",
        "claims: dict = {}",
        "claims = other = {}",
        "claims, other = {}, 1",
        "(claims, other) = 1, 2",
        "[claims] = [1]",
        "(claims := {})",
        "print(claims := {})",
        "claims['c01'] = 1",
        "claims.update(c01=1)",
        "claims.c01 = 1",
        "del claims",
        "for claims in [1]: pass",
        "with open('x') as claims: pass",
        "if True:\n    claims = {}",
        "claims = dict(c01=1)",
        "claims = {**{}}",
        "claims = [x for x in (1, 2)]",
        "claims = f'{1}'",
        "claims = lambda: 1",
        "claims = other",
        "claims = 'a' * 3",
        "claims = 10 ** 10",
        "claims = {[]: 1}",
        "def claims(): pass",
        "class claims: pass",
        "import os as claims",
        "from os import path as claims",
        "try:\n    pass\nexcept ValueError as claims:\n    pass",
    ],
)
def test_literals_flags_what_is_computed(line):
    reading = read_literal(f"claims = {{'c01': 1}}\n{line}", "claims")
    assert (reading.found, reading.computed, reading.value) == (False, True, None)
    assert "person" in reading.problem


def test_literals_says_when_there_is_no_answer():
    for source in ("", "# nothing", "claim = {}", "claims", "print(claims)"):
        reading = read_literal(source, "claims")
        assert (reading.found, reading.computed) == (False, False)
        assert "claims = …" in reading.problem


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("claims = {“c01”: “supported”}", {"c01": "supported"}),
        ("claims = {‘c01’: ‘supported’}", {"c01": "supported"}),
        ("claims = {„c01“: «supported»}", {"c01": "supported"}),
        ("claims = [““retake””, 1]", ["“retake”", 1]),
        ('claims = ["“retake””, 1]', ["“retake”", 1]),
        ("claims = [“Iraq’s army”]", ["Iraq's army"]),
        ("\u00a0claims = [1]".strip("\u00a0"), [1]),
        ("claims = [1,\u00a02]", [1, 2]),
    ],
)
def test_literals_forgives_curly_quotes_and_hard_spaces(source, wanted):
    assert value(source) == wanted


def test_literals_forgives_only_what_python_cannot_read():
    reading = read_literal('claims = ["“retake”", "it’s\u00a0so"]', "claims")
    assert (reading.value, reading.forgiven) == (["“retake”", "it’s\u00a0so"], False)
    assert read_literal("claims = [“retake”]", "claims").forgiven


def test_literals_names_the_line_that_cannot_be_read():
    reading = read_literal('claims = {\n  "c01": {"verdict": "supported"}\n  "c02": 1,\n}', "claims")
    assert not reading.found
    assert reading.problem.startswith("Line 2 ") or reading.problem.startswith("Line 3 ")


def test_literals_caps_length_and_depth():
    fits = "claims = '" + "x" * (MOST_CHARACTERS - 11) + "'"
    assert len(fits) == MOST_CHARACTERS
    assert read_literal(fits, "claims").found
    assert "at most 60,000" in read_literal(fits + " ", "claims").problem
    assert read_literal("claims = " + "[" * 60 + "]" * 60, "claims").found
    assert "too deep" in read_literal("claims = " + "[" * 61 + "]" * 61, "claims").problem
    words = f"""claims = {{"c01": "supported"}}\ndifferently = {{"c01": {{"why": "{":( " * 61}"}}}}\n# {"[" * 61}"""
    assert read_literal(words, "claims").value == {"c01": "supported"}, "brackets in words open nothing"


NASTY = {
    "quotes": "'\\" * 25_000, "brackets": "[" * 30_000 + "]" * 29_000, "open brackets": "[" * 59, "braces": "{" * 5_000, "closing": ")" * 50_000,
    "minus": "-" * 20_000 + "1", "plus": "+" * 20_000 + "1", "tildes": "~" * 20_000 + "1", "nots": "not " * 10_000 + "1",
    "sum": "1" + "+1" * 25_000, "powers": "9**" * 3_000 + "9", "attributes": "a" + ".b" * 25_000, "subscripts": "a" + "[0]" * 15_000,
    "calls": "f" + "()" * 20_000, "comparison": "1" + "<1" * 25_000, "boolean": "1" + " or 1" * 11_000, "ifs": "1 if 1 else " * 4_500 + "1",
    "lambdas": "lambda: " * 7_000 + "1", "decimal": "9" * 50_000, "hexadecimal": "0x" + "f" * 50_000, "binary": "0b" + "1" * 50_000,
    "float": "1e999999999", "fraction": "0." + "3" * 50_000, "complex": "1j", "complex sum": "1+2j", "NUL": "'a\x00b'", "bare NUL": "\x00",
    "surrogate": "'\ud800'", "bare surrogate": "\udfff", "surrogate escape": r"'\ud800'", "long line": "'" + "x" * 59_000 + "'",
    "many lines": "[\n" + "1,\n" * 19_000 + "]", "many strings": "'a' " * 14_000, "bytes": "b'x'", "f-string": "f'{open(PLACE, \"w\")}'",
    "nested f-string": "f\"{f'{1}'}\"", "comprehension": "[open(PLACE, 'w') for _ in (1,)]", "generator": "(open(PLACE, 'w') for _ in (1,))",
    "import": "__import__('pathlib').Path(PLACE).touch()", "import in a list": "[__import__('pathlib').Path(PLACE).touch()]",
    "open": "open(PLACE, 'w')", "exec": "exec(\"open(PLACE, 'w')\")", "lambda called": "(lambda: open(PLACE, 'w'))()", "star": "[*open(PLACE, 'w')]",
    "walrus": "(x := open(PLACE, 'w'))", "await": "await open(PLACE, 'w')", "yield": "(yield open(PLACE, 'w'))", "ellipsis": "...",
    "unhashable": "{{}: 1}", "set of lists": "{[1]}", "form feed": "\f[1]", "tabs": "\t" * 20_000 + "1", "backslashes": "\\\n" * 20_000 + "1",
    "half escape": r"'\x'", "name escape": r"'\N{DIGIT ONE}'", "octal": "0777", "underscores": "1" + "_0" * 20_000, "dollar": "$HOME",
    "magic": "1\n!touch PLACE\n%run PLACE", "right to left": "\u202e'x'", "curly": "“" * 50_000, "curly pairs": '"“' * 25_000, "triple": "'''" + "x" * 1_000,
    "comments": "1" + "#" * 50_000, "semicolons": "1" + ";" * 50_000, "decorators": "1\n" + "@x\n" * 10_000, "dedent": "1\n" + " " * 500 + "1\n 2",
}  # fmt: skip


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_literals_reads_or_refuses_nasty_input_at_once(text, tmp_path):
    place = tmp_path / "ran"
    started = time.process_time()
    reading = read_literal("claims = " + text.replace("PLACE", repr(str(place))), "claims")
    assert time.process_time() - started < 1
    assert not place.exists()
    assert reading.found != bool(reading.problem)
    if reading.found:
        assert type(reading.value) in (int, float, complex, str, bytes, list, tuple, dict, set, type(None), type(...))
    else:
        assert 10 < len(reading.problem) < 250


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
)
DATA = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(LEAVES, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(DATA)
def test_literals_reads_back_any_plain_data(data):
    reading = read_literal(f"claims = {data!r}", "claims")
    assert (reading.found, reading.forgiven) == (True, False)
    assert repr(reading.value) == repr(data)


ANY = st.text(st.characters(exclude_categories=()))
CODE = st.lists(
    st.sampled_from(
        [
            "claims",
            "=",
            "{",
            "}",
            "[",
            "]",
            "(",
            ")",
            "'",
            '"',
            "“",
            "”",
            "\n",
            " ",
            ":",
            ",",
            "1",
            "-",
            "#",
            "\\",
            "+=",
            ":=",
            "def",
            "\x00",
        ]
    )
).map("".join)


@settings(max_examples=150, deadline=None)
@given(ANY | CODE)
def test_literals_never_raises(text):
    for source in (text, f"claims = {text}"):
        reading = read_literal(source, "claims")
        assert reading.found != bool(reading.problem)
