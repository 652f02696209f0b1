// Word (.docx), PowerPoint (.pptx) and OpenDocument text and slides: zip archives
// of XML (ECMA-376, ISO/IEC 26300). Only what would be read out: no fields, no
// deleted text, no comments.

import { tidy, Unreadable, type Paragraph } from "./paragraph";
import { visit } from "./xml";
import { Archive } from "./zip";

export async function word(bytes: Uint8Array<ArrayBuffer>): Promise<Paragraph[]> {
  const xml = await new Archive(bytes).text("word/document.xml");
  if (xml === undefined) throw new Unreadable("broken");
  return tidy(paragraphs(xml, wordProcessing));
}

export async function powerPoint(bytes: Uint8Array<ArrayBuffer>): Promise<Paragraph[]> {
  const archive = new Archive(bytes);
  const all: Paragraph[] = [];
  for (const [n, name] of (await slides(archive)).entries()) {
    const xml = await archive.text(name);
    if (xml !== undefined) all.push({ text: "", page: n + 1 }, ...paragraphs(xml, drawing));
  }
  return tidy(all);
}

export async function openDocument(bytes: Uint8Array<ArrayBuffer>): Promise<Paragraph[]> {
  const xml = await new Archive(bytes).text("content.xml");
  if (xml === undefined) throw new Unreadable("broken");
  return tidy(paragraphs(xml, odf));
}

/** The slides in the order in which they are shown. */
async function slides(archive: Archive): Promise<string[]> {
  const files = new Map<string, string>();
  visit((await archive.text("ppt/_rels/presentation.xml.rels")) ?? "", {
    open(name, attribute) {
      const target = attribute("Target");
      if (name === "Relationship" && target !== undefined) files.set(attribute("Id") ?? "", `ppt/${target.replace(/^\/?ppt\//, "").replace(/^\//, "")}`);
    },
    close: () => undefined,
    text: () => undefined,
  });
  const shown: string[] = [];
  visit((await archive.text("ppt/presentation.xml")) ?? "", {
    open(name, attribute) {
      const file = name === "p:sldId" ? files.get(attribute("r:id") ?? "") : undefined;
      if (file !== undefined) shown.push(file);
    },
    close: () => undefined,
    text: () => undefined,
  });
  return shown;
}

/** What the elements of a format mean. */
interface Format {
  readonly paragraph: ReadonlySet<string>;
  /** The elements whose text is read; undefined where all text of a paragraph is. */
  readonly run?: string;
  readonly signs: Readonly<Record<string, string>>;
  /** What is not read, with everything in it. */
  readonly passed: ReadonlySet<string>;
  readonly page?: string;
  heading(name: string, attribute: (name: string) => string | undefined): boolean;
}

const wordProcessing: Format = {
  paragraph: new Set(["w:p"]),
  run: "w:t",
  signs: { "w:tab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-" },
  passed: new Set(["mc:Fallback", "w:pPrChange", "w:rPrChange"]),
  heading: (name, attribute) => name === "w:pStyle" && /^(heading|title)/i.test(attribute("w:val") ?? ""),
};

const drawing: Format = {
  paragraph: new Set(["a:p"]),
  run: "a:t",
  signs: { "a:br": "\n", "a:tab": "\t" },
  passed: new Set(["mc:Fallback"]),
  heading: () => false,
};

const odf: Format = {
  paragraph: new Set(["text:p", "text:h"]),
  signs: { "text:s": " ", "text:tab": "\t", "text:line-break": "\n" },
  passed: new Set(["office:annotation", "text:tracked-changes", "presentation:notes"]),
  page: "draw:page",
  heading: (name) => name === "text:h",
};

function paragraphs(xml: string, format: Format): Paragraph[] {
  const all: Paragraph[] = [];
  const open: { text: string; heading: boolean }[] = []; // the innermost last: a frame in a paragraph has its own
  let inRun = 0;
  let passing: { name: string; depth: number } | undefined;
  let page = 0;
  const end = () => {
    const done = open.pop();
    if (done) all.push(done);
  };
  visit(xml, {
    open(name, attribute) {
      if (passing) {
        if (name === passing.name) passing.depth++;
        return;
      }
      if (format.passed.has(name)) passing = { name, depth: 1 };
      else if (name === format.page) all.push({ text: "", page: ++page });
      else if (name === format.run) inRun++;
      const now = open.at(-1);
      if (now && format.signs[name] !== undefined) now.text += format.signs[name];
      if (format.paragraph.has(name) && open.length < 100) open.push({ text: "", heading: false });
      const last = open.at(-1);
      if (last && format.heading(name, attribute)) last.heading = true;
    },
    close(name) {
      if (passing) {
        if (name === passing.name && --passing.depth === 0) passing = undefined;
        return;
      }
      if (name === format.run) inRun = Math.max(0, inRun - 1);
      if (format.paragraph.has(name)) end();
    },
    text(text) {
      const now = open.at(-1);
      if (now && !passing && (format.run === undefined || inRun > 0)) now.text += text;
    },
  });
  while (open.length > 0) end();
  return all;
}
