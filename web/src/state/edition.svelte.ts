// One language's page on the press desk: the draft as it is written, what the
// server has of it, what it lacks, and what is published.

import type { Fault, Newsroom, Publication, Published, Speaker } from "../protocol/desk";
import { own, Refusal } from "../protocol/problem";
import type { Shelf } from "../protocol/standing";
import type { Language } from "../protocol/view.gen";
import { Autosave, type Saved } from "./autosave";
import { opened, placed, takenOver, written, type Document, type Part } from "./desk";

/** A text of this device that the server may not have, and the one it grew from. */
interface Shelved {
  readonly grewFrom: string;
  readonly text: string;
}

const again = 3_000;
const noFaults: ReadonlyMap<string, readonly Fault[]> = new Map();

export class Edition {
  /** Undefined until the server has said what it has. */
  document = $state<Document>();
  /** Undefined until something was written here. */
  saved = $state.raw<Saved>();
  faults = $state.raw(noFaults);
  published = $state.raw<Published | null>(null);
  /** The draft is not what is published; undefined while that is not known. */
  changed = $state<boolean>();
  /** A text found on this device that did not grow from what the server has. */
  found = $state.raw<Document>();
  /** Who can be quoted. */
  speakers = $state.raw<readonly Speaker[]>([]);
  /** Why the page could not be fetched; it is tried again. */
  unfetched = $state.raw<Refusal>();
  /** What was removed last, and from where. */
  removed = $state.raw<{ readonly part: Part; readonly at: number }>();
  /** The document before another language's facts were taken over, and which language's. */
  before = $state.raw<{ readonly document: Document; readonly from: Language }>();

  #autosave: Autosave | undefined;
  #grewFrom = "";
  #closed = false;

  constructor(
    readonly language: Language,
    private readonly newsroom: Newsroom,
    private readonly shelf: Shelf,
    private readonly shelfKey: string,
  ) {}

  /** Fetches the page, and goes on with what this device had not sent yet. */
  async open(): Promise<void> {
    try {
      const page = await this.newsroom.page(this.language);
      if (this.#closed) return;
      this.unfetched = undefined;
      this.published = page.published;
      this.changed = page.changed;
      this.speakers = page.speakers ?? [];
      const document = opened(page.draft);
      const text = this.#text(document);
      this.faults = placed(page.faults, document);
      this.#begin(text);
      this.#lay(document, text);
    } catch (why) {
      if (this.#closed) return;
      this.unfetched = why instanceof Refusal ? why : own("not-understood", String(why));
      setTimeout(() => this.#closed || void this.open(), again);
    }
  }

  #text(document: Document): string {
    return JSON.stringify(written(document, this.language));
  }

  #begin(text: string): void {
    this.#grewFrom = text;
    this.#autosave = new Autosave(text, {
      save: (text, leaving) => this.#save(text, leaving),
      shelve: (text) => this.#shelve(text),
      unshelve: () => this.shelf.removeItem(this.shelfKey),
      tell: (saved) => (this.saved = saved),
    });
  }

  #lay(document: Document, text: string): void {
    const shelved = this.#shelved();
    if (!shelved || shelved.text === text) {
      this.shelf.removeItem(this.shelfKey);
      this.document = document;
      return;
    }
    const found = opened(JSON.parse(shelved.text));
    if (shelved.grewFrom === text) {
      this.document = found;
      this.note();
    } else {
      this.document = document;
      this.found = found;
    }
  }

  /** Takes down the document as it is now; called whenever it may have changed. */
  note(): void {
    // While two texts wait for a decision, the one on this device is not written over.
    if (!this.document || this.found) return;
    const text = this.#text(this.document);
    this.#autosave?.note(text);
  }

  /** Decides between the text found on this device and the server's. */
  decide(mine: boolean): void {
    if (mine) this.document = this.found;
    this.found = undefined;
    if (mine) this.note();
    else this.shelf.removeItem(this.shelfKey);
  }

  flush(leaving = false): Promise<boolean> {
    return this.#autosave?.flush(leaving) ?? Promise.resolve(false);
  }

  get safe(): boolean {
    return this.#autosave?.safe ?? true;
  }

  takeOver(from: Document, language: Language): void {
    if (!this.document) return;
    const document = $state.snapshot(this.document) as Document;
    this.before = { document, from: language };
    this.document = takenOver(document, $state.snapshot(from) as Document, this.language);
  }

  undoTakeOver(): void {
    if (this.before) this.document = this.before.document;
    this.before = undefined;
  }

  remove(at: number): void {
    const [part] = this.document?.parts.splice(at, 1) ?? [];
    if (part) this.removed = { part: $state.snapshot(part) as Part, at };
  }

  putBack(): void {
    if (!this.removed || !this.document) return;
    this.document.parts.splice(this.removed.at, 0, this.removed.part);
    this.removed = undefined;
  }

  /** Publishes what is written, or a correction of it. */
  async publish(reason: string): Promise<Publication> {
    if (!(await this.flush())) {
      return { done: false, refusal: this.saved?.at === "failed" ? this.saved.why : own("no-answer") };
    }
    const judged = this.document && ($state.snapshot(this.document) as Document);
    const outcome = await this.newsroom.publish(this.language, reason);
    if (!outcome.done) {
      if (outcome.faults && judged) this.faults = placed(outcome.faults, judged);
      return outcome;
    }
    this.changed = false;
    await this.newsroom.page(this.language).then(
      (page) => (this.published = page.published),
      () => (this.published = { ...(this.published ?? { published: new Date().toISOString() as Published["published"] }), address: outcome.address }),
    );
    return outcome;
  }

  close(): void {
    this.#closed = true;
    this.#autosave?.close();
  }

  async #save(text: string, leaving: boolean): Promise<void> {
    const sent = this.document && ($state.snapshot(this.document) as Document);
    const { faults, changed } = await this.newsroom.save(this.language, JSON.parse(text), leaving);
    this.#grewFrom = text;
    this.changed = changed;
    this.faults = sent ? placed(faults, sent) : noFaults;
  }

  #shelve(text: string): boolean {
    const shelved: Shelved = { grewFrom: this.#grewFrom, text };
    try {
      this.shelf.setItem(this.shelfKey, JSON.stringify(shelved));
      return true;
    } catch {
      return false; // full, or forbidden: the server's copy is then the only one
    }
  }

  #shelved(): Shelved | undefined {
    try {
      const kept = JSON.parse(this.shelf.getItem(this.shelfKey) ?? "null") as Shelved | null;
      return kept && typeof kept.text === "string" ? kept : undefined;
    } catch {
      return undefined;
    }
  }
}
