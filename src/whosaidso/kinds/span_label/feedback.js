// What the marks on an open passage come to: looked up and counted, never scored here.

import { fill, h, same } from "../../forms/shared.js";
import { exactOf, layout, marksOf, reach } from "./places.js";

// Join marks that touch or have only a space between them, as scoring does.
function join(marks, spec, alike) {
  const joined = [];
  for (const mark of marks) {
    const last = joined.at(-1);
    const gap = last?.at === mark.at ? layout(spec)[mark.at].text.slice(last.end, mark.start) : null;
    if ((gap === "" || gap === " ") && alike(last, mark)) last.end = mark.end;
    else joined.push({ ...mark });
  }
  return joined;
}

// What the marks on an open passage come to. Python worked out what each stretch of words does; here it is looked up and counted.
export function judge(marks, passage, spec) {
  const { messages, passages } = spec.outcomes;
  const { spans, outcomes, tables } = passages[passage.id];
  const first = layout(spec).findIndex((part) => part.passage === passage);
  const look = (run) => {
    const [from, to] = reach(run, spec);
    const steps = tables[run.at - first][from].match(/..../g).filter((step) => parseInt(step.slice(0, 2), 36) <= to);
    return { finds: [], loose: [], arguable: [], swamps: [], ...outcomes[parseInt(steps.at(-1).slice(2), 36)] };
  };
  const letters = (run, lure) => {
    const [from, to] = reach(run, spec).map((word) => word - lure.first);
    const last = Math.min(to, lure.letters.length - 1);
    return run.at - first === lure.at ? lure.letters[Math.max(from, 0)]?.[last - Math.max(from, 0)] ?? 0 : 0;
  };
  const runs = join(marks, spec, (a, b) => a.label === b.label);
  const swamped = join(marks, spec, () => true).flatMap((block) => look(block).swamps);
  const lures = spans.filter((span) => span.grade === "lure");
  const fooled = lures.filter((lure) => runs.reduce((sum, run) => sum + letters(run, lure), 0) >= lure.need);
  const found = new Set();
  const items = runs.map((run) => {
    const { finds, loose, arguable } = look(run);
    const hits = finds.filter((span) => !swamped.includes(span)).map((span) => spans[span]);
    const wrong = fooled.filter((lure) => letters(run, lure) >= (hits.length ? lure.need : 1));
    const item = (outcome, message, about) => ({ exact: exactOf(run, spec), label: run.label, outcome, message, about });
    for (const span of hits) found.add(span);
    if (wrong.length) return item("wrong", wrong[0].message, wrong);
    if (hits.length) {
      const fits = hits[0].labels.includes(run.label);
      return item("right", fits ? messages.found : run.label ? messages.other_label : messages.no_label, hits);
    }
    if (finds.length || loose.length) return item("wrong", messages.loose, []);
    return item("neither", messages.neither, arguable.map((span) => spans[span]));
  });
  const core = spans.filter((span) => span.grade === "core");
  return {
    items, missed: core.filter((span) => !found.has(span)),
    found: found.size, core: core.length, spared: lures.length - fooled.length, lures: lures.length,
  };
}

// "Check my answers" below an open passage: the count, which is announced; each mark and what was missed, with reasons.
export function checker(form, passage) {
  const { spec, words } = form;
  const state = h("p", { role: "status" });
  const told = h("div");
  const said = h("div", {}, state, told);
  const named = (id) => (id ? ` (${spec.labels.find((label) => label.id === id).label})` : "");
  const line = (outcome, exact, said, about) => h(
    "li", { "data-outcome": outcome }, h("p", {}, h("strong", { class: `wss-outcome wss-${outcome}` }, words[outcome]), ` “${exact}”${said}`),
    about.flatMap((span) => [
      h("p", {}, [...(span.exact === exact ? [] : [`“${span.exact}”`]), span.names, span.reason].filter(Boolean).join(": ")),
      span.rewrite ? h("p", {}, h("strong", {}, `${words.fairer} `), span.rewrite) : null,
    ]),
  );
  let checked = null;
  let count = null;
  let asked = false;
  const check = () => {
    const marks = marksOf(form.value, passage, spec);
    said.className = "wss-said";
    checked = marks.length || asked ? marks : null;
    asked = true;
    if (!checked) {
      state.textContent = words.none_marked;
      told.replaceChildren();
      return;
    }
    const result = judge(marks, passage, spec);
    count = h("strong", {}, fill(words.found, result));
    state.replaceChildren(count);
    told.replaceChildren(h(
      "ul", {}, result.items.map((item) => line(item.outcome, item.exact, `${named(item.label)}: ${item.message}`, item.about)),
      result.missed.map((span) => line("missed", span.exact, "", [span])),
    ));
  };
  const button = form.button(words.check_all, check, `${passage.id}-check`, { "aria-label": `${words.check_all}: ${passage.title}` });
  const update = (value) => {
    if (!checked) return;
    const now = same(checked, marksOf(value, passage, spec)) ? count : words.changed_since;
    if (state.textContent !== (now.textContent ?? now)) state.replaceChildren(now);
  };
  return { box: h("div", { class: "wss-check" }, button, said), update };
}
