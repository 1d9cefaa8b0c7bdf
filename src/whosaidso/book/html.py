"""How our two nodes become HTML, and small repairs to what the theme and its helpers put into every page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


def _open(translator: Any, node: nodes.Element, suffix: str) -> None:
    attributes = {key: value for key, value in node["attributes"].items() if value}
    translator.body.append(translator.starttag(node, node["tag"], suffix, **attributes))


def visit_box(translator: Any, node: nodes.Element) -> None:
    """Open a block with its own tag."""
    _open(translator, node, "\n")


def depart_box(translator: Any, node: nodes.Element) -> None:
    """Close it."""
    translator.body.append(f"</{node['tag']}>\n")


def visit_span(translator: Any, node: nodes.Element) -> None:
    """Open words with their own tag."""
    _open(translator, node, "")


def depart_span(translator: Any, node: nodes.Element) -> None:
    """Close them."""
    translator.body.append(f"</{node['tag']}>")


def inside(translator: Any, node: nodes.Element) -> None:
    """Write only what is inside."""


def page_extras(app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Keep search engines off the pages that retell an article, and what nobody uses off all pages: scripts, and
    on pages of record cards a quarter of the markup."""
    env = app.env
    if any(home == page and f"-{anchor}".rpartition("-art-")[1] for anchor, home in env.wss_anchors.items()):  # type: ignore[attr-defined]
        context["metatags"] = context.get("metatags", "") + '\n<meta name="robots" content="noindex">\n'
    if page in env.wss_exercises:  # type: ignore[attr-defined]
        app.add_css_file("forms.css")
        app.add_js_file("forms.js", loading_method="defer")
    if 'class="wss-card wss-record"' in context.get("body", ""):
        context["body"] = re.sub(r'<span class="colon">:</span>| class="field-(?:odd|even)"', "", context["body"])
    scripts = context.get("script_files", [])
    context["script_files"] = [s for s in scripts if not _is_thebe(s)]


def _is_thebe(script: Any) -> bool:
    """Say whether a script belongs to sphinx-thebe, which Jupyter Book adds though no page uses it."""
    return "thebe" in str(getattr(script, "filename", "") or "") or "THEBE_JS_URL" in str(
        getattr(script, "attributes", {}).get("body", "")
    )


def drop_thebe(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Take out the settings that sphinx-thebe writes into every page; they name a third party."""
    for node in list(doctree.findall(nodes.raw)):
        if "x-thebe-config" in node.astext() or node.astext().strip().startswith("<script>kernelName"):
            node.parent.remove(node)


def empty_icon_script(app: Sphinx, problem: Exception | None) -> None:
    """Empty the theme's icon script, 1.5 MB on every page: its style sheet draws the same icons from a font."""
    script = Path(app.outdir) / "_static" / "scripts" / "fontawesome.js"
    if problem is None and app.builder.format == "html" and script.exists():
        script.write_text("// The icons come from the style sheet's font.\n", encoding="utf-8")
