// A fault of a page in the reader's language. A code that the catalogue does
// not know keeps the server's English sentence, marked as English.

import type { Fault } from "../../protocol/desk";
import { limits } from "../../state/desk";
import type { Key, Words } from "../../words/words";

export interface Said {
  readonly text: string;
  readonly lang: string;
}

/** limit: how many characters the page takes there. */
export function faultText(words: Words, fault: Fault, limit: number = limits.text): Said {
  if (fault.code === "too-long" && !["body", "sources"].includes(fault.where)) {
    return { text: words.t("fault.too-long", { limit }), lang: words.tongue };
  }
  const key = keyOf(fault);
  return words.has(key) ? { text: words.t(key as PlainKey), lang: words.tongue } : { text: fault.says, lang: "en" };
}

type PlainKey = Exclude<Extract<Key, `fault.${string}`>, "fault.too-long">;

function keyOf({ code, where, param }: Fault): string {
  switch (code) {
    case "empty":
      return where === "body" ? "fault.empty.body" : "fault.empty";
    case "too-long":
      return "fault.too-long.list";
    case "rendering":
      // Without a rendering the sentence asks for one; else it says which language was spoken.
      return param ? "fault.rendering.spoken" : "fault.rendering";
    default:
      return `fault.${code}`;
  }
}
