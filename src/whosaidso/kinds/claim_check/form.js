// Claims against records: a verdict, at most two record cards that can carry it, a gap for "not shown", how sure.

import { Tries, exercise, fill, h, newId, pick, rowsOf } from "../../forms/shared.js";

const EMPTY = { verdict: "", evidence: ["", ""], gap: "", confidence: "" };
const ids = (list) => list.map((entry) => entry.id);
const bold = (text) => h("strong", {}, text);
const small = (...text) => h("p", { class: "wss-small" }, ...text);

function blank(spec) {
  return Object.fromEntries(spec.items.map((item) => [item.id, EMPTY]));
}

// Return the confidence step that a typed 0.75, "75%" or 75 means, "" for none, undefined for anything else.
function step(given, spec) {
  if (given === "" || given === null || given === undefined) return "";
  if (typeof given === "object") return undefined;
  let number = Number(String(given).trim().replace(/%$/, "").replace(",", "."));
  if (number > 1) number /= 100;
  return spec.confidence.find((known) => Math.abs(known.id - number) < 1e-9)?.id;
}

function acceptOne(raw, spec) {
  if (typeof raw === "string") return acceptOne({ verdict: raw }, spec);
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return undefined;
  if (Object.keys(raw).some((key) => !Object.hasOwn(EMPTY, key))) return undefined;
  const cards = [raw.evidence ?? []].flat().filter((name) => name !== "").map((name) => (typeof name === "string" ? pick(name, ids(spec.records)) : undefined));
  const chosen = [...new Set(cards)];
  const one = {
    verdict: raw.verdict ? pick(raw.verdict, ids(spec.verdicts)) : "",
    evidence: [chosen[0] ?? "", chosen[1] ?? ""],
    gap: raw.gap ? pick(raw.gap, ids(spec.gaps)) : "",
    confidence: step(raw.confidence, spec),
  };
  const lost = cards.includes(undefined) || chosen.length > 2 || Object.values(one).includes(undefined);
  return lost ? undefined : one;
}

function accept(raw, spec) {
  const rows = rowsOf(raw, ids(spec.items))?.map(([item, one]) => [item, acceptOne(one, spec)]);
  return rows?.every(([, one]) => one) ? { ...blank(spec), ...Object.fromEntries(rows) } : undefined;
}

// The records chosen. Keys that run through a list may pass the other list's record: named twice it counts once.
function records(one) {
  return [...new Set(one.evidence.filter(Boolean))];
}

function emit(value) {
  const claims = {};
  for (const [item, one] of Object.entries(value)) {
    const evidence = records(one);
    if (!one.verdict && !evidence.length && !one.gap && one.confidence === "") continue;
    claims[item] = { verdict: one.verdict, evidence };
    if (one.gap) claims[item].gap = one.gap;
    if (one.confidence !== "") claims[item].confidence = one.confidence;
  }
  return claims;
}

function done(value) {
  const all = Object.values(value);
  return [all.filter((one) => one.verdict).length, all.length];
}

// The outcome of an answer to an open claim: Python worked out all of them when the page was built.
export function lookUp(item, one, spec) {
  const { table, outcomes } = spec.outcomes[item];
  const cards = ids(spec.records);
  const [first, second] = one.evidence.filter(Boolean).map((name) => cards.indexOf(name));
  let hand = 0;
  if (first !== undefined) hand = second === undefined ? 1 + first : 1 + cards.length + first * cards.length + second;
  const row = one.verdict === "not_shown" && one.gap ? spec.verdicts.length + ids(spec.gaps).indexOf(one.gap) : ids(spec.verdicts).indexOf(one.verdict);
  const width = 1 + cards.length + cards.length ** 2;
  return outcomes[parseInt(table[row * width + hand], 36)];
}

function lines(card, words) {
  const line = (label, ...text) => h("p", {}, bold(`${words[label]}: `), ...text);
  return [
    line("speaks", `${card.speaks}. `, card.party ? h("em", {}, card.party) : ""), line("shows", card.shows), line("cannot", card.cannot),
    card.quote ? line("words", h("q", { lang: card.quote_language, dir: "auto" }, card.quote)) : null,
    card.caution ? line("caution", card.caution) : null,
  ];
}

function source(card) {
  return `${card.id}: ${card.publisher}, ${card.date}`;
}

// The cards, above the claims or beside them, and a way back to the claim one came from.
function shelf(form) {
  const { spec, words } = form;
  const cards = spec.records.map((card) => h(
    "details", { class: "wss-cardbox" }, h("summary", { "data-key": `card-${card.id}` }, bold(source(card)), " ", h("span", { class: "wss-small" }, card.title)),
    ...lines(card, words),
  ));
  const all = (open) => cards.forEach((card) => { card.open = open; });
  const heading = h(form.heading, { id: newId("shelf"), tabindex: "-1" }, fill(words.cards, { count: cards.length }));
  let from = null;
  const back = form.button("", () => {
    from.scrollIntoView({ block: "center" });
    from.focus();
    back.hidden = true;
  }, "back", { hidden: true, class: "wss-button wss-main wss-back" });
  form.visit = (number, select) => {
    from = select;
    back.textContent = fill(words.back, { number });
    back.hidden = false;
    heading.scrollIntoView({ block: "start" });
    heading.focus();
  };
  return h(
    "section", { class: "wss-shelf", "aria-labelledby": heading.id }, heading, small(words.cards_help),
    h("div", { class: "wss-tools" }, form.button(words.open_all, () => all(true), "open-all"), form.button(words.close_all, () => all(false), "close-all")),
    h("div", { class: "wss-cards" }, cards), back,
  );
}

// A set of radio buttons with a definition beside each.
function radios(form, legend, options, item, key, help = "") {
  const name = newId(key);
  const inputs = options.map((option) => h("input", {
    type: "radio", name, id: newId(key), value: String(option.id), "data-key": `${item}-${key}-${option.id}`,
    onchange: () => form.set(item, key, option.id),
  }));
  const rows = options.map((option, number) => h(
    "div", { class: "wss-choice" }, inputs[number],
    h("label", { for: inputs[number].id }, bold(option.label), option.definition ? ` ${option.definition}` : ""),
  ));
  const box = h("fieldset", {}, h("legend", {}, legend), help ? small(help) : null, h("div", { class: `wss-choices wss-of-${key}` }, rows));
  const update = (now) => inputs.forEach((input) => { input.checked = input.value === String(now); });
  return { box, update };
}

function claimBox(form, item, number) {
  const { spec, words } = form;
  const title = newId("claim");
  const context = item.context && h(
    "details", {}, h("summary", { "data-key": `context-${item.id}` }, fill(words.context, { where: item.where }), item.note ? h("em", {}, ` ${item.note}`) : ""),
    h("p", {}, item.context.map((piece) => (piece.q ? h("q", { lang: piece.lang, dir: "auto" }, piece.q) : piece.t))),
  );
  const verdict = radios(form, words.verdict, spec.verdicts, item.id, "verdict");
  const gap = radios(form, words.gap, spec.gaps, item.id, "gap", words.gap_help);
  const sure = radios(form, words.sure, spec.confidence, item.id, "confidence", words.sure_help);
  const selects = [0, 1].map((place) => h(
    "select", {
      id: newId("record"), "data-key": `${item.id}-record-${place}`,
      onchange: (event) => form.record(item.id, place, event.target.value),
    },
    h("option", { value: "" }, words.none), spec.records.map((card) => h("option", { value: card.id }, `${source(card)}: ${card.title}`)),
  ));
  const labels = selects.map((select, place) => h("label", { for: select.id }, words.record[place]));
  const chosen = h("div", { class: "wss-chosen" });
  const toShelf = form.button(words.to_cards, () => form.visit(number, selects[0]), `${item.id}-cards`);
  const box = h(
    "section", { class: "wss-item", "aria-labelledby": title },
    h(form.heading, { id: title }, `${number}. ${item.text}`), small(`${item.id}${item.context ? "" : `, ${item.where}`}. `, bold(`${item.type}: `), item.settles), context,
    verdict.box, h("fieldset", {}, h("legend", {}, words.evidence), h("div", { class: "wss-pair" }, labels.map((label, place) => h("div", {}, label, selects[place]))),
      chosen, h("div", { class: "wss-tools" }, toShelf)),
    gap.box, sure.box,
  );
  const marked = spec.outcomes ? checker(form, item, box) : () => {};
  box.append(form.differently(item.id, item.id));
  let shown = "";
  const update = (one) => {
    verdict.update(one.verdict);
    gap.update(one.gap);
    gap.box.hidden = one.verdict !== "not_shown" && !one.gap;
    sure.update(one.confidence);
    selects.forEach((select, place) => { select.value = one.evidence[place]; });
    if (shown !== one.evidence.join()) {
      shown = one.evidence.join();
      chosen.replaceChildren(...records(one).map((name) => {
        const card = spec.records.find((known) => known.id === name);
        return h("div", { class: "wss-cardbox" }, h("p", {}, bold(source(card)), ` ${card.title}`), ...lines(card, words));
      }));
    }
    marked(one);
  };
  return { box, update };
}

// "Check" on an open claim: the outcome, its message and our reason, until the answer is changed.
function checker(form, item, box) {
  const { spec, words } = form;
  const said = h("div", { class: "wss-said", role: "status" });
  const tries = new Tries(form, item.id);
  let checked = null;
  const check = () => {
    const one = form.value[item.id];
    checked = one.verdict ? one : null;
    if (!checked) return said.replaceChildren(h("p", {}, words.not_yet));
    const outcome = lookUp(item.id, one, spec);
    tries.say(said, { answer: JSON.stringify(one), ...outcome, reason: spec.outcomes[item.id].reason });
  };
  box.append(h("div", { class: "wss-tools" }, form.button(words.check, check, `${item.id}-check`, { class: "wss-button wss-main", "aria-label": `${words.check}: ${item.id}` })), said);
  return (one) => {
    if (checked && JSON.stringify(checked) !== JSON.stringify(one)) {
      checked = null;
      said.replaceChildren(h("p", {}, words.changed_since));
    }
  };
}

function draw(form) {
  const { spec } = form;
  form.heading = `h${(spec.level ?? 3) + 1}`;
  form.set = (item, key, chosen) => {
    const one = { ...form.value[item], [key]: chosen };
    if (one.verdict !== "not_shown") one.gap = "";
    form.change({ ...form.value, [item]: one });
  };
  form.record = (item, place, name) => {
    const evidence = [...form.value[item].evidence];
    evidence[place] = name;
    form.set(item, "evidence", evidence);
  };
  const claims = spec.items.map((item, number) => [item.id, claimBox(form, item, number + 1)]);
  form.body.append(h("div", { class: "wss-claims" }, shelf(form), h("div", { class: "wss-items" }, claims.map(([, claim]) => claim.box))));
  return (value) => claims.forEach(([id, claim]) => claim.update(value[id]));
}

export default exercise({ name: "claims", blank, accept, emit, done, draw });
