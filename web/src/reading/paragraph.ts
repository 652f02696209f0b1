// What a document is to who reads it beside a console.

/** One paragraph, heading or slide's line of a document. */
export interface Paragraph {
  readonly text: string;
  readonly heading?: boolean;
  /** The page or slide that begins with this paragraph, from 1. */
  readonly page?: number;
}

/** Why a document cannot be read in the pane: the reader is told so and offered the file. */
export class Unreadable extends Error {
  constructor(readonly code: "broken" | "too-long" | "no-text" | "kind" | "locked") {
    super(`the document cannot be read here: ${code}`);
  }
}

/** How much of a document is read: a thousand pages of text. */
export const mostLetters = 4_000_000;

/** Paragraphs without the empty ones; a page that has nothing else keeps one. */
export function tidy(all: readonly Paragraph[]): Paragraph[] {
  const kept: Paragraph[] = [];
  let letters = 0;
  let page: number | undefined;
  for (const one of all) {
    page = one.page ?? page;
    const text = one.text.replace(/[ \t\u00a0]+/g, " ").trim();
    if (text === "") continue;
    letters += text.length;
    if (letters > mostLetters) throw new Unreadable("too-long");
    kept.push({ text, ...(one.heading ? { heading: true } : {}), ...(page === undefined ? {} : { page }) });
    page = undefined;
  }
  if (kept.length === 0) throw new Unreadable("no-text");
  return kept;
}
