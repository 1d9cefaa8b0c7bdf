// Who told whom: links in native selects, article by article, with the network drawn as it grows; or, for a
// headline claim, whose voices stand at the end and how many of them are independent.

import { exercise, fill, h, newId, pick, rowsOf } from "../../forms/shared.js";
import { chainsOf, networkIn } from "./network.js";

const ids = (list) => list.map((entry) => entry.id);
const items = (spec) => ids(spec.names.filter((name) => name.article));
const options = (spec) => ids(spec.names.filter((name) => !name.article));
const PLACE = /^(?:([\w-]+)[: ])?(H|L|p\d+|cap|by|img|com)$/i;

const fresh = (article) => ({ article, teller: article, by: "", relation: "", place: "" });
const whole = (link) => link.teller && link.by;
const pair = (link) => `${link.teller}>${link.by}`;
const untouched = (link) => ["", link.article].includes(link.teller) && !link.by && !link.relation && !link.place;

// Links stand in the order of the articles, and every article keeps a row to fill.
function fitted(links, spec) {
  return items(spec).flatMap((article) => {
    const own = links.filter((link) => link.article === article);
    return own.length ? own : [fresh(article)];
  });
}

function blank(spec) {
  const each = (value) => Object.fromEntries(ids(spec.claims).map((claim) => [claim, value]));
  return spec.claims ? { voices: each([]), independent: each("") } : { links: fitted([], spec) };
}

const none = (raw) => raw === undefined || raw === null || raw === "";
const bare = (raw) => none(raw) || (typeof raw === "object" && Object.values(raw).every(bare));

// Return the id that was typed, "" for none, undefined for anything else.
function known(raw, list) {
  return none(raw) ? "" : typeof raw === "string" ? pick(raw, list) : undefined;
}

function acceptLink(row, spec) {
  if (!Array.isArray(row) || row.length < 2 || row.length > 4) return undefined;
  const [teller, by] = row.map((name) => known(name, ids(spec.names)));
  const relation = known(row[2], ids(spec.relations));
  const found = none(row[3]) ? [] : typeof row[3] === "string" && PLACE.exec(row[3].trim());
  if ([teller, by, relation].includes(undefined) || !found) return undefined;
  const [, where = "", mark = ""] = found.map((part) => part?.toLowerCase());
  const named = items(spec).find((item) => item === where);
  const article = items(spec).includes(teller) ? teller : named;
  const place = mark.replace(/^[hl]$/, mark.toUpperCase());
  return { article, teller, by, relation, place: where && where !== article ? `${where}:${place}` : place };
}

function acceptLinks(raw, spec) {
  if (!Array.isArray(raw ?? []) || raw?.length > 200) return undefined;
  const links = (raw ?? []).filter((row) => !bare(row)).map((row) => acceptLink(row, spec));
  if (links.includes(undefined)) return undefined;
  // A source whose place names no article belongs to an article whose links lead to it.
  for (let step = 0; step < 9; step++) {
    for (const link of links) link.article ??= links.find((other) => other.article && other.by === link.teller)?.article;
  }
  return { links: fitted(links.map((link) => ({ ...link, article: link.article ?? items(spec)[0] })), spec) };
}

function acceptVoices(voices, independent, spec) {
  const value = blank(spec);
  const [named, counted] = [voices, independent].map((table) => rowsOf(none(table) ? {} : table, ids(spec.claims)));
  if (!named || !counted) return undefined;
  for (const [claim, given] of named) {
    const list = [given ?? []].flat().map((voice) => known(voice, options(spec)));
    if (list.includes(undefined)) return undefined;
    value.voices[claim] = options(spec).filter((voice) => list.includes(voice));
  }
  for (const [claim, given] of counted) {
    value.independent[claim] = none(given) ? "" : pick(given, ids(spec.counts));
    if (value.independent[claim] === undefined) return undefined;
  }
  return value;
}

function accept(raw, spec) {
  if (typeof raw !== "object" || Array.isArray(raw)) return undefined;
  const { edges, voices, independent, ...more } = raw;
  if (Object.keys(more).length || !bare(spec.claims ? edges : [voices, independent])) return undefined;
  return spec.claims ? acceptVoices(voices, independent, spec) : acceptLinks(edges, spec);
}

// A place says its article only where more than one is read and the teller is a source.
function placeOf(link, spec) {
  const plain = !link.place || link.place.includes(":") || items(spec).length === 1 || items(spec).includes(link.teller);
  return plain ? link.place : `${link.article}:${link.place}`;
}

function emit(value, spec) {
  const filled = (table) => Object.fromEntries(Object.entries(table).filter(([, given]) => given.length));
  if (spec.claims) return { voices: filled(value.voices), independent: filled(value.independent) };
  return { edges: value.links.filter((link) => !untouched(link)).map((link) => [link.teller, link.by, link.relation, placeOf(link, spec)]) };
}

function done(value, spec) {
  const asked = spec.claims ? ids(spec.claims) : items(spec);
  const linked = (item) => value.links.some((link) => whole(link) && link.teller === item);
  return [asked.filter((item) => (spec.claims ? value.voices[item].length && value.independent[item] : linked(item))).length, asked.length];
}

// The outcome of open links: Python worked out that of every pair when the page was built; here they are counted.
export function lookUp(links, spec) {
  const { outcomes, table, edges } = spec.outcomes;
  const names = ids(spec.names);
  const once = links.filter((link, at) => whole(link) && links.findIndex((other) => pair(other) === pair(link)) === at);
  const rows = once.map((link) => {
    const edge = edges.find((one) => pair(one) === pair(link));
    const outcome = outcomes[table[names.indexOf(link.teller)][names.indexOf(link.by)]];
    const where = placeOf(link, spec);
    const place = edge?.places.some((one) => [one, `${edge.article}:${one}`].includes(where));
    return { ...outcome, link, edge, relation: edge?.relation === link.relation, place: Boolean(place) };
  });
  const count = (test) => rows.filter(test).length;
  return {
    rows,
    missed: edges.filter((edge) => !once.some((link) => pair(link) === pair(edge))),
    right: count((row) => row.edge), invented: count((row) => row.outcome === "invented"),
    relations: count((row) => row.edge && row.relation), places: count((row) => row.place),
    total: Math.max(0, rows.reduce((sum, row) => sum + row.credit, 0)), of: edges.length,
  };
}

const wordsOf = (told) => told.map((piece) => (piece.q ? h("q", { lang: piece.lang, dir: "auto" }, piece.q) : piece.t));
const small = (...text) => h("p", { class: "wss-small" }, ...text);
const bold = (text) => h("strong", {}, text);
const option = (value, text) => h("option", { value }, text);
const defined = (list) => h("dl", {}, list.map(([term, ...said]) => h("div", {}, h("dt", {}, term), h("dd", {}, ...said))));

// Return an update that does nothing where nothing has changed.
function ifChanged(update) {
  let last = "";
  return (...now) => {
    const text = JSON.stringify(now);
    if (text !== last) update(...now);
    last = text;
  };
}

// A part of the form under a heading.
function part(form, down, heading, ...children) {
  const title = newId("part");
  const name = `h${(form.spec.level ?? 3) + down}`;
  const inner = [h(name, { id: title }, heading), ...children];
  if (down === 1) return h("section", { class: "wss-item", "aria-labelledby": title }, inner);
  return h("div", { role: "group", "aria-labelledby": title }, inner); // each article has one of that name: no landmark
}

function strip(form, article, add) {
  const { words } = form;
  return defined(article.strip.map(({ id, note, told }) => [
    id, note ? h("em", {}, fill(words.note, { note }), " ") : "", ...wordsOf(told), " ",
    add ? form.button(fill(words.from, { place: id }), () => add(id), `${article.id}-from-${id}`) : "",
  ]));
}

// One row; it stays from change to change, so that nothing loses the focus.
function row(form, article, at) {
  const { spec, words } = form;
  const select = (key, choices) => {
    const id = newId(key);
    const change = (event) => form.edit(article.id, at, { [key]: event.target.value });
    return h("div", {}, h("label", { for: id }, words[key]),
      h("select", { id, "data-key": `${article.id}-${at}-${key}`, onchange: change }, option("", words.choose), choices));
  };
  const names = (label, list) => h("optgroup", { label }, list.map((id) => option(id, form.long(id))));
  const grouped = [names(words.articles, items(spec)), names(words.names, options(spec))];
  const begins = (told) => h("p", {}, wordsOf(told)).textContent.slice(0, 60);
  const fields = h(
    "div", { class: "wss-fields" }, select("teller", grouped), select("by", grouped.map((group) => group.cloneNode(true)).reverse()),
    select("relation", spec.relations.filter((term) => !term.rare).map((term) => option(term.id, `${term.label}: ${term.definition}`))),
    select("place", article.strip.map(({ id, told }) => option(id, `${id}: ${begins(told)} …`))),
  );
  const legend = h("legend", {});
  const reading = h("summary", { "data-key": `${article.id}-${at}-read` });
  const quoted = h("p", {});
  const read = h("details", {}, reading, quoted);
  const remark = small();
  const remove = form.button("", () => form.remove(article.id, at), `${article.id}-${at}-remove`);
  const back = form.button("", () => form.goTo(`${article.id}-from-${form.own(article.id)[at].place}`), `${article.id}-${at}-back`);
  const box = h("fieldset", { class: "wss-row" }, legend, fields, read, remark, h("div", { class: "wss-tools" }, remove, back));
  const update = ifChanged((link, first) => {
    const { n } = link;
    legend.textContent = fill(words.link, { n });
    remove.textContent = fill(words.remove, { n });
    for (const one of fields.querySelectorAll("select")) {
      const value = link[one.dataset.key.split("-").at(-1)];
      if (![...one.options].some((offered) => offered.value === value)) one.append(option(value, form.label(value) || value));
      one.value = value;
    }
    const stands = article.strip.find((paragraph) => paragraph.id === link.place);
    read.hidden = back.hidden = !stands;
    quoted.replaceChildren(...(stands ? wordsOf(stands.told) : []));
    reading.textContent = fill(words.read, link);
    back.textContent = fill(words.back, link);
    remark.textContent = untouched(link) ? "" : !whole(link) ? words.unfinished : n === first ? "" : fill(words.twice, { n: first });
  });
  return { box, update };
}

// The network and, beside it, all of it in words.
function picture(form, down, heading, starts) {
  const { words } = form;
  const drawing = h("div", { class: "wss-drawing" });
  const told = h("div", {});
  const draw = networkIn(drawing, (name, end) => [form.short(name), end ? words.end : ""]);
  const update = ifChanged((links) => {
    draw(links, starts);
    const { chains, more } = chainsOf(links, starts);
    const sentence = (link) => h("li", {}, bold(`${fill(words.link, link)}: `), fill(words.sentence, {
      teller: form.short(link.teller), by: form.short(link.by), relation: form.label(link.relation) || words.unsaid, place: link.place || words.unsaid,
    }));
    const chain = ({ names, round }) => h("li", {}, fill(round ? words.round : words.chain, { chain: names.map(form.short).join(" → ") }));
    const each = starts.length > 1 ? null : h("ul", {}, links.map(sentence));
    const said = [each, h("p", {}, bold(words.chains)), h("ul", {}, chains.map(chain), more ? h("li", {}, words.more) : null)];
    told.replaceChildren(...(links.length ? said.filter(Boolean) : [h("p", {}, words.nothing)]));
  });
  return { box: part(form, down, heading, h("div", { class: "wss-network" }, drawing, told)), update };
}

// "Check my answers" on open links.
function checker(form) {
  const { spec, words } = form;
  const said = h("p", { class: "wss-said", role: "status" });
  const told = h("div", {});
  let checked = null;
  const ends = (link) => fill(words.ends, { teller: form.short(link.teller), by: form.short(link.by) });
  const ours = (edge) => [small(fill(words.ours, { relation: form.label(edge.relation), places: edge.places.join(", ") }))];
  const why = (reason) => (reason ? h("p", {}, bold(`${words.key}: `), reason) : null);
  const result = (found) => h(
    "li", {}, h("p", {}, bold(`${fill(words.link, { n: form.value.links.indexOf(found.link) + 1 })}: `),
      h("strong", { class: `wss-outcome wss-${found.outcome}` }, words[found.outcome]), ` ${ends(found.link)}`),
    found.edge ? null : h("p", {}, found.message), why(found.reason), found.edge && !(found.relation && found.place) ? ours(found.edge) : null,
  );
  const check = () => {
    const found = lookUp(form.value.links, spec);
    const some = found.rows.length > 0;
    checked = some ? form.value.links : null;
    said.textContent = some ? [fill(words.count, found), found.right ? fill(words.agree, found) : ""].join(" ") : words.no_links;
    const missed = h("ul", { tabindex: "-1", hidden: true, "aria-label": words.missed_list },
      found.missed.map((edge) => h("li", {}, h("p", {}, bold(ends(edge))), why(edge.reason), ours(edge))));
    const show = form.button(fill(words.missed, { count: found.missed.length }), () => {
      missed.hidden = false;
      missed.focus();
    }, "missed");
    const rest = found.missed.length ? [show, missed] : [h("p", {}, words.missed_none)];
    told.replaceChildren(...(some ? [h("ul", {}, found.rows.map(result)), ...rest] : []));
  };
  const button = form.button(words.check_all, check, "check", { class: "wss-button wss-main" });
  const update = () => {
    if (checked && JSON.stringify(checked) !== JSON.stringify(form.value.links)) said.textContent = words.changed_since;
  };
  return { box: h("div", { class: "wss-item" }, small(words.open_key), button, said, told), update };
}

function section(form, article) {
  const { words } = form;
  const rows = [];
  const list = h("div", {});
  const add = (place) => {
    const own = form.own(article.id);
    const free = place ? own.findIndex(untouched) : -1;
    const at = free < 0 ? own.length : free;
    form.put(article.id, [...own.slice(0, at), { ...fresh(article.id), place }, ...own.slice(at + 1)], words.added);
    form.goTo(`${article.id}-${at}-${place ? "by" : "teller"}`);
  };
  const more = form.button(words.add, () => add(""), `${article.id}-add`);
  const drawn = picture(form, 2, words.picture, [article.id]);
  const box = part(
    form, 1, form.long(article.id),
    h("details", { open: true, class: "wss-strip" }, h("summary", { "data-key": `${article.id}-strip` }, words.strip), small(article.whole ? words.marks_whole : words.marks), strip(form, article, add)),
    h("div", { class: "wss-work" }, part(form, 2, words.links, list, more), drawn.box),
    form.differently(article.id, article.id),
  );
  const update = (links) => {
    const own = links.filter((link) => link.article === article.id);
    while (rows.length > own.length) {
      const gone = rows.pop().box;
      if (gone.contains(document.activeElement)) more.focus();
      gone.remove();
    }
    while (rows.length < own.length) {
      rows.push(row(form, article, rows.length));
      list.append(rows.at(-1).box);
    }
    own.forEach((link, at) => rows[at].update(link, links.find((other) => pair(other) === pair(link)).n));
    drawn.update(own.filter(whole));
  };
  return { box, update };
}

function drawLinks(form) {
  const { spec, words } = form;
  form.own = (article) => form.value.links.filter((link) => link.article === article);
  form.put = (article, own, said) => {
    const others = form.value.links.filter((link) => link.article !== article);
    form.change({ links: fitted([...others, ...own], spec) }, said);
  };
  form.edit = (article, at, change) => form.put(article, form.own(article).map((link, n) => (n === at ? { ...link, ...change } : link)));
  form.remove = (article, at) => {
    form.put(article, form.own(article).filter((link, n) => n !== at), words.removed);
    form.goTo(`${article}-${Math.min(at, form.own(article).length - 1)}-teller`);
  };
  form.goTo = (key) => {
    const target = [...form.body.querySelectorAll("[data-key]")].find((element) => element.dataset.key === key);
    target.closest("details")?.setAttribute("open", "");
    target.focus();
    target.scrollIntoView({ block: "center" });
  };
  const parts = spec.articles.map((article) => section(form, article));
  if (parts.length > 1) {
    const all = picture(form, 1, words.whole, items(spec));
    parts.push({ box: all.box, update: (links) => all.update(links.filter(whole)) });
  }
  if (spec.outcomes) parts.push(checker(form));
  const relations = spec.relations.filter((term) => !term.rare).map((term) => [term.label, term.definition]);
  const meanings = h("details", { class: "wss-terms" }, h("summary", { "data-key": "relations" }, words.relations), defined(relations));
  form.body.append(h("p", {}, words.how), meanings, ...parts.map((one) => one.box));
  return ({ links }) => {
    const numbered = links.map((link, at) => ({ ...link, n: at + 1 }));
    parts.forEach((one) => one.update(numbered));
  };
}

function drawVoices(form) {
  const { spec, words } = form;
  const inputs = [];
  const choices = (claim, type, table, list, label, take) => {
    const name = newId(table);
    const own = list.map((id) => h("input", {
      type, name, id: newId(table), value: id, "data-key": `${claim}-${id}`,
      onchange: () => form.change({ ...form.value, [table]: { ...form.value[table], [claim]: take(own.filter((one) => one.checked).map((one) => one.value)) } }),
    }));
    own.forEach((input) => inputs.push({ input, table, claim }));
    return own.map((input) => h("div", { class: "wss-choice" }, input, h("label", { for: input.id }, label(input.value))));
  };
  const count = (id) => spec.counts.find((term) => term.id === id);
  form.body.append(...spec.claims.map(({ id, text, carried }) => part(
    form, 1, `${id}. ${text}`, h("p", {}, words.carried),
    ...spec.articles.filter((article) => carried.includes(article.id)).map((article) => h(
      "details", { class: "wss-strip" }, h("summary", { "data-key": `${id}-${article.id}` }, form.long(article.id)), small(article.whole ? words.marks_whole : words.marks), strip(form, article),
    )),
    h("fieldset", {}, h("legend", {}, words.voices), small(words.voices_help),
      h("div", { class: "wss-voices" }, choices(id, "checkbox", "voices", options(spec), form.long, (chosen) => chosen))),
    h("fieldset", {}, h("legend", {}, words.independent),
      choices(id, "radio", "independent", ids(spec.counts), (one) => h("span", {}, bold(count(one).label), ` ${count(one).definition}`), (chosen) => chosen[0])),
    form.differently(id, id),
  )));
  return (value) => inputs.forEach(({ input, table, claim }) => { input.checked = [value[table][claim]].flat().includes(input.value); });
}

function draw(form) {
  const { spec, words } = form;
  form.short = (id) => spec.names.find((name) => name.id === id).name;
  form.long = (id) => {
    const article = spec.articles.find((one) => one.id === id);
    const name = spec.names.find((one) => one.id === id);
    return article ? fill(words.article, article) : name.printed ? fill(words.printed, name) : name.name;
  };
  form.label = (relation) => spec.relations.find((term) => term.id === relation)?.label;
  return spec.claims ? drawVoices(form) : drawLinks(form);
}

export default exercise({ name: "sourcing", blank, accept, emit, done, draw });
