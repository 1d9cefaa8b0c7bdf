// A network as an indented tree: each teller above those who told it, one box a row, so that it can be read at any
// width. A link to a box that stands already runs round the right side. All of it is also told in words.

const MOST_CHAINS = 40;
const MOST_LINES = 4;

const toldBy = (links, name) => [...new Set(links.filter((link) => link.teller === name).map((link) => link.by))];

// Where to begin: the articles, then tellers whom nobody tells, then whoever is left in a circle.
function begin(links, starts) {
  const tellers = links.map((link) => link.teller);
  const tops = tellers.filter((name) => starts.includes(name) || !links.some((link) => link.by === name));
  return [...new Set([...tops, ...tellers])];
}

// Return the chains from each beginning to its end; one that meets itself goes round in a circle.
export function chainsOf(links, starts) {
  const chains = [];
  const seen = new Set();
  const follow = (names, name) => {
    if (chains.length > MOST_CHAINS) return;
    const next = toldBy(links, name);
    const round = names.includes(name);
    seen.add(name);
    if (round || !next.length) chains.push({ names: [...names, name], round });
    else next.forEach((one) => follow([...names, name], one));
  };
  for (const name of begin(links, starts)) if (!seen.has(name)) follow([], name);
  return { chains: chains.slice(0, MOST_CHAINS), more: chains.length > MOST_CHAINS };
}

// Return the boxes from top to bottom, and the links to boxes that stand already.
function layout(links, starts) {
  const boxes = new Map();
  const again = [];
  const place = (name, depth, parent) => {
    const next = toldBy(links, name);
    const box = { name, depth, parent, end: !next.length };
    boxes.set(name, box);
    for (const one of next) {
      if (boxes.has(one)) again.push([box, boxes.get(one)]);
      else place(one, depth + 1, box);
    }
  };
  for (const name of begin(links, starts)) if (!boxes.has(name)) place(name, 0, null);
  return [[...boxes.values()], again];
}

function s(tag, properties, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(properties)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function wrap(text, fits) {
  const lines = [];
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length && fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(word.slice(0, 80));
  }
  if (lines.length > MOST_LINES) lines[MOST_LINES - 1] += " …";
  return lines.slice(0, MOST_LINES).map((line) => {
    let cut = line;
    while (cut.length > 2 && !fits(cut)) cut = `${cut.slice(0, -2)}…`;
    return cut;
  });
}

function paint(holder, links, starts, label) {
  const style = getComputedStyle(holder);
  const em = parseFloat(style.fontSize);
  const width = holder.clientWidth;
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `700 ${em}px ${style.fontFamily}`;
  const long = (text) => pen.measureText(text).width;
  const [boxes, again] = layout(links, starts);
  const lanes = [...new Set(again.map(([, to]) => to))];
  const gap = Math.min(0.7 * em, (0.2 * width) / lanes.length);
  const right = width - 2 - (lanes.length ? gap * lanes.length + 0.9 * em : 0);
  const indent = Math.min(2 * em, (right - 8 * em) / Math.max(...boxes.map((box) => box.depth), 1));
  const drawn = [];
  let y = 2;
  for (const box of boxes) {
    const [name, below] = label(box.name, box.end);
    const x = 2 + box.depth * indent;
    const lines = [...wrap(name, (text) => long(text) < right - x - 1.8 * em), ...(below ? [below] : [])];
    const high = (lines.length * 1.25 + 0.7) * em;
    const wide = Math.min(right - x, Math.max(...lines.map(long)) + 1.8 * em);
    Object.assign(box, { x, y, end: x + wide, bottom: y + high, middle: y + high / 2 });
    drawn.push(s("rect", { class: below ? "wss-box wss-end" : "wss-box", x, y, width: wide, height: high, rx: below ? 1.2 * em : 2 }));
    lines.forEach((text, line) => drawn.push(s("text", {
      class: below && line === lines.length - 1 ? "" : "wss-name", x: x + 0.9 * em, y: y + (1.25 * line + 1.25) * em,
    }, text)));
    y += high + (0.6 * em);
  }
  const line = (path, x, at, way) => [
    s("path", { class: "wss-line", d: path }), s("path", { class: "wss-arrow", d: `M${x} ${at}l${-0.6 * em * way} ${-0.3 * em}v${0.6 * em}z` }),
  ];
  for (const { parent, x, middle } of boxes) {
    if (parent) drawn.unshift(...line(`M${parent.x + indent / 2} ${parent.bottom}V${middle}H${x - 0.4 * em}`, x, middle, 1));
  }
  const edge = Math.max(...boxes.map((box) => box.end));
  for (const [from, to] of again) {
    const side = edge + 0.9 * em + gap * lanes.indexOf(to);
    drawn.unshift(...line(`M${from.end} ${from.middle + 0.4 * em}H${side}V${to.middle - 0.2 * em}H${to.end + 0.4 * em}`, to.end, to.middle - 0.2 * em, -1));
  }
  return s("svg", { "aria-hidden": "true", focusable: "false", width, height: y, viewBox: `0 0 ${width} ${y}` }, ...drawn);
}

// Return draw(links, starts), which keeps a network in an element; it is drawn anew when the width changes.
export function networkIn(holder, label) {
  let now = [[], []];
  let width = 0;
  const draw = () => {
    width = holder.clientWidth;
    holder.replaceChildren(...(now[0].length && width > 0 ? [paint(holder, ...now, label)] : []));
  };
  new ResizeObserver(() => {
    if (holder.clientWidth !== width) draw();
  }).observe(holder);
  return (...links) => {
    now = links;
    draw();
  };
}
