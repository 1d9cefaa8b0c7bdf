// Words that push: each word of a passage is a toggle button; picked words get a label and stand in a list below.

import { exercise, h, newId, pick, same } from "../../forms/shared.js";
import { aloud } from "./aloud.js";
import { checker } from "./feedback.js";
import { Marking } from "./marking.js";
import { exactOf, find, layout, marksOf, order, reach } from "./places.js";

function acceptOne(row, spec) {
  if (!Array.isArray(row) || row.length < 3 || row.length > 5 || typeof row[2] !== "string" || !row[2].trim()) return undefined;
  const [article, paragraph, words, ...rest] = row;
  const at = layout(spec).findIndex((part) => pick(article, [part.article]) && pick(paragraph, [part.paragraph]));
  const occurrence = typeof rest[0] === "number" ? rest.shift() : 1;
  const label = rest.length && rest[0] !== "" ? pick(rest[0], spec.labels.map((known) => known.id)) : "";
  if (at < 0 || rest.length > 1 || label === undefined) return undefined;
  if (!Number.isInteger(occurrence) || occurrence < 1 || occurrence > 99) return undefined;
  const start = find(layout(spec)[at].text, words.trim(), occurrence);
  const mark = { at, start, end: start + words.trim().length, label };
  const [from, to] = reach(mark, spec);
  return start < 0 || from < 0 || from > to ? undefined : mark;
}

function accept(raw, spec) {
  if (!Array.isArray(raw) || raw.length > 400) return undefined;
  const empty = (row) => Array.isArray(row) && row.length && row.every((cell) => ["", null, 1].includes(cell));
  const read = raw.filter((row) => !empty(row)).map((row) => acceptOne(row, spec));
  if (read.includes(undefined)) return undefined;
  const marks = read.filter((mark, n) => !read.slice(0, n).some((other) => same(mark, other))).sort(order);
  const meet = (a, b) => a?.at === b.at && reach(a, spec)[1] >= reach(b, spec)[0];
  return marks.some((mark, n) => meet(marks[n - 1], mark)) ? undefined : marks;
}

function emit(value, spec) {
  return value.map((mark) => {
    const { article, paragraph, text } = layout(spec)[mark.at];
    const exact = exactOf(mark, spec);
    let occurrence = 1;
    for (let start = text.indexOf(exact); start < mark.start; start = text.indexOf(exact, start + 1)) occurrence += 1;
    return [article, paragraph, exact, occurrence, ...(mark.label ? [mark.label] : [])];
  });
}

function done(value, spec) {
  return [spec.passages.filter((passage) => marksOf(value, passage, spec).length).length, spec.passages.length];
}

const terms = (rows) => h("dl", { class: "wss-terms" }, rows.flat());
const term = ([name, text]) => [h("dt", {}, name), h("dd", {}, text)];

function passageBox(form, marking, passage, number, help) {
  const { spec, words } = form;
  const title = newId("passage");
  const groups = layout(spec).filter((part) => part.passage === passage).map((part) => marking.group(part, title, help));
  const glosses = passage.glosses.map((gloss) => marking.gloss(gloss, passage));
  const list = h("ol", { class: "wss-marks" });
  marking.lists.set(passage, list);
  const check = spec.outcomes ? checker(form, passage) : null;
  const box = h(
    "section", { class: "wss-item", "aria-labelledby": title }, h(`h${(spec.level ?? 3) + 1}`, { id: title }, `${number}. ${passage.title}`),
    passage.note ? h("p", {}, passage.note) : null, aloud(form, passage), groups,
    glosses.length ? h("details", {}, h("summary", { "data-key": `${passage.id}-glosses` }, words.glosses), terms(glosses)) : null,
    h("div", { hidden: true }, h("p", { class: "wss-small" }, words.marks), list), check?.box, form.differently(passage.id, passage.title),
  );
  return { box, update: check?.update };
}

function draw(form) {
  const { spec, words } = form;
  const marking = new Marking(form);
  const help = h("span", { id: newId("help"), hidden: true }, words.keys_short);
  const passages = spec.passages.map((passage, n) => passageBox(form, marking, passage, n + 1, help.id));
  form.body.append(
    h("p", {}, words.how), help,
    h("details", {}, h("summary", { "data-key": "keys" }, words.keys), terms(words.keys_list.map(term))),
    h("details", {}, h("summary", { "data-key": "labels" }, words.labels), terms(spec.labels.map((label) => term([label.label, label.definition])))),
    ...passages.map((passage) => passage.box), marking.spoken,
  );
  return (value) => {
    marking.update(value);
    for (const passage of passages) passage.update?.(value);
  };
}

export default exercise({ name: "wording", blank: () => [], accept, emit, done, draw });
