// Python literals, written and read: the answer cell of a notebook is the one place where an answer lives.
// Only what `ast.literal_eval` would read is read; anything else is said to be unreadable, never guessed.

export const MOST_CHARACTERS = 60_000; // a longer cell is not read in grading either

const BIDI = /[\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/g;
export const HALVES = /\p{Surrogate}/gu; // half characters, which no file can hold

function quote(text) {
  return JSON.stringify(text.replace(HALVES, "\ufffd")).replace(BIDI, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
}

function flat(value, inList = false) {
  if (Array.isArray(value)) {
    const inner = value.map((item) => flat(item, true)).join(", ");
    return inList ? `(${inner}${value.length === 1 ? "," : ""})` : `[${inner}]`;
  }
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "object") {
    return `{${Object.entries(value).map(([key, item]) => `${quote(key)}: ${flat(item)}`).join(", ")}}`;
  }
  return typeof value === "string" ? quote(value) : String(value);
}

function spread(value, indent) {
  const pad = " ".repeat(indent + 4);
  const one = flat(value);
  if (typeof value !== "object" || value === null || (indent > 0 && one.length < 90)) return one;
  const list = Array.isArray(value);
  if (!(list ? value.length : Object.keys(value).length)) return list ? "[]" : "{}";
  const lines = list
    ? value.map((item) => pad + flat(item, true))
    : Object.entries(value).map(([key, item]) => `${pad}${quote(key)}: ${spread(item, indent + 4)}`);
  return `${list ? "[" : "{"}\n${lines.join(",\n")},\n${" ".repeat(indent)}${list ? "]" : "}"}`;
}

// Return `name = literal` with one line for each item; a list inside a list is written as a tuple.
export function writeLiteral(name, value) {
  return `${name} = ${spread(value, 0)}`;
}

const ESCAPES = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v", "\\": "\\", "'": "'", '"': '"', "\n": "" };

class Unreadable extends Error {}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.comments = [];
  }

  fail() {
    throw new Unreadable(String(this.text.slice(0, this.at).split("\n").length));
  }

  // Skip spaces and comments; inside brackets line ends too.
  skip(lines) {
    for (;;) {
      const c = this.text[this.at];
      if (c === "#") this.comments.push(this.match(/#[^\n]*/y)[0].trimEnd());
      else if (c === " " || c === "\t" || c === "\f" || c === "\r" || (lines && c === "\n")) this.at++;
      else if (c === "\\" && this.text[this.at + 1] === "\n" && this.at + 2 < this.text.length) this.at += 2;
      else return c;
    }
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  // Every statement has to be `name = literal`; the last one of a name counts.
  all() {
    const names = Object.create(null);
    let more = false; // after a semicolon, on the same line
    for (;;) {
      if (this.skip(true) === undefined) return names;
      const start = more || this.at === 0 || this.text[this.at - 1] === "\n";
      const found = start ? this.match(/([A-Za-z_]\w*)[ \t]*=(?!=)/y) : null;
      if (!found) this.fail();
      this.skip(false);
      names[found[1]] = this.value(false);
      const end = this.skip(false);
      if (end !== undefined && end !== "\n" && end !== ";") this.fail();
      if (end === ";") this.at++;
      more = end === ";" && ![undefined, "\n"].includes(this.skip(false));
    }
  }

  // `inSet`: only what Python can put into a set.
  value(lines, depth = 0, inSet = false) {
    if (depth > 60) this.fail();
    const c = this.skip(lines);
    if (inSet && (c === "[" || c === "{")) this.fail();
    if (c === "[") return this.items("]", depth).list;
    if (c === "(") {
      const { list, comma } = this.items(")", depth, inSet);
      return list.length === 1 && !comma ? list[0] : list;
    }
    if (c === "{") return this.table(depth);
    if (this.match(/[uU]?(?=['"])/y)) return this.string(lines);
    const number = this.match(/[+-]?(?:(?:0+|[1-9](?:_?\d)*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])/y);
    if (number) return Number(number[0].replaceAll("_", ""));
    const word = this.match(/(?:True|False|None)\b/y);
    if (word) return { True: true, False: false, None: null }[word[0]];
    return this.fail();
  }

  items(close, depth, inSet) {
    this.at++;
    const list = [];
    let comma = false;
    while (this.skip(true) !== close) {
      if (list.length && !comma) this.fail();
      list.push(this.value(true, depth + 1, inSet));
      comma = this.skip(true) === ",";
      if (comma) this.at++;
    }
    this.at++;
    return { list, comma };
  }

  table(depth) {
    this.at++;
    const found = Object.create(null);
    const set = [];
    let comma = true;
    while (this.skip(true) !== "}") {
      if (!comma) this.fail();
      const key = this.value(true, depth + 1, true);
      if (this.skip(true) === ":") {
        this.at++;
        if (set.length || typeof key === "object") this.fail();
        found[String(key)] = this.value(true, depth + 1);
      } else {
        if (Object.keys(found).length) this.fail();
        set.push(key);
      }
      comma = this.skip(true) === ",";
      if (comma) this.at++;
    }
    this.at++;
    // A set has no order: as in grading, the one by its text counts.
    const sorted = new Map(set.map((item) => [flat(item, true), item]).sort(([a], [b]) => (a < b ? -1 : Number(a > b))));
    return set.length ? [...sorted.values()] : found;
  }

  string(lines) {
    let text = "";
    do {
      this.match(/[uU]/y);
      const mark = this.match(/"""|'''|"|'/y)[0];
      for (;;) {
        const c = this.text[this.at];
        if (c === undefined || (c === "\n" && mark.length === 1)) this.fail();
        if (this.text.startsWith(mark, this.at)) break;
        if (c === "\\") text += this.escape();
        else { text += c; this.at++; }
      }
      this.at += mark.length;
      this.skip(lines);
    } while (/^[uU]?['"]/.test(this.text.slice(this.at, this.at + 2)));
    return text;
  }

  escape() {
    const code = this.match(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/y);
    if (code) {
      const point = parseInt(code[1] ?? code[2] ?? code[3], 16);
      return point > 0x10ffff ? this.fail() : String.fromCodePoint(point);
    }
    if (/[NxuU]/.test(this.text[this.at + 1])) this.fail();
    const octal = this.match(/\\([0-7]{1,3})/y);
    if (octal) return String.fromCodePoint(parseInt(octal[1], 8));
    const c = this.text[this.at + 1];
    if (c === undefined) this.fail();
    this.at += 2;
    return c in ESCAPES ? ESCAPES[c] : "\\" + c;
  }
}

// Curly quotes and hard spaces, which some keyboards write by themselves, are made plain as grading makes them.
function forgive(text) {
  const kept = text
    .replace(/[“"]“/g, '"“').replace(/”[”"]/g, '”"')
    .replace(/"“([^”"\n]*)”"/g, '"\x00$1\x01"');
  return kept
    .replace(/[“”„«»‟＂]/g, '"').replace(/[‘’‚‛]/g, "'")
    .replace(/[\u00a0\u202f\u2007]/g, " ").replace(/[\ufeff\u200b\u2060]/g, "")
    .replaceAll("\x00", "“").replaceAll("\x01", "”");
}

// Return { names, comments }, the last literal of each name in the cell and its comments, or { line } where it cannot be read.
export function readLiterals(text) {
  const plain = text.replace(/\r\n?/g, "\n");
  let line = 1;
  for (const reading of [plain, forgive(plain)]) {
    try {
      const reader = new Reader(reading);
      return { names: reader.all(), comments: reader.comments };
    } catch (problem) {
      if (!(problem instanceof Unreadable)) throw problem;
      line = line === 1 ? Number(problem.message) : line;
    }
  }
  return { line };
}
