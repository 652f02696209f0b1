// Keeps a text that is being written: on this device at once, on the server a
// moment later, again and again until the server has it.

import { own, Refusal } from "../protocol/problem";

export type Saved =
  | { readonly at: "saved" }
  /** Written, and not yet sent. */
  | { readonly at: "waiting" }
  | { readonly at: "saving" }
  /** The server did not take it; it is tried again by itself. */
  | { readonly at: "failed"; readonly why: Refusal };

export interface Keeping {
  /** Sends the text to the server. */
  readonly save: (text: string, leaving: boolean) => Promise<void>;
  /** Keeps the text on this device; false when the device has no room. */
  readonly shelve: (text: string) => boolean;
  readonly unshelve: () => void;
  readonly tell: (state: Saved) => void;
}

/** How long after the last keystroke a text is sent, and how long until it is tried again, ms. */
export const pause = 800;
const patience = [2_000, 4_000, 8_000, 15_000, 30_000] as const;

export class Autosave {
  #text: string;
  #kept: string;
  #shelved = true;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending: Promise<boolean> | undefined;
  #closed = false;

  /** text is what the server has. */
  constructor(
    text: string,
    private readonly keeping: Keeping,
  ) {
    this.#text = this.#kept = text;
  }

  /** Takes down the text as it stands now. */
  note(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    this.#shelved = this.keeping.shelve(text);
    if (this.#sending) return; // what follows it is seen to when it is done
    this.keeping.tell({ at: "waiting" });
    this.#schedule(pause);
  }

  /** Whether closing the page now could lose anything. */
  get safe(): boolean {
    return this.#kept === this.#text || this.#shelved;
  }

  get saved(): boolean {
    return this.#kept === this.#text;
  }

  /** Sends at once what has not been sent; true when the server then has it all. */
  async flush(leaving = false): Promise<boolean> {
    clearTimeout(this.#timer);
    if (this.#sending && !(await this.#sending)) return false;
    return this.saved || this.#send(leaving);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #schedule(after: number): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => void this.flush(), after);
  }

  #send(leaving: boolean): Promise<boolean> {
    const text = this.#text;
    this.keeping.tell({ at: "saving" });
    this.#sending = this.keeping.save(text, leaving).then(
      () => {
        this.#sending = undefined;
        this.#kept = text;
        this.#failures = 0;
        if (this.saved) {
          this.keeping.unshelve();
          this.keeping.tell({ at: "saved" });
        } else {
          this.keeping.tell({ at: "waiting" });
          this.#schedule(pause);
        }
        return this.saved;
      },
      (why: unknown) => {
        this.#sending = undefined;
        this.keeping.tell({ at: "failed", why: why instanceof Refusal ? why : own("not-understood", String(why)) });
        this.#schedule(patience[Math.min(this.#failures++, patience.length - 1)]!);
        return false;
      },
    );
    return this.#sending;
  }
}
