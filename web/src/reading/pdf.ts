// PDF, by Mozilla's pdf.js in a worker of its own. Its text comes in the order in
// which it is read; what is in it never runs: no scripts, no forms, no fonts.

import { getDocument, GlobalWorkerOptions } from "pdfjs-dist/legacy/build/pdf.mjs";
import worker from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";
import type { TextItem } from "pdfjs-dist/types/src/display/api";
import { paragraphs } from "./pdf.lines";
import { tidy, Unreadable, type Paragraph } from "./paragraph";

const mostPages = 1000;

/** Reads a PDF; whatever takes longer than the signal allows is given up. */
export async function pdf(bytes: Uint8Array<ArrayBuffer>, late: AbortSignal): Promise<Paragraph[]> {
  GlobalWorkerOptions.workerSrc = worker;
  const task = getDocument({ data: bytes, isEvalSupported: false, useWasm: false, useSystemFonts: true, disableFontFace: true, stopAtErrors: false });
  const given = new Promise<never>((_, failed) => late.addEventListener("abort", () => failed(new Unreadable("too-long"))));
  try {
    return await Promise.race([given, pages(task)]);
  } catch (why) {
    if (why instanceof Unreadable) throw why;
    throw new Unreadable(why instanceof Error && why.name === "PasswordException" ? "locked" : "broken");
  } finally {
    void task.destroy();
  }
}

async function pages(task: ReturnType<typeof getDocument>): Promise<Paragraph[]> {
  const book = await task.promise;
  if (book.numPages > mostPages) throw new Unreadable("too-long");
  const all: Paragraph[] = [];
  for (let n = 1; n <= book.numPages; n++) {
    const page = await book.getPage(n);
    const { items } = await page.getTextContent();
    all.push({ text: "", page: n }, ...paragraphs(items.filter((i): i is TextItem => "str" in i)));
    page.cleanup();
  }
  return tidy(all);
}
