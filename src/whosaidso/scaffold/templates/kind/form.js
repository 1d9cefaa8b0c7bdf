// new_kind: one choice for each claim.

import { Tries, exercise, fill, h, newId, pick, rowsOf } from "../../forms/shared.js";

const ids = (spec) => spec.items.map((item) => item.id);
const choices = (spec) => spec.choices.map((choice) => choice.id);

function blank(spec) {
  return Object.fromEntries(ids(spec).map((id) => [id, ""]));
}

// Return the value of a typed answer, or undefined if the form could not show all of it.
function accept(raw, spec) {
  const rows = rowsOf(raw, ids(spec));
  if (!rows) return undefined;
  const value = blank(spec);
  for (const [id, given] of rows) {
    const chosen = given === "" || given === null ? "" : pick(given, choices(spec));
    if (chosen === undefined) return undefined;
    value[id] = chosen;
  }
  return value;
}

// Return what is written into the answer cell.
function emit(value) {
  return Object.fromEntries(Object.entries(value).filter(([, chosen]) => chosen));
}

function done(value) {
  const all = Object.values(value);
  return [all.filter(Boolean).length, all.length];
}

function draw(form) {
  const { spec, words } = form;
  const updates = spec.items.map((item, at) => {
    const name = fill(words.claim, { number: at + 1 });
    const group = newId("choice");
    const inputs = spec.choices.map((choice) => h("input", {
      type: "radio", name: group, id: newId("option"), "data-key": `${item.id}-${choice.id}`,
      onchange: () => form.change({ ...form.value, [item.id]: choice.id }),
    }));
    const rows = spec.choices.map((choice, number) => h(
      "div", { class: "wss-new_kind" }, inputs[number], h("label", { for: inputs[number].id }, choice.label),
    ));
    const box = h("fieldset", { class: "wss-question" }, h("legend", {}, `${at + 1}. ${item.text}`), rows);
    const said = h("div", { class: "wss-said", role: "status" });
    form.body.append(box);
    if (spec.outcomes) {
      const tries = new Tries(form, item.id);
      const check = () => {
        const chosen = form.value[item.id];
        if (!chosen) return said.replaceChildren(h("p", {}, words.not_yet));
        const { answers, reason } = spec.outcomes[item.id];
        tries.say(said, { answer: chosen, ...answers[chosen], reason });
      };
      box.append(form.button(words.check, check, `${item.id}-check`, { "aria-label": `${words.check}: ${name}` }), said);
    }
    box.append(form.differently(item.id, name));
    return (value) => inputs.forEach((input, number) => { input.checked = spec.choices[number].id === value[item.id]; });
  });
  return (value) => updates.forEach((update) => update(value));
}

export default exercise({ name: "new_kind", blank, accept, emit, done, draw });
