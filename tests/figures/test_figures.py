"""Every figure from the real case: drawn and as a table, the same numbers in both, and nothing graded told."""

import re
import socket
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from attrs import evolve

from whosaidso import figures
from whosaidso.cases import load_case
from whosaidso.cases.checks import case_faults
from whosaidso.figures import FIGURES, LIGHT, THEMES, drift, network, numbers, places, shares, strikes, timeline
from whosaidso.figures.whole import figures_of
from whosaidso.gold import read_gold
from whosaidso.records import Gold, Wording

ROOT = Path(__file__).resolve().parents[2]
CASE = load_case("mosul_2016")
DATA = CASE.figures
GRADED = {article.id for article in CASE.articles.values() if article.bank == "graded"}


def gold() -> Gold:
    found, faults = read_gold(ROOT / "solutions" / "mosul-sourcing" / "gold.toml", "mosul-sourcing", CASE)
    assert faults == []
    return found


def ladder(article: str, quotation: str, words: str, step: int) -> Wording:
    return Wording(
        id="v900", carrier="x", place="p1", words=words, language="en", step=step, article=article,
        quotation=quotation, source="the article itself",
    )  # fmt: skip


def words_of(figure) -> str:
    return "\n".join(text.get_text() for axes in figure.axes for text in axes.texts)


def counted(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:,\d{3})*", text))


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_told_and_listed(name, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a figure needs no network")

    monkeypatch.setattr(socket, "socket", refuse)
    from matplotlib.figure import Figure

    drawn = FIGURES[name]
    figure = drawn.draw(CASE)
    assert isinstance(figure, Figure)
    assert figure.get_size_inches()[0] == figures.WIDTH, "narrow enough for a telephone"
    figure.canvas.draw()
    alt, table = drawn.alt(CASE), drawn.table(CASE)
    assert 60 < len(alt) < 500
    assert alt.endswith("The table below says the same.")
    assert table.rows
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert drawn.caption.endswith(".")


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_is_written_outside_the_sheet_or_too_small(name):
    figure = FIGURES[name].draw(CASE)
    renderer = figure.canvas.get_renderer()
    box = figure.bbox
    for axes in figure.axes:
        for text in axes.texts:
            extent = text.get_window_extent(renderer)
            assert extent.x0 >= box.x0 - 1, text.get_text()
            assert extent.x1 <= box.x1 + 1, text.get_text()
            assert extent.y0 >= box.y0 - 1, text.get_text()
            assert extent.y1 <= box.y1 + 1, text.get_text()
            assert text.get_fontsize() >= 7.5


def contrast(one: str, other: str) -> float:
    from matplotlib.colors import to_rgb

    def light(colour: str) -> float:
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_every_colour_can_be_read_on_its_ground(theme):
    for ground in (theme.paper, theme.panel):
        for name in ("ink", "quiet", "edge", "outside", "guess"):
            assert contrast(getattr(theme, name), ground) >= 4.5, name


@pytest.mark.parametrize("name", FIGURES)
def test_dark_and_light_say_the_same_on_another_ground(name):
    light, dark = (FIGURES[name].draw(CASE, theme) for theme in THEMES.values())
    assert words_of(light) == words_of(dark)
    assert light.get_facecolor() != dark.get_facecolor()
    assert {text.get_color() for text in dark.axes[0].texts}.isdisjoint({THEMES["light"].ink, "black"})


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_figure_gives_the_same_bytes(name, tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        figures.save(FIGURES[name].draw(CASE), tmp_path / folder / "figure")
    assert (tmp_path / "one" / "figure.svg").read_bytes() == (tmp_path / "two" / "figure.svg").read_bytes()


def test_figures_leave_no_pyplot_and_import_no_matplotlib():
    code = (
        "import sys, whosaidso, whosaidso.figures as f\n"
        "assert 'matplotlib' not in sys.modules and 'numpy' not in sys.modules\n"
        "case = whosaidso.load_case('mosul_2016')\n"
        "assert 'matplotlib' not in sys.modules\n"
        "f.FIGURES['places'].draw(case)\n"
        "assert 'matplotlib' in sys.modules and 'matplotlib.pyplot' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_figure_follows_the_data():
    """Each number is computed: a changed row changes picture and table."""
    count = DATA.counts["n04"]
    changed = evolve(count, low=4321, high=4321)
    case = evolve(CASE, figures=evolve(DATA, counts=DATA.counts | {"n04": changed}))
    for told in (
        words_of(numbers.troops(case)),
        str(numbers.troops_table(case)),
    ):
        assert "4,321" in told
    assert words_of(numbers.troops(CASE)).count("4,321") == 0


@pytest.mark.parametrize("name", ["troops", "estimates", "places", "timeline", "wording"])
def test_the_alternative_text_holds_no_number_that_the_table_does_not(name):
    drawn = FIGURES[name]
    table = " ".join(cell for row in drawn.table(CASE).rows for cell in row)
    rows = {str(number) for number in range(len(drawn.table(CASE).rows) + 1)}
    rings = {str(places.RING)} if name == "places" else set()
    assert counted(drawn.alt(CASE)) <= counted(table) | rows | rings


@pytest.mark.parametrize("name", FIGURES)
def test_words_beside_the_table_do_not_repeat_it(name):
    drawn = FIGURES[name]
    said = drawn.in_words(CASE) if drawn.in_words else []
    cells = [cell for row in drawn.table(CASE).rows for cell in row if len(cell) > 60]
    assert not [cell for cell in cells for sentence in said if cell in sentence]


@pytest.mark.parametrize("name", ["troops", "estimates", "timeline", "wording"])
def test_every_row_is_in_the_picture(name):
    drawn = FIGURES[name]
    shown = words_of(drawn.draw(CASE))
    for record in {cell for row in drawn.table(CASE).rows for cell in row if re.fullmatch(r"r\d{3}", cell)}:
        assert record in shown


# --- strikes -----------------------------------------------------------------------------------------


def test_strikes_are_those_of_the_file_with_its_gaps():
    days = DATA.strike_days
    assert len(days) == 46
    assert (next(iter(days)), list(days)[-1]) == ("2016-09-01", "2016-10-16")
    gaps = [day for day, row in days.items() if not row.in_file]
    assert gaps == [f"2016-09-{d}" for d in ("02", "03", "10", "26", "27")] + [f"2016-10-0{d}" for d in (6, 7, 8)]
    late = [row for day, row in days.items() if day >= "2016-09-30" and row.in_file]
    assert len(late) == 14, "as the record counts releases"
    assert (sum(r.iraq for r in late), sum(r.syria for r in late), sum(r.mosul for r in late)) == (147, 158, 57)
    for figure in ("147", "158", "57"):
        assert figure in CASE.records["r063"].shows


def test_a_gap_is_drawn_as_a_gap_and_limits_are_said():
    said = words_of(strikes.strikes(CASE)).replace("\n", " ")
    assert "A gap is not a day without strikes." in said
    assert CASE.records["r063"].cannot_show.split(",")[0] in said
    assert "word for word" in said
    hatched = [p for p in strikes.strikes(CASE).axes[0].patches if p.get_hatch() == "xxxxx"]
    assert len(hatched) == 8 + 1, "eight gaps and the legend"
    rows = strikes.strikes_table(CASE).rows
    assert [row[1] for row in rows if row[-1] == "no report in the file"] == [""] * 8
    total = sum(int(row[1]) for row in rows if row[1])
    assert f"near Mosul ({total})" in said
    assert str(total) in strikes.strikes_alt(CASE)


# --- map ---------------------------------------------------------------------------------------------


def test_distances_are_computed():
    mosul = DATA.places["mosul"]
    known = {"erbil": 82, "raqqa": 371, "qayyarah": 62, "kirkuk": 150}
    assert {name: round(places.kilometres(mosul, DATA.places[name])) for name in known} == known
    assert places.wind(mosul, DATA.places["raqqa"]) == "west"
    assert places.wind(mosul, DATA.places["kirkuk"]) == "south-east"
    assert "62 km" in words_of(places.places_map(CASE))


# --- timeline ----------------------------------------------------------------------------------------


def test_the_timeline_runs_from_june_2014_to_december_2017_in_order():
    days = [event.date for event in timeline._days(CASE)]
    assert days == sorted(days)
    assert (days[0][:7], days[-1][:7]) == ("2014-06", "2017-12")
    assert any(CASE.records[e.record].resident for e in DATA.events.values() if e.record), "people of Mosul are heard"


def test_entries_are_spread_without_overlap_and_near_their_place():
    wanted, heights = [0.0, 0.1, 0.2, 5.0], [1.0, 1.0, 1.0, 1.0]
    placed = timeline.spread(wanted, heights)
    assert all(b - a >= 1 - 1e-9 for a, b in pairwise(placed))
    assert placed[3] == 5.0
    assert abs(placed[1] - 0.1) < 1e-9, "a run is centred on what its entries want"


# --- nothing graded ----------------------------------------------------------------------------------


def test_public_figures_tell_no_graded_link_wording_or_share():
    tellers = {edge.teller for edge in network.shown_edges(CASE)}
    assert tellers.isdisjoint(GRADED)
    assert {row.article for row in DATA.wordings.values()}.isdisjoint(GRADED)
    assert "globalresearch-southfront" not in DATA.shares
    assert "trueactivist-bombshell" not in DATA.shares
    answers = [edge for edge in gold().edges if not (edge.teller == "fars" and edge.told_by == "abadi")]
    shown = {(e.teller, e.told_by) for e in network.shown_edges(CASE)}
    assert shown.isdisjoint({(e.teller, e.told_by) for e in answers})


def test_the_whole_network_marks_the_voices_of_the_gold():
    key = gold()
    whole = words_of(network.whole_network(CASE, key))
    for name in GRADED:
        assert name in whole
    assert whole.count("◆") == 3 + 1, "three voices and the legend"
    drawn = figures_of(key)["whole_network"]
    assert "Independent: 1 or cannot tell: 1 or more." in " ".join(drawn.in_words(CASE))
    assert "3 of them" in drawn.alt(CASE)
    links = {row[:2] for row in drawn.table(CASE).rows}
    assert {(network.label_of(CASE, e.teller), network.label_of(CASE, e.told_by)) for e in key.edges} <= links
    assert set(figures_of(key)).isdisjoint(FIGURES)


def test_the_whole_ladder_takes_rows_of_the_gold():
    row = ladder("mondialisation-fars", "q010", "are allowing", 3)
    drawn = figures_of(Gold(assignment="", standing="", wordings=(row,)))["whole_wording"]
    assert "are allowing" in {cells[1] for cells in drawn.table(CASE).rows}
    assert "are allowing" not in {cells[1] for cells in drift.drift_table(CASE).rows}
    assert "“are allowing”" in words_of(drawn.draw(CASE, LIGHT))


# --- the data refuses what it cannot carry -----------------------------------------------------------


def faults(**tables) -> str:
    case = evolve(CASE, figures=evolve(DATA, **tables))
    return "\n".join(str(fault) for fault in case_faults(case) if fault.file == "figures.toml")


def test_the_real_rows_have_no_fault():
    assert faults() == ""


@pytest.mark.parametrize(
    ("table", "row", "change", "problem"),
    [
        ("events", "t01", {"record": "", "source": ""}, "t01: rests on nothing"),
        ("events", "t01", {"record": "r999"}, "t01: record is 'r999'"),
        ("events", "t01", {"date": "2014-06-31"}, "t01: has the dates"),
        ("events", "t01", {"lane": "sky"}, "t01: lane is 'sky'"),
        ("counts", "n02", {"low": 7000}, "n02: runs from 7000"),
        ("counts", "n02", {"kind": "guessed"}, "n02: kind is 'guessed'"),
        ("counts", "n02", {"counts": ""}, "n02: does not say what it counts"),
        ("estimates", "m02", {"low": 0, "high": 0}, "m02: runs from 0 to 0"),
        ("estimates", "m02", {"group": "martians"}, "m02: group is 'martians'"),
        ("places", "erbil", {"coordinates": ""}, "erbil: has coordinates from nowhere"),
        ("places", "erbil", {"latitude": 136.0}, "erbil: lies nowhere"),
        ("outlines", "iraq-syria", {"points": ((1.0, 2.0),)}, "iraq-syria: is no line"),
        ("strike_days", "2016-09-02", {"mosul": 1}, "2016-09-02: is a gap with numbers"),
        ("strike_days", "2016-09-01", {"mosul": 50}, "2016-09-01: has more strikes at places"),
        ("wordings", "v01", {"words": "never said"}, "v01: has words that are held nowhere"),
        ("wordings", "v03", {"meaning": ""}, "v03: is not in English"),
        ("wordings", "v04", {"step": 9}, "v04: stands on step 9"),
        ("wordings", "v04", {"article": "mondialisation-fars", "quotation": "q007", "words": "Protected"}, "v04: puts a graded"),
        ("shares", "southfront-raqqa", {"carries": ("p99",)}, "southfront-raqqa: carries is 'p99'"),
        ("shares", "southfront-raqqa", {"words": {"H": 1}}, "southfront-raqqa: counts 1 words"),
    ],
)  # fmt: skip
def test_a_faulty_row_is_named(table, row, change, problem):
    rows = getattr(DATA, table)
    assert problem in faults(**{table: rows | {row: evolve(rows[row], **change)}})


def test_a_missing_day_is_named():
    days = dict(DATA.strike_days)
    del days["2016-09-10"]
    assert "2016-09-11: does not follow 2016-09-09" in faults(strike_days=days)


def test_shares_are_of_the_words_below_the_headline():
    share = DATA.shares["southfront-convoys"]
    assert shares.part(share) == (102, 122)
    assert shares.percent(share) == 84
    assert all(sum(s.words.values()) == CASE.articles[name].words for name, s in DATA.shares.items())
