// The rehearsal of an interpreter's booth, days before the summit.

import { own, refusalOf } from "./problem";
import { authorization, harmless, kept, parseLink, redeem, standingFor, type SeatOfSummit, type Shelf } from "./standing";

/** The address of the page of a seat. */
export const pageOf = (of: SeatOfSummit): string => `/join${harmless(of)}`;

/**
 * Takes this device into the rehearsal of a seat's summit, or to the seat that
 * listens in a rehearsal, and returns the address of the page. Every error is a
 * Refusal.
 */
export async function rehearsal(shelf: Shelf, of: SeatOfSummit): Promise<string> {
  const who = kept(shelf, of);
  if (!who) throw own("no-connection");
  let answer: Response;
  try {
    answer = await fetch("/api/rehearsal", { method: "POST", headers: { Authorization: `Liqa ${authorization(who)}` } });
  } catch (why) {
    throw own("no-connection", String(why));
  }
  if (!answer.ok) throw await refusalOf(answer);
  const { link } = (await answer.json()) as { readonly link: string };
  const to = parseLink(new URL(link).hash);
  const standing = to && (await standingFor(shelf, to));
  if (!to?.secret || !standing) throw own("no-connection");
  await redeem(shelf, standing, to.secret);
  return pageOf(to);
}
