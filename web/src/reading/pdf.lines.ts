// The lines of a PDF's page, put together to paragraphs.

import type { Paragraph } from "./paragraph";

/** A piece of text where it stands on its page, as pdf.js gives it. */
export interface Piece {
  readonly str: string;
  readonly transform: readonly number[]; // the last two: x and y from below, in points
  readonly height: number;
  readonly hasEOL: boolean;
}

/** The paragraphs of a page: lines that follow each other closely belong together. */
export function paragraphs(pieces: readonly Piece[]): Paragraph[] {
  const lines: { text: string; y: number; height: number }[] = [];
  let line: { text: string; y: number; height: number } | undefined;
  for (const p of pieces) {
    if (p.str !== "") {
      line ??= { text: "", y: p.transform[5] ?? 0, height: 0 };
      line.text += p.str;
      line.height = Math.max(line.height, p.height);
    }
    if (p.hasEOL && line) {
      lines.push(line);
      line = undefined;
    }
  }
  if (line) lines.push(line);
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
