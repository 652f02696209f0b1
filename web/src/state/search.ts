// Searching while somebody speaks: what is typed is found however it is
// written. Arabic with and without vowel signs, tatweel and hamza, digits of any
// script, Latin and Cyrillic in any case and without accents, full-width forms
// as narrow ones. What is found is told by its place in the text as it stands.

/** A text as it is searched, and where each of its units stands in the text itself. */
export interface Folded {
  readonly text: string;
  /** at[i] is the place of unit i; one more tells where the text ends. */
  readonly at: Uint32Array;
}

/** A place in a text, from its first UTF-16 unit to after its last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

// What has no compatibility decomposition and is one letter to who searches.
const letters: Readonly<Record<string, string>> = {
  "\u0671": "ا", // alef wasla
  "\u0649": "ي", // alef maqsura, as often typed for yeh
  "\u06cc": "ي",
  "\u06a9": "ك",
  "\u0629": "ه", // teh marbuta, as often typed without its dots
  "\u06c1": "ه",
  "ß": "ss",
  "ς": "σ",
  "ı": "i",
  "ø": "o",
  "ł": "l",
  "đ": "d",
  "æ": "ae",
  "œ": "oe",
};

const decimal = /\p{Nd}/u;

/** The value of a decimal digit: those of a script stand in a row. */
function digit(c: string): string {
  const code = c.codePointAt(0)!;
  let zero = code;
  while (code - zero < 9 && decimal.test(String.fromCodePoint(zero - 1))) zero--;
  return String(code - zero);
}

const known = new Map<string, string>();

/** One character as it is searched; "" for what is passed over. */
function foldCharacter(c: string): string {
  let folded = known.get(c);
  if (folded !== undefined) return folded;
  if (/^\s$/u.test(c)) folded = " ";
  else if (c === "\u0640" || /^[\p{Cf}\p{M}]$/u.test(c)) folded = ""; // tatweel, signs, marks of direction
  else if (/^\p{Pd}$/u.test(c)) folded = "-";
  else if (/^[‘’‚‛ʼ]$/u.test(c)) folded = "'";
  else if (/^[“”„«»「」『』]$/u.test(c)) folded = '"';
  else if (/^[йЙ]$/u.test(c)) folded = "й"; // a letter of its own, also written as и with a sign
  else {
    folded = "";
    for (const part of c.normalize("NFKD").toLowerCase()) {
      if (/^\p{M}$/u.test(part)) continue;
      folded += letters[part] ?? (decimal.test(part) && part > "9" ? digit(part) : part);
    }
  }
  known.set(c, folded);
  return folded;
}

export function fold(text: string): Folded {
  const at: number[] = [];
  let out = "";
  let place = 0;
  for (const c of text) {
    const folded = foldCharacter(c);
    if (c === "\u0306" && out.endsWith("и")) out = `${out.slice(0, -1)}й`;
    if (folded !== "" && !(folded === " " && (out === "" || out.endsWith(" ")))) {
      // What one character becomes may be more, or none: its units all stand where it does.
      for (let i = 0; i < folded.length; i++) at.push(place);
      out += folded;
    }
    place += c.length;
  }
  at.push(place);
  return { text: out, at: Uint32Array.from(at) };
}

/** Where a folded text stands in another, in the text as it is written; most at most. */
export function findAll(needle: string, hay: Folded, most = 1000): Span[] {
  const all: Span[] = [];
  if (needle === "") return all;
  for (let i = hay.text.indexOf(needle); i >= 0 && all.length < most; i = hay.text.indexOf(needle, i + needle.length)) {
    all.push(span(hay, i, i + needle.length));
  }
  return all;
}

/** The place in the text itself of some folded units. */
export function span(hay: Folded, from: number, to: number): Span {
  // A character that became several units is found whole.
  let end = to;
  while (end < hay.text.length && hay.at[end] === hay.at[end - 1]) end++;
  return { from: hay.at[from]!, to: hay.at[end]! };
}

/** What is typed, as it is looked for. */
export function query(typed: string): string {
  return fold(typed).text.trim();
}

/** A text cut at its hits, in order, for a screen to mark them. */
export function marked(text: string, hits: readonly Span[]): readonly { readonly text: string; readonly hit: number | undefined }[] {
  const parts: { text: string; hit: number | undefined }[] = [];
  let done = 0;
  hits.forEach(({ from, to }, n) => {
    if (from > done) parts.push({ text: text.slice(done, from), hit: undefined });
    parts.push({ text: text.slice(from, to), hit: n });
    done = to;
  });
  if (done < text.length) parts.push({ text: text.slice(done), hit: undefined });
  return parts;
}
