// The language the screens speak, for every component below: set once at the
// top, changed by the person, remembered on this device.

import { getContext, setContext } from "svelte";
import type { Instant, Text } from "../protocol/view.gen";
import { loadWords } from "./load";
import { isTongue, nearest, type Fill, type Key, type Tongue, type Words } from "./words";

const shelfKey = "liqa/language";
const context = Symbol("speech");

export class Speech {
  words: Words = $state.raw()!;

  constructor(words: Words) {
    this.words = words;
  }

  t<K extends Key>(key: K, ...fill: Fill<K>): string {
    return this.words.t(key, ...fill);
  }

  get tongue(): Tongue {
    return this.words.tongue;
  }

  get dir(): "rtl" | "ltr" {
    return this.words.dir;
  }

  text(text: Text | undefined): string {
    return this.words.pick(text).text;
  }

  language(tag: string): string {
    return this.words.language(tag);
  }

  number(n: number): string {
    return this.words.number(n);
  }

  get comma(): string {
    return this.words.comma;
  }

  time(at: Instant | number, zone: string): string {
    return this.words.time(at, zone);
  }

  zone(zone: string): string {
    return this.words.zone(zone);
  }

  date(at: Instant | number, zone: string): string {
    return this.words.date(at, zone);
  }

  /** Changes the language of the screens, and of the document. */
  async speak(tongue: Tongue, remember = true): Promise<void> {
    this.words = await loadWords(tongue);
    if (remember) localStorage.setItem(shelfKey, tongue);
    this.mark();
  }

  /** Writes language and direction on the document's root. */
  mark(root: HTMLElement = document.documentElement): void {
    root.lang = this.words.tongue;
    root.dir = this.words.dir;
  }
}

/** The language chosen on this device before, if any. */
export function chosenTongue(): Tongue | undefined {
  const kept = localStorage.getItem(shelfKey) ?? "";
  return isTongue(kept) ? kept : undefined;
}

/** The language to begin with: chosen before, or the browser's. */
export function firstTongue(): Tongue {
  return chosenTongue() ?? nearest(navigator.languages);
}

export function provideSpeech(speech: Speech): Speech {
  return setContext(context, speech);
}

export function useSpeech(): Speech {
  return getContext<Speech>(context);
}
