// Where words and marks stand. A mark is { at, start, end, label }: the number of its part, and letters of that text,
// so that a typed mark which cuts a word is shown on the whole word and handed on as it was typed.

const layouts = new WeakMap();

// Return all parts of all passages in order, each with its text and the range of each word.
export function layout(spec) {
  if (!layouts.has(spec)) {
    layouts.set(spec, spec.passages.flatMap((passage) => passage.parts.map((part) => {
      const words = [];
      let text = "";
      part.pieces.forEach((piece, number) => {
        if (number % 2) words.push([text.length, text.length + piece.length]);
        text += piece;
      });
      return { ...part, passage, text, words };
    })));
  }
  return layouts.get(spec);
}

export const order = (a, b) => a.at - b.at || a.start - b.start;
export const keyOf = (mark) => `${mark.at}-${mark.start}-${mark.end}`;
export const exactOf = (mark, spec) => layout(spec)[mark.at].text.slice(mark.start, mark.end);
export const marksOf = (value, passage, spec) => value.filter((mark) => layout(spec)[mark.at].passage === passage);

// Return the first and the last word that a mark touches.
export function reach(mark, spec) {
  const { words } = layout(spec)[mark.at];
  return [words.findIndex(([, end]) => end > mark.start), words.findLastIndex(([start]) => start < mark.end)];
}

const plain = (text) => text.replace(/[“”„«»]/g, '"').replace(/[‘’‚‹›]/g, "'").replace(/[\u00a0\u202f]/g, " ");

// Return where words stand in a text, or -1, as grading finds them: quotation marks and case are forgiven.
export function find(text, exact, occurrence) {
  for (const read of [(words) => words, plain, (words) => plain(words).toLowerCase()]) {
    let start = -1;
    for (let n = 0; n < occurrence && (n === 0 || start >= 0); n++) start = read(text).indexOf(read(exact), start + 1);
    if (start >= 0 && read(text).length === text.length) return start;
  }
  return -1;
}
