// Term lists: the terms of a language pair, and which of them are in a text.
// What is found is found in whatever text is given: the speech that is read, or
// a transcript where there is one.

import { findAll, fold, query, span, type Folded, type Span } from "./search";

/** A term list as the server gives it. */
export interface Terms {
  readonly languages: readonly string[];
  readonly terms: readonly { readonly words: Readonly<Record<string, string>>; readonly note?: string }[];
}

/** One term of a pair. */
export interface Pair {
  readonly from: string;
  readonly to: string;
  readonly note?: string;
  /** Whose list it is in: what that delegation wants it called; undefined for the officer's. */
  readonly delegation: string | undefined;
}

/** A term in a text, and where. */
export interface Found extends Span {
  readonly pair: Pair;
}

const base = (tag: string) => tag.toLowerCase().split("-")[0];

/** The words of a term in a language, or in another of the same base: "en-GB" where "en" is asked for. */
function wordIn(words: Readonly<Record<string, string>>, language: string): string | undefined {
  return words[language] ?? Object.entries(words).find(([tag]) => base(tag) === base(language))?.[1];
}

/** The terms of a list for one pair, those that have both words. */
export function pairs(list: Terms, from: string, to: string, delegation?: string): Pair[] {
  return list.terms.flatMap(({ words, note }) => {
    const [a, b] = [wordIn(words, from), wordIn(words, to)];
    return a === undefined || b === undefined ? [] : [{ from: a, to: b, delegation, ...(note === undefined ? {} : { note }) }];
  });
}

const letter = /[\p{L}\p{N}]/u;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const arabic = /\p{Script=Arabic}/u;

/** Whether a term may begin here: at a word, or after what Arabic writes together with it. */
function begins(hay: string, at: number): boolean {
  let start = at;
  while (start > 0 && letter.test(hay[start - 1]!)) start--;
  const before = hay.slice(start, at);
  return before === "" || /^[وف]?[بكل]?(ال|ل)?$/.test(before);
}

// How many letters a word may have at its end that the list does not: "саммитах",
// "summits". Short words take none, for with an ending they are other words.
const mostEnding = 3;
const shortest = 4;

function ends(hay: string, at: number, length: number): boolean {
  let end = at;
  while (end < hay.length && letter.test(hay[end]!)) end++;
  return end - at <= (length >= shortest ? mostEnding : 0);
}

/** The terms that are in a text, in the order of the text; of two in one place the longer. */
export function termsIn(text: string, list: readonly Pair[]): Found[] {
  const hay = fold(text);
  const all = list.flatMap((pair) => places(hay, query(pair.from)).map((place): Found => ({ ...place, pair })));
  all.sort((a, b) => a.from - b.from || b.to - a.to);
  const kept: Found[] = [];
  for (const one of all) {
    const last = kept.at(-1);
    // The same word may be in the lists of both delegations.
    if (!last || one.from >= last.to || (one.from === last.from && one.to === last.to)) kept.push(one);
  }
  return kept;
}

function places(hay: Folded, term: string): Span[] {
  if (term === "") return [];
  if (unspaced.test(term)) return findAll(term, hay);
  const all: Span[] = [];
  for (let i = hay.text.indexOf(term); i >= 0; i = hay.text.indexOf(term, i + term.length)) {
    const start = arabic.test(term) ? begins(hay.text, i) : i === 0 || !letter.test(hay.text[i - 1]!);
    if (start && ends(hay.text, i + term.length, term.length)) all.push(span(hay, i, i + term.length));
  }
  return all;
}
