// The lines of a PDF's page, put together to paragraphs.

import type { Paragraph } from "./paragraph";

/** A piece of text where it stands on its page, as pdf.js gives it. */
export interface Piece {
  readonly str: string;
  readonly transform: readonly number[]; // the last two: x and y from below, in points
  readonly height: number;
  readonly hasEOL: boolean;
  readonly dir: string; // "rtl" where its letters run so; spaces and signs are "ltr"
}

/** The paragraphs of a page: lines that follow each other closely belong together. */
export function paragraphs(pieces: readonly Piece[]): Paragraph[] {
  const lines: { text: string; y: number; height: number }[] = [];
  let line: Piece[] = [];
  const end = () => {
    if (line.length > 0) lines.push({ text: reading(line), y: line[0]!.transform[5] ?? 0, height: Math.max(...line.map((p) => p.height)) });
    line = [];
  };
  for (const p of pieces) {
    if (p.str !== "") line.push(p);
    if (p.hasEOL) end();
  }
  end();
  const all: Paragraph[] = [];
  lines.forEach((one, n) => {
    const before = lines[n - 1];
    const step = before ? before.y - one.y : 0;
    const same = before && step > 0 && step < 1.7 * Math.max(before.height, one.height) && Math.abs(before.height - one.height) < 0.2 * before.height;
    const last = all.at(-1);
    if (same && last) all[all.length - 1] = { text: joined(last.text, one.text) };
    else all.push({ text: one.text });
  });
  return all;
}

/** Two lines as one: a word that was parted at its hyphen is whole again. */
function joined(before: string, after: string): string {
  if (/\p{Ll}[-\u00ad\u2010]$/u.test(before) && /^\p{Ll}/u.test(after)) return before.slice(0, -1) + after;
  return /\p{Script=Han}$/u.test(before) && /^\p{Script=Han}/u.test(after) ? before + after : `${before.trimEnd()} ${after.trimStart()}`;
}

/** How many letters run one way. */
const count = (pieces: readonly Piece[], right: boolean) => pieces.reduce((n, p) => n + (fromRight(p) === right ? (p.str.match(/\p{L}/gu) ?? []).length : 0), 0);

/** Whether a piece's letters run from the right; undefined where it has none. Digits run from the left in every script. */
function fromRight(p: Piece): boolean | undefined {
  if (/^[\p{Nd}\s.,٫٬]*\p{Nd}[\p{Nd}\s.,٫٬]*$/u.test(p.str)) return false;
  return /[\p{L}\p{N}]/u.test(p.str) ? p.dir === "rtl" : undefined;
}

/** A line's text in the order in which it is read. Its letters may lie as they are seen, one by one from the left. */
function reading(line: readonly Piece[]): string {
  if (!line.some(fromRight)) return line.map((p) => p.str).join("");
  const seen = line.toSorted((a, b) => (a.transform[4] ?? 0) - (b.transform[4] ?? 0));
  const right = count(seen, true) >= count(seen, false);
  const ordered = right ? seen.reverse() : seen;
  // What runs against the line is turned round in its place.
  for (let from = 0; from < ordered.length; from++) {
    if (fromRight(ordered[from]!) !== !right) continue;
    let to = from;
    for (let i = from; i < ordered.length && fromRight(ordered[i]!) !== right; i++) if (fromRight(ordered[i]!) === !right) to = i;
    ordered.splice(from, to - from + 1, ...ordered.slice(from, to + 1).reverse());
    from = to;
  }
  return ordered
    .map((p) => p.str.replace(/^ (?=\p{M}+$)/u, ""))
    .join("")
    .replace(/[\ufb50-\ufdff\ufe80-\ufefc]+/g, (shaped) => shaped.normalize("NFKC"));
}
