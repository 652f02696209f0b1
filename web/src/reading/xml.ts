// The elements and the text of an XML file, in their order and no more. There
// are no entities but the five of XML itself and characters by their number, so
// that nothing can be made to grow; whatever else stands in a document type is
// passed over.

export interface Visitor {
  /** An element begins; of one without content, its end follows at once. */
  open(name: string, attribute: (name: string) => string | undefined): void;
  close(name: string): void;
  text(text: string): void;
}

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (whole, hex?: string, dec?: string, name?: string) => {
    if (name !== undefined) return named[name.toLowerCase()] ?? whole;
    const code = hex === undefined ? Number(dec) : parseInt(hex, 16);
    return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}

export function visit(xml: string, visitor: Visitor): void {
  let at = 0;
  const upTo = (end: string, from: number) => {
    const i = xml.indexOf(end, from);
    return i < 0 ? xml.length : i;
  };
  while (at < xml.length) {
    const next = upTo("<", at);
    if (next > at) visitor.text(unescaped(xml.slice(at, next)));
    if (next >= xml.length) return;
    if (xml.startsWith("<!--", next)) at = upTo("-->", next) + 3;
    else if (xml.startsWith("<![CDATA[", next)) {
      const end = upTo("]]>", next);
      visitor.text(xml.slice(next + 9, end));
      at = end + 3;
    } else if (xml[next + 1] === "?" || xml[next + 1] === "!") at = upTo(">", next) + 1;
    else at = element(xml, next, visitor);
  }
}

/** A part of a tag; it begins where the one before ends, so that nothing is looked at twice. */
const part = /\s*([^\s=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?/gy;

function attribute(tag: string, wanted: string): string | undefined {
  for (const [, name, double, single] of tag.matchAll(part)) {
    const value = double ?? single;
    if (name === wanted && value !== undefined) return unescaped(value);
  }
  return undefined;
}

function element(xml: string, from: number, visitor: Visitor): number {
  let end = from + 1;
  for (let quote = ""; end < xml.length; end++) {
    const c = xml[end]!;
    if (quote !== "") quote = c === quote ? "" : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === ">") break;
  }
  const inside = xml.slice(from + 1, end);
  const name = /^\/?([^\s/>]*)/.exec(inside)![1]!;
  if (inside.startsWith("/")) visitor.close(name);
  else {
    visitor.open(name, (wanted) => attribute(inside, wanted));
    if (inside.endsWith("/")) visitor.close(name);
  }
  return end + 1;
}
