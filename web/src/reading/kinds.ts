// The reader of each kind of document, but PDF's.

import { openDocument, powerPoint, word } from "./office";
import { Unreadable, type Paragraph } from "./paragraph";
import { markdown, plain } from "./plain";

export async function paragraphsOf(type: string, file: string, bytes: Uint8Array<ArrayBuffer>): Promise<Paragraph[]> {
  if (type === "text/plain") {
    const text = new TextDecoder().decode(bytes);
    return /\.(md|markdown)$/i.test(file) ? markdown(text) : plain(text);
  }
  if (type.endsWith("wordprocessingml.document")) return word(bytes);
  if (type.endsWith("presentationml.presentation")) return powerPoint(bytes);
  if (/opendocument\.(text|presentation)$/.test(type)) return openDocument(bytes);
  throw new Unreadable("kind");
}
