// What the press desk and the server say to each other: the draft of a page in
// one language, what it still lacks, its picture, and the open recording.

import { own, refusalOf, Refusal, toRefusal } from "./problem";
import type { DelegationId, Instant, ItemId, Language, SeatId, SummitId, Text } from "./view.gen";

export const bases = ["open-remarks", "agreed-readout", "spokesperson", "background"] as const;
/** Where a statement comes from. */
export type Basis = (typeof bases)[number];

export const renderings = ["as-spoken", "by-interpreter", "translated"] as const;
/** Whose words a quotation's are. */
export type Rendering = (typeof renderings)[number];

/** A readout as it is kept and published. Text is plain, without quotation marks. */
export interface Readout {
  readonly language: Language;
  readonly place: string;
  readonly headline: string;
  readonly lead: string;
  readonly body: readonly Block[] | null;
  readonly picture?: PictureRecord;
  readonly sources: readonly Reference[] | null;
}

export interface Block {
  readonly kind: "paragraph" | "heading" | "quotation" | "external-quotation";
  readonly text?: string;
  readonly basis?: Basis | "";
  readonly quotation?: QuotationRecord;
  readonly external?: ExternalRecord;
}

export interface QuotationRecord {
  readonly seat: SeatId | "";
  readonly words: string;
  readonly original?: string;
  readonly spoken: Language;
  readonly rendering: Rendering | "";
  /** The moment; Go's zero time when it is not bound yet. */
  readonly from: Instant;
  readonly to: Instant;
}

export interface ExternalRecord {
  readonly speaker: string;
  readonly words: string;
  /** YYYY-MM-DD */
  readonly date: string;
  readonly source: Reference;
}

export interface PictureRecord {
  /** SHA-256 of the image, hex. */
  readonly digest: string;
  readonly alt: string;
  readonly caption: string;
  readonly credit: string;
}

export interface Reference {
  readonly name: string;
  readonly address?: string;
}

/** One reason why a page may not be published yet. */
export interface Fault {
  readonly code: string;
  /** "headline", "body/3", "picture/alt", "sources/0" */
  readonly where: string;
  /** The server's own English sentence. */
  readonly says: string;
  readonly param?: string;
}

export interface Published {
  readonly published: Instant;
  readonly corrected?: number;
  readonly address: string;
}

/** A page as the desk finds it. */
export interface Page {
  readonly draft: Readout;
  readonly faults: readonly Fault[];
  readonly published: Published | null;
  /** The draft is not what is published; absent where the server does not say. */
  readonly changed?: boolean;
  /** Who can be quoted: the members of the delegations. */
  readonly speakers?: readonly Speaker[];
}

/** A person as the desk may know them: whoever can be quoted. */
export interface Speaker {
  readonly id: SeatId;
  readonly delegation?: DelegationId;
  readonly name: Text;
  readonly function?: Text;
  readonly speaks?: Language;
}

/** What the server says of a draft that it has kept. */
export type Kept = Pick<Page, "faults" | "changed">;

/** A stretch of the recording that anyone may hear. */
export interface Take {
  readonly id: string;
  readonly item: ItemId;
  readonly title: Text;
  readonly from: Instant;
  /** Absent while it is being recorded. */
  readonly to?: Instant;
  readonly playlist: string;
}

export type Publication =
  | { readonly done: true; readonly address: string }
  | { readonly done: false; readonly refusal: Refusal; readonly faults?: readonly Fault[] };

/** What the desk works with: the server, or a fixture. */
export interface Newsroom {
  page(language: Language): Promise<Page>;
  /** Keeps a draft, finished or not. */
  save(language: Language, draft: Readout, leaving?: boolean): Promise<Kept>;
  publish(language: Language, reason: string): Promise<Publication>;
  /** Takes a picture; answers its digest. */
  take(picture: Blob): Promise<string>;
  /** The picture of a draft, if this device may see it. */
  picture(digest: string): Promise<Blob | undefined>;
  takes(): Promise<readonly Take[]>;
}

// A browser sends no more than this with a page that is being closed.
const lastWords = 60_000;

/** The newsroom of a summit on this server, for the seat that is authorised. */
export class ServerNewsroom implements Newsroom {
  readonly #root: string;
  readonly #authorization: string;

  constructor(
    readonly summit: SummitId,
    authorization: string,
    private readonly fetch: typeof globalThis.fetch = (...of) => globalThis.fetch(...of),
  ) {
    this.#root = `/api/summits/${summit}`;
    this.#authorization = `Liqa ${authorization}`;
  }

  async page(language: Language): Promise<Page> {
    return (await this.#ask("GET", `/readouts/${language}`)).json() as Promise<Page>;
  }

  async save(language: Language, draft: Readout, leaving = false): Promise<Kept> {
    const body = JSON.stringify(draft);
    const keepalive = leaving && body.length < lastWords;
    const answer = await this.#ask("PUT", `/readouts/${language}`, { type: "application/json", body, keepalive });
    return answer.json() as Promise<Kept>;
  }

  async publish(language: Language, reason: string): Promise<Publication> {
    const answer = await this.#send("POST", `/readouts/${language}/publish`, {
      type: "application/json",
      body: JSON.stringify(reason ? { reason } : {}),
    });
    const said: unknown = await answer.json().catch(() => undefined);
    if (answer.ok) return { done: true, address: (said as { address: string }).address };
    const refusal = toRefusal(said, `http-${answer.status}`);
    const faults = (said as { faults?: readonly Fault[] } | undefined)?.faults;
    return faults ? { done: false, refusal, faults } : { done: false, refusal };
  }

  async take(picture: Blob): Promise<string> {
    const answer = await this.#ask("POST", "/pictures", { type: picture.type, body: picture });
    return ((await answer.json()) as { digest: string }).digest;
  }

  async picture(digest: string): Promise<Blob | undefined> {
    for (const address of [`${this.#root}/pictures/${digest}`, `/s/${this.summit}/pictures/${digest}`]) {
      const answer = await this.fetch(address, { headers: { Authorization: this.#authorization } }).catch(() => undefined);
      if (answer?.ok) return answer.blob();
    }
    return undefined;
  }

  async takes(): Promise<readonly Take[]> {
    return ((await (await this.#ask("GET", "/recording")).json()) as { takes: readonly Take[] }).takes;
  }

  async #ask(method: string, path: string, with_?: Body): Promise<Response> {
    const answer = await this.#send(method, path, with_);
    if (!answer.ok) throw await refusalOf(answer);
    return answer;
  }

  async #send(method: string, path: string, with_?: Body): Promise<Response> {
    try {
      return await this.fetch(this.#root + path, {
        method,
        cache: "no-store",
        headers: { Authorization: this.#authorization, ...(with_ ? { "Content-Type": with_.type } : {}) },
        ...(with_ ? { body: with_.body, keepalive: with_.keepalive ?? false } : {}),
      });
    } catch {
      throw own("no-connection");
    }
  }
}

interface Body {
  readonly type: string;
  readonly body: string | Blob;
  readonly keepalive?: boolean;
}
