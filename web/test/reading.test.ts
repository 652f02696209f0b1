import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { paragraphsOf } from "../src/reading/kinds";
import { Unreadable } from "../src/reading/paragraph";
import { paragraphs, type Piece } from "../src/reading/pdf.lines";
import { mostBytes } from "../src/reading/zip";

const docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const pptx = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
const odt = "application/vnd.oasis.opendocument.text";

/** A zip archive of these files, the first one stored and the others deflated. */
function zip(files: Readonly<Record<string, string | Uint8Array>>): Uint8Array<ArrayBuffer> {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  Object.entries(files).forEach(([name, content], n) => {
    const raw = Buffer.from(content);
    const packed = n === 0 ? raw : deflateRawSync(raw);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(n === 0 ? 0 : 8, 8);
    head.writeUInt32LE(packed.length, 18);
    head.writeUInt32LE(raw.length, 22);
    head.writeUInt16LE(Buffer.byteLength(name), 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    head.copy(entry, 6, 4, 30);
    entry.writeUInt32LE(at, 42);
    list.push(entry, Buffer.from(name));
    parts.push(head, Buffer.from(name), packed);
    at += 30 + Buffer.byteLength(name) + packed.length;
  });
  const directory = Buffer.concat(list);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Uint8Array.from(Buffer.concat([...parts, directory, end]));
}

const document = `<?xml version="1.0"?><w:document><w:body>
<w:p><w:pPr><w:pStyle w:of="a w:val='None'" w:val = 'Heading1'/></w:pPr><w:r><w:t>كلمة الافتتاح</w:t></w:r></w:p>
<w:p><w:r><w:t xml:space="preserve">Tea &amp; </w:t></w:r><w:r><w:t>coffee&#x2014;hot</w:t><w:br/><w:t>now</w:t></w:r><w:r><w:delText>gone</w:delText><w:instrText>PAGE</w:instrText></w:r></w:p>
<w:p/><w:p><w:r><w:t>a &lt;b&gt;</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><w:p><w:r><w:t>in a frame</w:t></w:r></w:p></mc:Choice><mc:Fallback><w:p><w:r><w:t>twice</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent></w:r></w:p>
</w:body></w:document>`;

const read = (type: string, file: string, bytes: Uint8Array<ArrayBuffer>) => paragraphsOf(type, file, bytes);
const refused = (type: string, bytes: Uint8Array<ArrayBuffer>) => read(type, "x", bytes).then(() => "read", (why: Unreadable) => why.code);

describe("a document is read as its paragraphs", () => {
  test("plain text: parted by empty lines, or by lines", async () => {
    const texts = (text: string, file = "a.txt") => read("text/plain", file, Uint8Array.from(Buffer.from(text))).then((all) => all.map((p) => p.text));
    expect(await texts("\ufeffone\r\ntwo\r\n\r\n\r\nthree  words\n")).toEqual(["one\ntwo", "three words"]);
    expect(await texts("one\ntwo\n")).toEqual(["one", "two"]);
    expect(await texts("# Title #\nSay **this** and *that*, [here](http://x), 2*3*4, `code`\n> quoted\n", "a.md")).toEqual([
      "Title",
      "Say this and that, here, 2*3*4, code\nquoted",
    ]);
    expect(await texts("## A ## b ##  #\n![map](m.png) [a [b](c) [d] (e) [f](g\n**a ** b** c__d__ ** e\n*a* *b *c* (*d*) *e*f\n", "a.md")).toEqual([
      "A ## b",
      "map a [b [d] (e) [f](g\na ** b cd ** e\na *b c (d) *e*f",
    ]);
    expect(await refused("text/plain", Uint8Array.from(Buffer.from(" \n ")))).toBe("no-text");
  });

  test("Word", async () => {
    expect(await read(docx, "a.docx", zip({ "[Content_Types].xml": "", "word/document.xml": document }))).toEqual([
      { text: "كلمة الافتتاح", heading: true },
      { text: "Tea & coffee—hot\nnow" },
      { text: "in a frame" },
      { text: "a <b>" },
    ]);
  });

  test("PowerPoint, in the order in which it is shown", async () => {
    const slide = (text: string) => `<p:sld><a:p><a:r><a:t>${text}</a:t></a:r></a:p><a:p><a:r><a:t>more</a:t></a:r></a:p></p:sld>`;
    const files = {
      "ppt/presentation.xml": '<p:presentation><p:sldIdLst><p:sldId id="256" r:id="rId7"/><p:sldId id="257" r:id="rId3"/></p:sldIdLst></p:presentation>',
      "ppt/_rels/presentation.xml.rels": `<Relationships><Relationship Id="rId3" Target="slides/slide1.xml"/><Relationship Target='/ppt/slides/slide2.xml' Id='rId7'/></Relationships>`,
      "ppt/slides/slide1.xml": slide("second"),
      "ppt/slides/slide2.xml": slide("first"),
    };
    expect(await read(pptx, "a.pptx", zip(files))).toEqual([{ text: "first", page: 1 }, { text: "more" }, { text: "second", page: 2 }, { text: "more" }]);
  });

  test("OpenDocument", async () => {
    const content = `<office:text><text:h>Title</text:h><text:p>a<text:s/>b<text:line-break/><text:span>c</text:span><office:annotation><text:p>remark</text:p></office:annotation></text:p><!-- <text:p>no</text:p> --><text:p><![CDATA[d < e]]></text:p></office:text>`;
    expect(await read(odt, "a.odt", zip({ mimetype: odt, "content.xml": content }))).toEqual([{ text: "Title", heading: true }, { text: "a b\nc" }, { text: "d < e" }]);
  });

  test("the lines of a PDF's page that follow each other closely", () => {
    const line = (str: string, y: number, height = 12): Piece => ({ str, transform: [1, 0, 0, 1, 50, y], height, hasEOL: true, dir: "ltr" });
    expect(paragraphs([line("Title", 800, 20), line("The first para-", 760), line("graph goes on", 745), line("and on.", 730), line("Another.", 700), line("能源", 670), line("合作", 656)])).toEqual([
      { text: "Title" },
      { text: "The first paragraph goes on and on." },
      { text: "Another." },
      { text: "能源合作" },
    ]);
  });
});

test("the letters of a PDF that lie as they are seen are read as they are spoken", () => {
  const at = (x: number, str: string, dir = /\p{Script=Arabic}/u.test(str) && /\p{L}/u.test(str) ? "rtl" : "ltr"): Piece => ({ str, dir, transform: [1, 0, 0, 1, x, 700], height: 12, hasEOL: false });
  const whole = (...pieces: Piece[]) => paragraphs(pieces).map((p) => p.text);
  // «اتّفقَ الأنهار», each letter shaped and by itself, from the left.
  expect(whole(at(10, "ر"), at(20, "ﺎ"), at(24, "ﻬ"), at(30, "ﻧ"), at(34, "ﻷ"), at(40, "ا"), at(44, " "), at(47, " َ"), at(48, "ﻖ"), at(58, "ﻔ"), at(62, "ّ"), at(64, "ﺗ"), at(68, "ا"))).toEqual(["اتّفقَ الأنهار"]);
  // In the order of reading already; digits and a foreign word run the other way.
  expect(whole(at(100, "عام"), at(90, " "), at(60, "2"), at(64, "0"), at(68, "26"), at(58, " "), at(48, "في"), at(44, " "), at(20, "OP"), at(30, "EC"), at(15, " "), at(5, "مع"))).toEqual(["عام 2026 في OPEC مع"]);
  expect(whole(at(10, "см. "), at(30, "م"), at(36, "ع"), at(40, " далее"))).toEqual(["см. عم далее"]);
});

describe("what is not what it says it is is given up", () => {
  test("with the reason", async () => {
    const bomb = zip({ mimetype: "", "word/document.xml": new Uint8Array(mostBytes + 1) });
    expect(bomb.length).toBeLessThan(1 << 20);
    expect(await refused(docx, bomb)).toBe("too-long");
    expect(await refused(docx, zip({ mimetype: "" }))).toBe("broken");
    expect(await refused(docx, Uint8Array.from(Buffer.from("PK")))).toBe("broken");
    expect(await refused(docx, zip({ mimetype: "", "word/document.xml": "<w:p/>" }))).toBe("no-text");
    expect(await refused("image/png", new Uint8Array(4))).toBe("kind");
    const entities = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><w:p><w:t>&b;</w:t></w:p>`;
    expect(await read(docx, "x", zip({ mimetype: "", "word/document.xml": entities }))).toEqual([expect.objectContaining({ text: expect.stringContaining("&b;") as string })]);
  });

  test("whatever has become of its bytes", async () => {
    const whole = zip({ "[Content_Types].xml": "", "word/document.xml": document });
    const outcomes = new Set<string>();
    for (let seed = 1; seed <= 500; seed++) {
      const bytes = whole.slice();
      for (let n = seed % 5; n >= 0; n--) bytes[(seed * 7919 + n * 104729) % bytes.length] = (seed * 31 + n * 17) & 0xff;
      const cut = seed % 7 === 0 ? bytes.slice(0, (seed * 13) % bytes.length) : bytes;
      outcomes.add(
        await read(docx, "x.docx", cut).then(
          (all) => (all.every((p) => p.text.trim() !== "") ? "read" : "an empty paragraph"),
          (why: unknown) => (why instanceof Unreadable ? "refused" : String(why)),
        ),
      );
    }
    expect([...outcomes].sort()).toEqual(["read", "refused"]);
  });

  test("in time: Markdown whose signs never end", async () => {
    for (const signs of ["[", "[a](", "**a ", "__a ", "`a ", "*a ", "# ", "a# ", "> ", "![]"]) {
      const text = Uint8Array.from(Buffer.from(`# ${signs.repeat(400_000 / signs.length)}x`));
      expect(await read("text/plain", "x.md", text)).toHaveLength(1);
    }
  });

  test("in time: elements that never end", async () => {
    for (const xml of [`<w:p><w:t>${"<a <b ".repeat(200_000)}`, `<w:p><w:pStyle ${" ".repeat(2_000_000)}>`]) {
      expect(await refused(docx, zip({ mimetype: "", "word/document.xml": xml }))).toBe("no-text");
    }
  });
});

test("a hundred pages are searched at once", async () => {
  const { findAll, fold } = await import("../src/state/search");
  const page = "وقال رئيس الوفد إن الاتفاقيةَ تفتح بابًا للتعاون في مجال الطاقة والنقل. ".repeat(40);
  const pages = Array.from({ length: 100 }, () => fold(page));
  const before = performance.now();
  const hits = pages.flatMap((p) => findAll("اتفاقيه", p));
  expect(hits).toHaveLength(4000);
  expect(performance.now() - before).toBeLessThan(5000); // it takes some milliseconds; a busy machine is allowed more
});
