// "Then and now": the same passages before the course and after it. Kept in this browser only, and never scored.

import { clock, fill, h, newId } from "./shared.js";
import { Stored } from "./storage.js";

const MOST_CHARACTERS_OF_A_REASON = 1000;

// Return what was kept, passage by passage. Whatever else stands there counts as nothing.
function readKept(text, spec) {
  let raw = {};
  try {
    raw = JSON.parse(text ?? "{}") ?? {};
  } catch {
    // not written by this form
  }
  const steps = spec.steps.map((step) => step.id);
  return Object.fromEntries(spec.items.map(({ id }) => {
    const given = raw[id] ?? {};
    return [id, {
      step: steps.includes(given.step) ? given.step : "",
      why: typeof given.why === "string" ? given.why.slice(0, MOST_CHARACTERS_OF_A_REASON) : "",
      compared: given.compared === true,
    }];
  }));
}

class ThenAndNow {
  constructor(spec, place) {
    this.spec = spec;
    this.words = spec.strings;
    this.place = place;
    this.later = spec.moment === "now";
    this.stored = new Stored(`reflections:${spec.moment}`, this.words);
    this.earlier = this.later ? new Stored("reflections:then", this.words) : null;
    this.draws = [];
  }

  start() {
    const { spec, words } = this;
    this.read();
    const title = newId("title");
    this.status = h("p", { class: "wss-status", role: "status" });
    this.progress = h("p", { class: "wss-progress" });
    this.counts = h("p", { class: "wss-said", "aria-live": "polite" });
    this.forgetButton = h("button", { type: "button", class: "wss-button", "data-key": "forget", onclick: () => this.forget() });
    const said = this.later && !Object.values(this.then).some((kept) => kept.step || kept.why) ? words.none_then : null;
    this.root = h(
      "section", { class: "wss-form wss-then-now", "aria-labelledby": title, lang: "en", dir: "ltr" },
      h("h3", { id: title, class: "wss-form-title" }, spec.title),
      h("p", {}, spec.ask),
      said ? h("p", { class: "wss-said" }, said) : null,
      spec.items.map((item, number) => this.item(item, number + 1)),
      h("div", { class: "wss-foot" }, this.progress, this.counts, h("div", { class: "wss-tools" }, this.forgetButton), this.status),
    );
    this.place.append(this.root);
    this.place.classList.add("wss-live");
    this.refresh();
    if (this.any()) this.say(words.restored);
    this.stored.watch((text) => {
      this.value = readKept(text, spec);
      this.refresh();
      this.say(words.elsewhere);
    }, () => {
      // Else the next letter typed here would keep again what was forgotten there.
      this.read();
      this.refresh();
      this.say(words.forgotten_elsewhere);
    });
  }

  read() {
    this.value = readKept(this.stored.read(), this.spec);
    this.then = this.later ? readKept(this.earlier.read(), this.spec) : {};
  }

  any() {
    return Object.values(this.value).some((kept) => kept.step || kept.why);
  }

  item(item, number) {
    const { spec, words } = this;
    const name = newId("rely");
    const radios = spec.steps.map((step) => h("input", {
      type: "radio", name, id: newId("step"), "data-key": `${item.id}-${step.id}`,
      onchange: () => this.change(item.id, { step: step.id }),
    }));
    const why = h("textarea", {
      id: newId("why"), rows: "2", dir: "auto", maxlength: MOST_CHARACTERS_OF_A_REASON, "data-key": `${item.id}-why`,
      oninput: (event) => this.change(item.id, { why: event.target.value }),
    });
    const text = h("p", { id: newId("passage") }, item.text);
    this.draws.push(() => {
      const kept = this.value[item.id];
      radios.forEach((radio, place) => { radio.checked = spec.steps[place].id === kept.step; });
      if (why.value !== kept.why) why.value = kept.why;
    });
    return h(
      "div", { class: "wss-item" },
      h("p", { class: "wss-topic" }, h("strong", {}, `${number}. ${item.topic}`)),
      text,
      h("fieldset", { "aria-describedby": text.id }, h("legend", {}, words.rely), radios.map((radio, place) => h(
        "div", { class: "wss-choice" }, radio, h("label", { for: radio.id }, spec.steps[place].label),
      ))),
      h("label", { for: why.id }, words.reason), why,
      this.later ? this.comparison(item) : null,
    );
  }

  comparison(item) {
    const { words } = this;
    const press = () => {
      if (!this.value[item.id].step) {
        this.say(words.choose_first, true);
        return;
      }
      this.change(item.id, { compared: true });
      beside.focus();
    };
    const button = h("button", {
      type: "button", class: "wss-button", "data-key": `${item.id}-compare`, onclick: press,
      "aria-label": fill(words.compare_about, { topic: item.topic }),
    }, words.compare);
    const then = h("dd", { dir: "auto" });
    const now = h("dd", { dir: "auto" });
    const beside = h(
      "div", { class: "wss-beside", tabindex: "-1" },
      h("dl", {}, h("div", {}, h("dt", {}, words.then), then), h("div", {}, h("dt", {}, words.now), now)),
      h("p", { class: "wss-said" }, h("strong", {}, item.sound ? words.sound : words.weak), ` ${item.why}`),
    );
    this.draws.push(() => {
      const kept = this.value[item.id];
      button.hidden = kept.compared;
      beside.hidden = !kept.compared;
      for (const [cell, said] of [[then, this.then[item.id]], [now, kept]]) {
        cell.replaceChildren(h("strong", {}, this.label(said.step) ?? words.no_step), h("br"), said.why.trim() || words.no_reason);
      }
    });
    return h("div", {}, button, beside);
  }

  label(id) {
    return this.spec.steps.find((step) => step.id === id)?.label;
  }

  change(id, part) {
    this.value = { ...this.value, [id]: { ...this.value[id], ...part } };
    this.past = null;
    this.refresh();
    const kept = this.stored.write(JSON.stringify(this.value));
    if (kept.at) this.say(fill(kept.words, { time: clock(kept.at) }));
    else this.say(fill(this.words.not_saved, { why: kept.why }), true);
  }

  refresh() {
    const { spec, words } = this;
    for (const draw of this.draws) draw();
    const all = Object.values(this.value);
    this.progress.textContent = fill(words.progress, { done: all.filter((kept) => kept.step).length, of: all.length });
    this.counts.textContent = this.later && all.every((kept) => kept.step && kept.compared) ? this.counted() : "";
    this.forgetButton.textContent = this.past ? words.bring_back : words[`forget_${spec.moment}`];
    this.forgetButton.disabled = !this.past && !this.any() && !Object.values(this.then).some((kept) => kept.step || kept.why);
    this.place.classList.toggle("wss-kept", this.any());
  }

  counted() {
    const { spec, words } = this;
    const trusting = spec.steps.filter((step) => step.trust).map((step) => step.id);
    const relied = (kept, items) => items.filter((item) => trusting.includes(kept[item.id].step)).length;
    const sound = spec.items.filter((item) => item.sound);
    const weak = spec.items.filter((item) => !item.sound);
    const whole = Object.values(this.then).every((kept) => kept.step);
    return fill(whole ? words.counts : words.counts_now, {
      sound: sound.length, sound_now: relied(this.value, sound), sound_then: relied(this.then, sound),
      weak: weak.length, weak_now: relied(this.value, weak), weak_then: relied(this.then, weak),
    });
  }

  forget() {
    const { words } = this;
    if (this.past) {
      for (const [stored, text] of this.past) if (text !== null) stored.write(text);
      this.past = null;
      this.read();
      this.refresh();
      this.say(words.back);
      return;
    }
    const held = [this.stored, this.earlier].filter(Boolean);
    this.past = held.map((stored) => [stored, stored.read()]);
    held.forEach((stored) => stored.forget());
    this.read();
    this.refresh();
    this.say(words.forgotten);
  }

  say(sentence, bad = false) {
    if (this.status.textContent !== sentence) this.status.textContent = sentence;
    this.status.classList.toggle("wss-bad", bad);
  }
}

// A sheet that may be printed without the rest of its page.
function printable(sheet, label) {
  const button = h("button", { type: "button", class: "wss-print-button" }, label);
  button.addEventListener("click", () => {
    const copy = sheet.cloneNode(true);
    copy.classList.add("wss-print-copy");
    document.body.append(copy);
    document.body.classList.add("wss-print-alone");
    addEventListener("afterprint", () => {
      copy.remove();
      document.body.classList.remove("wss-print-alone");
    }, { once: true });
    print();
  });
  sheet.before(button);
}

for (const place of document.querySelectorAll("[data-wss-then-now]")) {
  const spec = JSON.parse(place.querySelector("script[type='application/json']").textContent);
  new ThenAndNow(spec, place).start();
  document.querySelectorAll(".wss-keepsake").forEach((sheet) => printable(sheet, spec.strings.print_sheet));
}
