// What an interpreter listens to: the floor, or another booth's channel. The
// floor and three channels have keys of their own, and one source is
// pre-selected: one key changes to it, whatever it is.

import type { Language, View } from "../protocol/view.gen";
import type { Console } from "./console";

/** A channel, or "" for the floor. */
export type Source = Language | "";

/** How many channels have keys of their own. */
export const atKeys = 3;

/** A channel that an interpreter may work from. */
export interface Relay {
  readonly language: Language;
  /** At which of the keys for channels it is, from 0. */
  readonly key: number | undefined;
}

/**
 * The channels in the order of their keys: first those that the interpreter has
 * put there, then the others as the summit lists them, the booth's own last.
 */
export function ordered(view: Pick<View, "me">, c: Pick<Console, "booth">, first: readonly Language[]): readonly Language[] {
  const own = c.booth?.outgoing ?? [];
  const place = (l: Language) => (first.includes(l) ? first.indexOf(l) : first.length + (own.includes(l) ? 1 : 0));
  return view.me.mayHear.toSorted((a, b) => place(a) - place(b));
}

/**
 * The channels that an interpreter may work from now: not the one that their own
 * booth speaks into, whose key stays its own.
 */
export function relays(view: Pick<View, "me">, c: Pick<Console, "booth">, first: readonly Language[] = []): readonly Relay[] {
  return ordered(view, c, first)
    .map((language, i) => ({ language, key: i < atKeys ? i : undefined }))
    .filter(({ language }) => c.booth?.onAir === undefined || c.booth.into !== language);
}

/** Puts a channel at a key; the one that was there goes to where the other was. */
export function putAt(order: readonly Language[], key: number, language: Language): readonly Language[] {
  const there = order[key] ?? language;
  return order.map((l) => (l === there ? language : l === language ? there : l)).slice(0, atKeys);
}

function sources(channels: readonly Relay[]): readonly Source[] {
  return ["", ...channels.map((r) => r.language)];
}

/** What is pre-selected: what was asked for, or else the floor, or the first channel while the floor is heard. */
export function preselected(now: Source, wanted: Source | undefined, channels: readonly Relay[]): Source | undefined {
  const all = sources(channels);
  return wanted !== undefined && wanted !== now && all.includes(wanted) ? wanted : all.find((s) => s !== now);
}

/** What is pre-selected after that, going round. */
export function preselectNext(now: Source, wanted: Source | undefined, channels: readonly Relay[]): Source | undefined {
  const others = sources(channels).filter((s) => s !== now);
  return others[(others.indexOf(preselected(now, wanted, channels) ?? "") + 1) % others.length];
}
