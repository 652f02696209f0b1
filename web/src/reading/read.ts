// A document as paragraphs, by its media type: in the page of whoever reads it,
// never on the server, which opens nothing that is handed in.

import Worker from "./read.worker?worker";
import { Unreadable, type Paragraph } from "./paragraph";

/** How long a document may take to be read, in milliseconds: one that takes longer was made to. */
const patience = 20_000;

/** What a worker is asked, and answers. */
export interface Ask {
  readonly type: string;
  readonly file: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}
export type Answer = { readonly paragraphs: readonly Paragraph[] } | { readonly code: Unreadable["code"] };

/** Whether a document of a type has text that can be read in the pane. */
export function readable(type: string): boolean {
  return type === "application/pdf" || type === "text/plain" || /wordprocessingml|presentationml|opendocument\.(text|presentation)$/.test(type);
}

/** Reads a document; an Unreadable says why it cannot be. */
export async function read(type: string, file: string, content: Blob): Promise<readonly Paragraph[]> {
  const bytes = new Uint8Array(await content.arrayBuffer());
  if (type === "application/pdf") return (await import("./pdf")).pdf(bytes, AbortSignal.timeout(patience));
  const worker = new Worker();
  try {
    return await new Promise((done, failed) => {
      const late = setTimeout(() => failed(new Unreadable("too-long")), patience);
      worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        clearTimeout(late);
        if ("paragraphs" in data) done(data.paragraphs);
        else failed(new Unreadable(data.code));
      };
      worker.onerror = () => failed(new Unreadable("broken"));
      worker.postMessage({ type, file, bytes } satisfies Ask, [bytes.buffer]);
    });
  } finally {
    worker.terminate();
  }
}
