// The readout while it is being written: its parts, what may be done to them,
// and where a fault of it belongs. Pure; the server's rules stay the server's.

import type {
  Basis,
  Block,
  ExternalRecord,
  Fault,
  PictureRecord,
  Published,
  QuotationRecord,
  Readout,
  Rendering,
} from "../protocol/desk";
import type { Instant, Language, SeatId } from "../protocol/view.gen";

/** A readout on the desk. Parts and sources have keys, so that they can be moved while they are written. */
export interface Document {
  place: string;
  headline: string;
  lead: string;
  parts: Part[];
  picture: Picture | undefined;
  sources: Source[];
}

export type Part = ParagraphPart | HeadingPart | QuotationPart | ExternalPart;
export type PartKind = Part["kind"];
export const partKinds = ["paragraph", "heading", "quotation", "external-quotation"] as const satisfies readonly PartKind[];

export interface ParagraphPart {
  readonly key: string;
  readonly kind: "paragraph";
  text: string;
  basis: Basis | "";
}

export interface HeadingPart {
  readonly key: string;
  readonly kind: "heading";
  text: string;
}

export interface QuotationPart {
  readonly key: string;
  readonly kind: "quotation";
  seat: SeatId | "";
  words: string;
  original: string;
  spoken: Language;
  rendering: Rendering | "";
  /** The moment, in milliseconds; undefined while it is not bound. */
  from: number | undefined;
  to: number | undefined;
}

export interface ExternalPart {
  readonly key: string;
  readonly kind: "external-quotation";
  speaker: string;
  words: string;
  date: string;
  source: { name: string; address: string };
}

export interface Picture {
  digest: string;
  alt: string;
  caption: string;
  credit: string;
}

export interface Source {
  readonly key: string;
  name: string;
  address: string;
}

/** The most characters a page takes. */
export const limits = { headline: 160, text: 4000 } as const;

let made = 0;
const newKey = () => `p${++made}`;

export function newPart(kind: PartKind): Part {
  const key = newKey();
  switch (kind) {
    case "paragraph":
      return { key, kind, text: "", basis: "" };
    case "heading":
      return { key, kind, text: "" };
    case "quotation":
      return { key, kind, seat: "", words: "", original: "", spoken: "", rendering: "", from: undefined, to: undefined };
    case "external-quotation":
      return { key, kind, speaker: "", words: "", date: "", source: { name: "", address: "" } };
  }
}

export function newSource(name = "", address = ""): Source {
  return { key: newKey(), name, address };
}

// Go's zero time: what an unbound moment is on the wire.
const unbound = "0001-01-01T00:00:00Z" as Instant;

function bound(at: Instant): number | undefined {
  const ms = Date.parse(at);
  return Number.isNaN(ms) || ms <= 0 ? undefined : ms;
}

const instant = (ms: number | undefined) => (ms === undefined ? unbound : (new Date(ms).toISOString() as Instant));

/** Lays a readout on the desk. */
export function opened(readout: Readout): Document {
  return {
    place: readout.place,
    headline: readout.headline,
    lead: readout.lead,
    parts: (readout.body ?? []).map(partOf),
    picture: readout.picture && { ...readout.picture },
    sources: (readout.sources ?? []).map((s) => newSource(s.name, s.address ?? "")),
  };
}

function partOf(block: Block): Part {
  const part = newPart(block.kind);
  switch (part.kind) {
    case "paragraph":
      return { ...part, text: block.text ?? "", basis: block.basis ?? "" };
    case "heading":
      return { ...part, text: block.text ?? "" };
    case "quotation": {
      const q = block.quotation;
      if (!q) return part;
      return { ...part, ...q, original: q.original ?? "", from: bound(q.from), to: bound(q.to) };
    }
    case "external-quotation": {
      const x = block.external;
      if (!x) return part;
      return { ...part, ...x, source: { name: x.source.name, address: x.source.address ?? "" } };
    }
  }
}

/** The document as the server keeps it. */
export function written(doc: Document, language: Language): Readout {
  const picture: PictureRecord | undefined = doc.picture && { ...doc.picture };
  return {
    language,
    place: doc.place,
    headline: doc.headline,
    lead: doc.lead,
    body: doc.parts.map(blockOf),
    ...(picture ? { picture } : {}),
    sources: doc.sources.map((s) => reference(s)),
  };
}

function blockOf(part: Part): Block {
  switch (part.kind) {
    case "paragraph":
      return { kind: part.kind, text: part.text, basis: part.basis };
    case "heading":
      return { kind: part.kind, text: part.text };
    case "quotation": {
      const { seat, words, spoken, rendering, from, to } = part;
      const quotation: QuotationRecord = { seat, words, original: heard(part), spoken, rendering, from: instant(from), to: instant(to) };
      return { kind: part.kind, quotation };
    }
    case "external-quotation": {
      const { speaker, words, date, source } = part;
      const external: ExternalRecord = { speaker, words, date, source: reference(source) };
      return { kind: part.kind, external };
    }
  }
}

// An empty address is none.
function reference({ name, address }: { name: string; address: string }) {
  return address ? { name, address } : { name };
}

/** Whether anything has been written; the place is there from the start. */
export function blank(doc: Document): boolean {
  return !doc.headline && !doc.lead && doc.parts.length === 0 && !doc.picture && doc.sources.length === 0;
}

/** How far a page is. */
export type Standing = "missing" | "draft" | "published" | "corrected";

export function standing(doc: Document | undefined, published: Pick<Published, "corrected"> | null | undefined): Standing {
  if (published) return (published.corrected ?? 0) > 0 ? "corrected" : "published";
  return doc === undefined || blank(doc) ? "missing" : "draft";
}

/** Where a list's entry goes when it is moved by so many places; undefined at an end. */
export function moved(from: number, by: number, length: number): number | undefined {
  const to = from + by;
  return to < 0 || to >= length ? undefined : to;
}

/**
 * The faults by what they are about: "headline", "picture/alt" … or the key of
 * a part or a source. `sent` is the document that was judged, since parts may
 * have been moved by the time the answer comes.
 */
export function placed(faults: readonly Fault[], sent: Pick<Document, "parts" | "sources">): ReadonlyMap<string, readonly Fault[]> {
  const map = new Map<string, Fault[]>();
  for (const fault of faults) {
    const [list, number] = fault.where.split("/");
    const entries = list === "body" ? sent.parts : list === "sources" ? sent.sources : undefined;
    const spot = number === undefined ? fault.where : (entries?.[Number(number)]?.key ?? fault.where);
    map.set(spot, [...(map.get(spot) ?? []), fault]);
  }
  return map;
}

// ---- the same facts in every language

/** The words as they were spoken: on a page in the language spoken, they are the quotation. */
function heard(part: QuotationPart): string {
  return part.rendering === "as-spoken" ? part.words : part.original;
}

/** What is the same in every language of a quotation: who, when, and the words that were heard. */
function facts(part: Part): string | undefined {
  switch (part.kind) {
    case "quotation":
      return JSON.stringify([part.seat, part.from, part.to, heard(part).trim(), part.spoken]);
    case "external-quotation":
      return JSON.stringify([part.date, part.source.address]);
    default:
      return undefined;
  }
}

/** How many facts of `from` are not in `doc`: quotations, picture, sources. */
export function lacking(doc: Document, from: Document): number {
  const here = count(doc);
  let n = 0;
  for (const [fact, times] of count(from)) n += Math.max(0, times - (here.get(fact) ?? 0));
  return n;
}

function count(doc: Document): Map<string, number> {
  const all = [
    ...doc.parts.map(facts).filter((f) => f !== undefined),
    ...(doc.picture ? [`picture ${doc.picture.digest}`] : []),
    // A source without an address is known by a name, and names are translated.
    ...doc.sources.map((s) => (s.address ? `source ${s.address}` : "source")),
  ];
  const map = new Map<string, number>();
  for (const fact of all) map.set(fact, (map.get(fact) ?? 0) + 1);
  return map;
}

/**
 * The document with the facts of another language's: into an empty one the
 * whole structure, else the quotations, the picture and the sources. What has
 * been written in this language stays, and no words are translated.
 */
export function takenOver(doc: Document, from: Document, language: Language): Document {
  const parts = doc.parts.length === 0 ? from.parts.map((p) => emptied(p, language)) : merged(doc.parts, from.parts, language);
  const picture = from.picture && {
    digest: from.picture.digest,
    alt: doc.picture?.alt ?? "",
    caption: doc.picture?.caption ?? "",
    credit: doc.picture?.credit || from.picture.credit,
  };
  return { ...doc, parts, picture: picture ?? doc.picture, sources: mergedSources(doc.sources, from.sources) };
}

function emptied(part: Part, language: Language): Part {
  const key = newKey();
  switch (part.kind) {
    case "paragraph":
      return { key, kind: part.kind, text: "", basis: part.basis };
    case "heading":
      return { key, kind: part.kind, text: "" };
    case "quotation":
      return { ...part, key, original: heard(part), ...ownWords(part, language) };
    case "external-quotation":
      return { ...part, key, words: "", source: { ...part.source } };
  }
}

// What is quoted on another page: what was spoken, where that is its language, else still to be written.
function ownWords(part: QuotationPart, language: Language): Pick<QuotationPart, "words" | "rendering"> {
  return part.spoken === language ? { words: heard(part), rendering: "as-spoken" } : { words: "", rendering: "" };
}

function merged(mine: readonly Part[], theirs: readonly Part[], language: Language): Part[] {
  const free = new Set(mine.filter((p) => facts(p) !== undefined));
  const pairs = new Map<Part, Part>(); // theirs → mine
  const pair = (like: (a: Part, b: Part) => boolean) => {
    for (const their of theirs) {
      if (facts(their) === undefined || pairs.has(their)) continue;
      const own = [...free].find((p) => p.kind === their.kind && like(p, their));
      if (!own) continue;
      free.delete(own);
      pairs.set(their, own);
    }
  };
  pair((a, b) => facts(a) === facts(b));
  pair((a, b) => a.kind === "quotation" && b.kind === "quotation" && a.from !== undefined && a.from === b.from);
  pair((a, b) => a.kind === "quotation" && b.kind === "quotation" && a.seat === b.seat);
  pair((a, b) => a.kind === "external-quotation" && b.kind === "external-quotation" && a.date === b.date);

  const result = [...mine];
  let after = -1; // the place of the last pair: a new quotation stands behind the one it follows there
  for (const their of theirs) {
    if (facts(their) === undefined) continue;
    const own = pairs.get(their);
    if (own) {
      after = result.indexOf(own);
      result[after] = withFacts(own, their, language);
    } else {
      after = after < 0 ? result.length : after + 1;
      result.splice(after, 0, emptied(their, language));
    }
  }
  return result;
}

function withFacts(mine: Part, theirs: Part, language: Language): Part {
  if (mine.kind === "quotation" && theirs.kind === "quotation") {
    const { seat, spoken, from, to } = theirs;
    const same = { ...mine, seat, original: heard(theirs), spoken, from, to };
    const unwritten = !mine.words.trim() || (mine.rendering === "as-spoken" && heard(theirs).trim() !== "");
    return unwritten ? { ...same, ...ownWords(theirs, language) } : same;
  }
  if (mine.kind === "external-quotation" && theirs.kind === "external-quotation") {
    const name = mine.source.name || theirs.source.name;
    return { ...mine, date: theirs.date, speaker: mine.speaker || theirs.speaker, source: { name, address: theirs.source.address } };
  }
  return mine;
}

function mergedSources(mine: readonly Source[], theirs: readonly Source[]): Source[] {
  const free = [...mine];
  const added: Source[] = [];
  for (const their of theirs) {
    const at = free.findIndex((s) => s.address === their.address);
    if (at >= 0) free.splice(at, 1);
    else added.push(newSource(their.name, their.address));
  }
  return [...mine, ...added];
}
