"""Read the answer in a code cell as data. Nothing is evaluated."""

from __future__ import annotations

import ast
import re
import warnings

from attrs import frozen

MOST_CHARACTERS = 60_000
DEEPEST = 60

_QUOTES = str.maketrans("“”„«»‟＂‘’‚‛\u00a0\u202f\u2007", '"""""""' + "''''" + "   ", "\ufeff\u200b\u2060")
_ENDS = re.compile("[\u2028\u2029\x0b\x85]")  # line ends of word processors, which Python does not know
_NO_CODE = re.compile(r"""#.*|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?""")
"""Comments and quoted texts, also unfinished ones: brackets in them open nothing."""
_DOUBLED = ((re.compile('[“"]“'), '"“'), (re.compile('”[”"]'), '”"'))


@frozen
class Reading:
    """What an answer cell says."""

    value: object = None
    found: bool = False
    """Is there an answer that could be read?"""
    problem: str = ""
    """One sentence for the student if not."""
    computed: bool = False
    """The answer is made by code; a person should look at it."""
    forgiven: bool = False
    """Curly quotes or hard spaces had to be made plain first."""


def read_literal(source: str, name: str) -> Reading:
    """Return the last plain literal assigned to `name` in an answer cell."""
    if len(source) > MOST_CHARACTERS:
        return Reading(problem=f"This answer has {len(source):,} characters; at most {MOST_CHARACTERS:,} are read.")
    if _depth(source) > DEEPEST:
        return Reading(problem="The brackets are nested too deep to read.")
    tree, problem = _tree(source)
    forgiven = False
    if tree is None:
        tree, _ = _tree(_forgive(source))
        forgiven = tree is not None
    if tree is None:
        return Reading(problem=problem)
    return _last(tree, name, forgiven)


def _depth(source: str) -> int:
    depth = deepest = 0
    for character in _NO_CODE.sub("", source):
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest


def _forgive(source: str) -> str:
    """Make curly quotes, hard spaces and line ends plain, keeping curly quotes that stand inside a text."""
    source = _ENDS.sub("\n", source)
    for pattern, plain in _DOUBLED:
        source = pattern.sub(plain, source)
    kept = re.sub(r'"“([^”"\n]*)”"', lambda m: f'"\x00{m[1]}\x01"', source)
    return kept.translate(_QUOTES).replace("\x00", "“").replace("\x01", "”")


def _tree(source: str) -> tuple[ast.Module | None, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source), ""
    except SyntaxError as error:
        line = error.lineno or 0
        lines = re.split("\r\n?|\n", source)
        shown = lines[line - 1].strip()[:80] if 0 < line <= len(lines) else ""
        return (
            None,
            f"Line {line} cannot be read: {shown!r}. Often a comma, a quote mark or a bracket is missing there or just above.",
        )
    except (ValueError, MemoryError, RecursionError):
        return None, "This cell holds something that cannot be read as an answer."


def _last(tree: ast.Module, name: str, forgiven: bool) -> Reading:
    reading = Reading(problem=f"No answer found: the cell should say {name} = …")
    for statement in tree.body:
        if isinstance(statement, ast.Expr) and not _binds(statement, name):
            continue
        if not _mentions(statement, name):
            continue
        if (
            isinstance(statement, ast.Assign)
            and len(statement.targets) == 1
            and isinstance(statement.targets[0], ast.Name)
            and statement.targets[0].id == name
        ):
            try:
                reading = Reading(ast.literal_eval(statement.value), found=True, forgiven=forgiven)
                continue
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                pass
        computed = "This answer is computed by code, which is not run here. A person will look at it."
        reading = Reading(problem=_slip(statement) or computed, computed=True)
    return reading


def _slip(statement: ast.stmt) -> str:
    """Return a sentence for the two slips of the pen that Python takes for code, or ""."""
    if not isinstance(statement, ast.Assign):
        return ""
    inside = list(ast.walk(statement.value))
    for node in inside:
        if isinstance(node, ast.Call | ast.Subscript):
            before = node.func if isinstance(node, ast.Call) else node.value
            if isinstance(before, ast.Tuple | ast.List | ast.Dict | ast.Constant):
                return f"A comma is missing at the end of line {before.end_lineno}."
    plain = (ast.Tuple, ast.List, ast.Dict, ast.Set, ast.Constant, ast.Name, ast.expr_context)
    bare = next((node for node in inside if isinstance(node, ast.Name)), None)
    if bare is None or bare is statement.value or not all(isinstance(node, plain) for node in inside):
        return ""
    return f'Line {bare.lineno}: {bare.id[:40]} needs quote marks around it, like "{bare.id[:40]}".'


def _mentions(node: ast.AST, name: str) -> bool:
    """Is the name used, or given to a function, class, import, exception or pattern?"""
    return any(
        name in (getattr(inner, key, None) for key in ("id", "name", "asname", "rest")) for inner in ast.walk(node)
    )


def _binds(statement: ast.Expr, name: str) -> bool:
    """Could a bare expression change the answer? Showing or printing it cannot; a method call or := can."""
    value = statement.value
    if isinstance(value, ast.Name | ast.Constant):
        return False
    if (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id in ("print", "display", "len", "check")
    ):
        return any(isinstance(inner, ast.NamedExpr) for inner in ast.walk(value))
    return _mentions(value, name)
