// What this device may say it is: one seat of one summit, and the credential
// that the server bound to it when the link was redeemed.

import { own, refusalOf } from "./problem";
import type { Role, SeatId, SummitId } from "./view.gen";

/** One seat of one summit. */
export interface SeatOfSummit {
  readonly summit: SummitId;
  readonly seat: SeatId;
}

/** A link as it stands in the address: with its secret until it is redeemed. */
export interface Link extends SeatOfSummit {
  readonly secret?: string;
}

const name = /^[a-z0-9-]{1,64}$/;

/** Reads "#SUMMIT.SEAT.SECRET", or "#SUMMIT.SEAT" once redeemed; undefined when it is neither. */
export function parseLink(fragment: string): Link | undefined {
  const [summit, seat, secret, ...more] = fragment.replace(/^#/, "").split(".");
  if (summit === undefined || seat === undefined || more.length > 0) return undefined;
  if (!name.test(summit) || !name.test(seat)) return undefined;
  if (secret !== undefined && !/^[a-z0-9]{16,64}$/i.test(secret)) return undefined;
  const of = { summit: summit as SummitId, seat: seat as SeatId };
  return secret === undefined ? of : { ...of, secret };
}

/** The fragment that stays in the address bar: nobody who reads it off a screen can use it. */
export function harmless({ summit, seat }: SeatOfSummit): string {
  return `#${summit}.${seat}`;
}

/** What this device keeps of a seat between visits. */
export interface Standing extends SeatOfSummit {
  /** 32 random bytes, hex; made here, sent only to this server. */
  readonly credential: string;
  /** A fingerprint of the link it was redeemed with, to know a reissued one. */
  readonly link: string;
  readonly redeemed: boolean;
  readonly role?: Role;
}

/** The part of localStorage that is used here. */
export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const shelfKey = (of: SeatOfSummit) => `liqa/${of.summit}/${of.seat}`;

export function keep(shelf: Shelf, standing: Standing): void {
  shelf.setItem(shelfKey(standing), JSON.stringify(standing));
}

export function kept(shelf: Shelf, of: SeatOfSummit): Standing | undefined {
  const text = shelf.getItem(shelfKey(of));
  if (text === null) return undefined;
  try {
    const s = JSON.parse(text) as Standing;
    return /^[0-9a-f]{64}$/.test(s.credential) ? { ...s, summit: of.summit, seat: of.seat } : undefined;
  } catch {
    return undefined;
  }
}

export function forget(shelf: Shelf, of: SeatOfSummit): void {
  shelf.removeItem(shelfKey(of));
}

/** "SUMMIT.SEAT.CREDENTIAL", as every later call carries it. */
export function authorization(s: Standing): string {
  return `${s.summit}.${s.seat}.${s.credential}`;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

async function fingerprint(secret: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret));
  return hex(new Uint8Array(digest)).slice(0, 16);
}

/**
 * The standing to go on with: the kept one when it is of the same link, or a
 * new one that has yet to be redeemed. Undefined when the address holds no
 * secret and nothing is kept: this device has never had the seat.
 */
export async function standingFor(shelf: Shelf, link: Link): Promise<Standing | undefined> {
  const before = kept(shelf, link);
  if (link.secret === undefined) return before;
  const print = await fingerprint(link.secret);
  if (before?.link === print) return before;
  return {
    summit: link.summit,
    seat: link.seat,
    credential: hex(crypto.getRandomValues(new Uint8Array(32))),
    link: print,
    redeemed: false,
  };
}

/**
 * Binds the link to this device. The credential is kept before it is sent, so
 * that an answer lost on the way can be asked for again.
 */
export async function redeem(
  shelf: Shelf,
  standing: Standing,
  secret: string,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Promise<Standing> {
  keep(shelf, standing);
  let response: Response;
  try {
    response = await fetch("/api/redeem", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        summit: standing.summit,
        seat: standing.seat,
        secret,
        credential: standing.credential,
      }),
    });
  } catch {
    throw own("no-connection");
  }
  if (!response.ok) throw await refusalOf(response);
  const answer = (await response.json()) as { role?: Role };
  const redeemed: Standing = { ...standing, redeemed: true, ...(answer.role ? { role: answer.role } : {}) };
  keep(shelf, redeemed);
  return redeemed;
}
