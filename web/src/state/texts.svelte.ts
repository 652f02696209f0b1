// The texts beside an interpreter's console: what has been handed in for the
// booths, read, kept at its place, and searched.

import { SvelteMap } from "svelte/reactivity";
import { read, readable } from "../reading/read";
import { Unreadable, type Paragraph } from "../reading/paragraph";
import type { Document, Language, View } from "../protocol/view.gen";
import { inOrder } from "./apart";
import { findAll, fold, query, type Folded, type Span } from "./search";
import type { Seated } from "./seated";
import { pairs, termsIn, type Found, type Pair, type Terms } from "./terms";

export interface Text {
  readonly paragraphs: readonly Paragraph[];
  readonly folded: readonly Folded[];
}
export type Loaded = Text | { readonly terms: Terms } | { readonly picture: string } | { readonly unread: Unreadable["code"] | "fetch" };

/** A place in a text where what is looked for stands. */
export interface Hit extends Span {
  readonly document: string;
  readonly paragraph: number;
}

const mostHits = 2000;

/** A document is known by its file and by who handed it in. */
export const keyOf = (d: Document): string => d.id + (d.delegation ?? "");

export class Texts {
  readonly #seated: Seated;
  readonly #loaded = new SvelteMap<string, Loaded>();
  readonly #places = new SvelteMap<string, number>();
  #loading: Promise<void> | undefined;
  /** Which document is open; undefined shows the list. */
  open = $state<string>();
  typed = $state("");
  #at = $state(0);

  constructor(seated: Seated) {
    this.#seated = seated;
  }

  /** The documents in the order in which they are listed and searched: the item in session first. */
  readonly list = $derived.by(() => inOrder(this.#seated.view.documents, this.#seated.view.room.item));
  readonly current = $derived.by(() => this.list.find((d) => keyOf(d) === this.open));

  of(document: Document): Loaded | undefined {
    return this.#loaded.get(document.id);
  }

  /** What is looked for, as it is searched. */
  readonly wanted = $derived(query(this.typed));

  readonly hits = $derived.by((): readonly Hit[] => {
    const all: Hit[] = [];
    for (const document of this.list) {
      const text = this.of(document);
      if (!text || !("folded" in text)) continue;
      text.folded.forEach((hay, paragraph) => {
        if (all.length >= mostHits) return;
        for (const place of findAll(this.wanted, hay, mostHits - all.length)) all.push({ ...place, document: keyOf(document), paragraph });
      });
    }
    return all;
  });
  readonly hit = $derived(this.hits[Math.min(this.#at, this.hits.length - 1)]);
  readonly hitNumber = $derived(this.hits.length === 0 ? 0 : Math.min(this.#at, this.hits.length - 1) + 1);

  /** Looks for something else, from the first place on. */
  look(typed: string) {
    this.typed = typed;
    this.#at = 0;
    this.#show();
  }

  /** Goes to the next place, or to the one before; after the last comes the first. */
  step(by: 1 | -1) {
    if (this.hits.length === 0) return;
    this.#at = (this.hitNumber - 1 + by + this.hits.length) % this.hits.length;
    this.#show();
  }

  #show() {
    const hit = this.hit;
    if (!hit) return;
    this.open = hit.document;
    this.#places.set(hit.document, hit.paragraph);
  }

  /** The paragraph that is being read; it is kept while other texts are looked at. */
  get place(): number {
    return this.open === undefined ? 0 : (this.#places.get(this.open) ?? 0);
  }

  go(to: number) {
    const text = this.current && this.of(this.current);
    if (!this.open || !text || !("paragraphs" in text)) return;
    this.#places.set(this.open, Math.max(0, Math.min(text.paragraphs.length - 1, to)));
  }

  /** The terms of one language pair, of all lists. */
  pairs(from: string, to: string): Pair[] {
    return this.list.flatMap((d) => {
      const list = this.of(d);
      return list && "terms" in list ? pairs(list.terms, from, to, d.delegation) : [];
    });
  }

  /** The terms in the paragraph that is being read. */
  termsHere(from: string, to: string): readonly Found[] {
    const text = this.current && this.of(this.current);
    const paragraph = text && "paragraphs" in text ? text.paragraphs[this.place] : undefined;
    return paragraph ? termsIn(paragraph.text, this.pairs(from, to)) : [];
  }

  /** Fetches and reads what has not been yet, one after the other so that the sound has the line, and forgets what was withdrawn. */
  load(): Promise<void> {
    const known = new Set(this.list.map((d) => d.id));
    for (const [id, what] of this.#loaded) {
      if (known.has(id)) continue;
      if ("picture" in what) URL.revokeObjectURL(what.picture);
      this.#loaded.delete(id);
    }
    this.#loading ??= this.#loadAll().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  async #loadAll() {
    for (;;) {
      const next = this.list.find((d) => !this.#loaded.has(d.id));
      if (!next) return;
      const read = await this.#read(next);
      const unfound = this.hit === undefined;
      this.#loaded.set(next.id, read);
      // What was looked for before this text had come.
      if (unfound && this.open === undefined) this.#show();
    }
  }

  async again(document: Document) {
    this.#loaded.delete(document.id);
    await this.load();
  }

  async #read(document: Document): Promise<Loaded> {
    try {
      if (document.as === "terms") return { terms: await this.#seated.documents.terms(document.id) };
      if (document.type.startsWith("image/")) return { picture: URL.createObjectURL(await this.#seated.documents.fetch(document.id)) };
      if (!readable(document.type)) return { unread: "kind" };
      const paragraphs = await read(document.type, document.file, await this.#seated.documents.fetch(document.id));
      return { paragraphs, folded: paragraphs.map((p) => fold(p.text)) };
    } catch (why) {
      return { unread: why instanceof Unreadable ? why.code : "fetch" };
    }
  }
}

/** From which language into which a text is interpreted: from its own, which is that of the delegation whose it is, or else of the floor. */
export function direction(view: Pick<View, "delegations">, document: Document | undefined, floor: Language | undefined, outputs: readonly Language[]): { from: Language; to: Language } | undefined {
  const from = view.delegations.find((d) => d.id === document?.delegation)?.speaks ?? floor;
  const to = outputs.find((o) => o !== from);
  return from === undefined || to === undefined ? undefined : { from, to };
}
