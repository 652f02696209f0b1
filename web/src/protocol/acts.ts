// The acts a seat can do, and what each must say. The rules themselves are the
// server's; here is only the shape of the messages.

import type { Audience, BoothId, Coverage, DelegationId, ItemId, Language, PictureSize, Reason, Remedy, Role, SeatId } from "./view.gen";

type Nothing = Record<never, never>;

/** Each act with its argument. */
export interface Acts {
  "arrive": Nothing;
  "leave": Nothing;
  /** "" is the original. */
  "hear": { language: Language };
  "mute": { on: boolean };
  "raise-hand": Nothing;
  "lower-hand": { seat?: SeatId };
  "yield-floor": Nothing;
  /** ending: the item in progress, which ends; again: an item that has ended is taken up again. */
  "start-item": { item: ItemId; ending?: ItemId; again?: boolean; seen?: number };
  "end-item": { item?: ItemId };
  /** What opens names the item and the revision that the screen showed. */
  "set-coverage": { coverage: Coverage; item?: ItemId; seen?: number };
  "resume-coverage": { item: ItemId; seen?: number };
  "recess": Nothing;
  /** What opens names the item. */
  "reconvene": { coverage?: Coverage; item?: ItemId; seen?: number };
  /** One who waits, or all who wait of a role. */
  "admit": { seat: SeatId } | { role: Role };
  "dismiss": { seat: SeatId };
  "revoke": { seat: SeatId };
  "reissue": { seat: SeatId };
  "substitute": { principal: SeatId; by: SeatId };
  "give-floor": { seat: SeatId };
  "take-floor": Nothing;
  "mute-seat": { seat: SeatId };
  "end-summit": Nothing;
  "go-on-air": { into: Language; takeOver?: boolean };
  "go-off-air": Nothing;
  "cough": { on: boolean };
  "slow-down": { reason: Reason };
  "offer-handover": Nothing;
  "accept-handover": Nothing;
  "decline-handover": Nothing;
  /** "" is the floor; auto: it follows the floor again. */
  "take-from": { from: Language; auto?: boolean };
  "sound-insufficient": { on: boolean };
  /** A booth into the huddle that one is in; the interpreters agree, each for themselves. */
  "ask-whisper": { booth: BoothId };
  "answer-whisper": { delegation: DelegationId; agree: boolean };
  /** An interpreter comes back; or who is in the huddle sends the booth back. */
  "end-whisper": { booth?: BoothId };
  /** From a booth to a role, or from an officer or technician to a booth. */
  "call": { to?: Role; booth?: BoothId };
  "answer-call": { to?: Role; booth?: BoothId };
  "clear-call": { to?: Role; booth?: BoothId };
  "enter-huddle": Nothing;
  "leave-huddle": Nothing;
  "open-private-word": { with: SeatId };
  "answer-private-word": Nothing;
  "end-private-word": Nothing;
  /** One screen at a time for each audience; "booths" is for documents only. */
  "share-screen": { to: Audience };
  "stop-sharing": { seat?: SeatId };
  "ask": { seat: SeatId; what: Remedy };
  "answer-ask": { agree: boolean };
  /** Without a seat: one's own pictures. */
  "limit-pictures": { seat?: SeatId; to: PictureSize };
  "pin": { seat: SeatId };
  "unpin": Nothing;
}

export type ActKind = keyof Acts;

/** What an answer may carry besides "yes". */
export interface Answer {
  /** The new link of a reissued seat. */
  readonly link?: string;
}

/** The argument of an act, as a rest parameter: none where it says nothing. */
export type With<K extends ActKind> = Nothing extends Acts[K] ? [Acts[K]?] : [Acts[K]];
