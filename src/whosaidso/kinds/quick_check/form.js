// Quick questions: one option of several, or several things to put in order. For quizzes on open items.

import { Tries, exercise, fill, h, newId, pick, rowsOf } from "../../forms/shared.js";

const letters = (question) => question.options.map((option) => option.id);

function blank(spec) {
  return Object.fromEntries(spec.items.map((question) => [question.id, []]));
}

function accept(raw, spec) {
  const rows = rowsOf(raw, spec.items.map((question) => question.id));
  if (!rows) return undefined;
  const value = blank(spec);
  for (const [id, given] of rows) {
    const question = spec.items.find((item) => item.id === id);
    const read = [given ?? []].flat().filter((letter) => letter !== "").map((letter) => pick(letter, letters(question)));
    const chosen = [...new Set(read)];
    const wanted = question.type === "order" ? question.options.length : 1;
    if (read.includes(undefined) || (chosen.length && chosen.length !== wanted)) return undefined;
    value[id] = chosen;
  }
  return value;
}

function emit(value, spec) {
  const quick = {};
  for (const question of spec.items) {
    const chosen = value[question.id];
    if (chosen.length) quick[question.id] = question.type === "order" ? chosen : chosen[0];
  }
  return quick;
}

function done(value) {
  const all = Object.values(value);
  return [all.filter((chosen) => chosen.length).length, all.length];
}

function choice(form, question, box) {
  const name = newId("choice");
  const inputs = question.options.map((option) => h("input", {
    type: "radio", name, id: newId("option"), "data-key": `${question.id}-${option.id}`,
    onchange: () => form.change({ ...form.value, [question.id]: [option.id] }),
  }));
  box.append(...question.options.map((option, number) => h(
    "div", { class: "wss-choice" }, inputs[number], h("label", { for: inputs[number].id }, option.text),
  )));
  return (chosen) => inputs.forEach((input, number) => { input.checked = question.options[number].id === chosen[0]; });
}

function order(form, question, box) {
  const { words } = form;
  const list = h("ol", { class: "wss-order" });
  const move = (id, by) => {
    const now = form.value[question.id].length ? [...form.value[question.id]] : letters(question);
    const from = now.indexOf(id);
    const to = from + by;
    if (to < 0 || to >= now.length) return;
    [now[from], now[to]] = [now[to], now[from]];
    const text = question.options.find((option) => option.id === id).text;
    form.change({ ...form.value, [question.id]: now }, fill(words.moved, { text, place: to + 1, of: now.length }));
  };
  const rows = new Map(question.options.map((option) => {
    const arrow = (sign, label, by) => form.button(sign, () => move(option.id, by), `${question.id}-${option.id}-${by}`, { "aria-label": fill(label, { text: option.text }) });
    const buttons = [arrow("↑", words.up, -1), arrow("↓", words.down, 1)];
    return [option.id, { buttons, row: h("li", {}, h("span", {}, option.text), h("span", { class: "wss-arrows" }, buttons)) }];
  }));
  box.append(h("p", { class: "wss-small" }, words.order_help), list);
  return (chosen) => {
    const now = chosen.length ? chosen : letters(question);
    const held = list.contains(document.activeElement) ? document.activeElement : null;
    now.forEach((id, place) => {
      const { row, buttons } = rows.get(id);
      if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
      buttons[0].disabled = place === 0;
      buttons[1].disabled = place === now.length - 1;
    });
    if (!held) return;
    if (!held.disabled) held.focus();
    else held.parentElement.querySelector("button:not([disabled])").focus();
  };
}

function draw(form) {
  const { spec, words } = form;
  const parts = spec.items.map((question, at) => {
    const number = at + 1;
    const name = fill(words.question, { number });
    const box = h("fieldset", { class: "wss-question" }, h("legend", {}, `${number}. ${question.ask}`));
    const said = h("div", { class: "wss-said", role: "status" });
    const update = (question.type === "order" ? order : choice)(form, question, box);
    form.body.append(box);
    let checked = null;
    if (spec.outcomes) {
      const tries = new Tries(form, question.id);
      const check = () => {
        const chosen = form.value[question.id];
        checked = chosen.join(",");
        if (!chosen.length) return said.replaceChildren(h("p", {}, words.not_yet));
        const { answers, reason } = spec.outcomes[question.id];
        const found = answers[checked];
        tries.say(said, { answer: checked, ...found, reason });
      };
      box.append(form.button(words.check, check, `${question.id}-check`, { "aria-label": `${words.check}: ${name}` }), said);
    }
    box.append(form.differently(question.id, name));
    return (value) => {
      update(value[question.id]);
      if (checked && checked !== value[question.id].join(",")) {
        checked = null;
        said.replaceChildren(h("p", {}, words.changed_since));
      }
    };
  });
  return (value) => parts.forEach((update) => update(value));
}

export default exercise({ name: "quick", blank, accept, emit, done, draw });
