// A refusal in the reader's language. A code that the catalogue does not know
// keeps the server's English sentence, marked as English.

import type { Refusal } from "../protocol/problem";
import type { Fill, Key, Words } from "./words";

export function refusalText(words: Words, refusal: Refusal, zone = "UTC"): { readonly text: string; readonly lang: string } {
  const key = `refused.${refusal.code}`;
  if (!words.has(key)) return { text: refusal.detail || refusal.code, lang: "en" };
  const holes: Record<string, string> = {};
  for (const [name, value] of Object.entries(refusal.params)) {
    if (/^\d{4}-\d\d-\d\dT/.test(value)) holes[name] = words.time(Date.parse(value), zone);
    else holes[name] = name === "language" ? words.language(value) : value;
  }
  return { text: words.t(key as Key, ...([holes] as unknown as Fill<Key>)), lang: words.tongue };
}
