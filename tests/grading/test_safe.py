"""What a student wrote is shown as text; a name becomes a harmless one."""

import re
import unicodedata
from html.parser import HTMLParser

import mistune
import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert import HTMLExporter
from nbconvert.filters import markdown2html

from whosaidso.grading.notebooks import HandedIn, rebuild
from whosaidso.grading.safe import MOST_CHARACTERS, safe_markdown, safe_name

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "</pre><script>alert(1)</script><pre>",
    "</textarea></title></style></script></pre><img src=x>",
    "</pre\t><b>bold</b>",
    "[click](javascript:alert(1)) ![x](https://example.org/p.png) [a][b]\n\n[b]: https://example.org",
    "<https://example.org> https://example.org www.example.org mail@example.org",
    "$x$ $$y$$ \\(z\\) \\[w\\] \\begin{align}v\\end{align}",
    "# heading\n\n* item\n* item\n\n1. one\n\n> quote\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n***\n\n    code\n\n```js\nx\n```\n",
    "`code` **bold** _it_ ~~gone~~ ==mark== ^[note] [^1]\n\n[^1]: note",
    "&lt;script&gt; &#60;b&#62; &amp;",
    "![a](attachment:a.png) {{ config }} {% raw %} {#x#}",
    "<!-- comment --> <![CDATA[x]]> <?php ?> <!DOCTYPE html>",
    "\n\n\n<b>after blank lines</b>\n \n\t\n<i>x</i>",
    "text\u202egnp.exe \u2066x\u2069 a\u200bb \x1b[31mred",
    "\"><a href=x>' onclick='x",
    "<b>" * 2_000,
]


class Seen(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))

    def handle_endtag(self, tag):
        self.tags.append(("/" + tag,))

    def handle_comment(self, data):
        self.tags.append(("comment", data))

    def handle_decl(self, decl):
        self.tags.append(("decl", decl))

    def unknown_decl(self, data):
        self.tags.append(("decl", data))

    def handle_pi(self, data):
        self.tags.append(("pi", data))

    def handle_data(self, data):
        self.text += data


def page(text: str, exporter: HTMLExporter) -> str:
    """The page nbconvert makes of one written answer and one added cell."""
    released = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("HERE", id="a")])
    released.cells[0].metadata["nbgrader"] = {"grade_id": "text", "solution": True}
    notebook = rebuild(released, [HandedIn("markdown", text, "text"), HandedIn("raw", text + " again", "")]).notebook
    return exporter.from_notebook_node(notebook)[0]


@pytest.fixture(scope="module")
def exporter():
    return HTMLExporter()


@pytest.fixture(scope="module")
def harmless(exporter):
    return Seen(page("harmless", exporter)).tags


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_safe_markdown_adds_no_tag_to_the_page(text, exporter, harmless):
    assert Seen(page(text, exporter)).tags == harmless


UNSEEN = re.compile("[\ufffd\u200b]")


def shown(text: str) -> str:
    """What a reader can see of a text: no control or direction marks, one sort of line end."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    hidden = ("Cc", "Cf", "Cs", "Cn", "Co")
    return "".join(
        c for c in text if c in "\n\t" or (unicodedata.category(c) not in hidden and not UNSEEN.match(c))
    ).strip()


@pytest.mark.parametrize("render", [markdown2html, mistune.html], ids=["nbconvert", "mistune"])
@settings(deadline=None)
@given(
    text=st.text(st.characters(exclude_categories=()))
    | st.text(st.sampled_from("<>&;#x/`*_[]()!$\\|~=-. \n\r\tabpre\"'{}%^:"))
)
def test_safe_markdown_shows_every_text_as_it_is(render, text):
    seen = Seen(render(safe_markdown(text)))
    assert [tag[0] for tag in seen.tags] == ["pre", "/pre"]
    assert shown(seen.text) == shown(text)
    seen.text.encode()


def test_safe_markdown_cuts_and_says_so():
    seen = Seen(safe_markdown("x" * (MOST_CHARACTERS + 1)))
    assert seen.text.endswith("(cut here: 50,001 characters handed in, 50,000 shown)")
    assert seen.text.count("x") == MOST_CHARACTERS


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=())))
def test_safe_name_is_a_plain_name(name):
    safe = safe_name(name)
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}", safe)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("..", "x-002e-002e"),
        ("", "x-"),
        (".hidden", "hidden"),
        ("C:\\Users\\a b.ipynb", "C-Users-a-b-ipynb"),
        ("<b>Zoë O'Neil</b>", "b-Zoe-O-Neil-b"),
        ("-rf", "rf"),
        ("a" * 300, "a" * 80),
    ],
)
def test_safe_name_keeps_letters_and_drops_paths(name, safe):
    assert safe_name(name) == safe
