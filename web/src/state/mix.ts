// What a listener hears: how loud the original is, how loud the channel, and
// the words for it. Driven by what the channel carries, never by detecting
// voices.

import type { Channel, Language, View } from "../protocol/view.gen";

/** −14 dB: the original under an interpreter, unless the listener chooses otherwise. */
export const ducked = 0.2;

/** How long a change of loudness takes, in milliseconds. */
export const rampTime = 300;

/**
 * In how many milliseconds a channel goes that has nothing but the original any
 * more: before the original comes through it too, at its full loudness, while
 * the original itself is only on its way up.
 */
export const hushTime = 10;

/** How loud each part is, from 0 to 1. */
export interface Gains {
  readonly original: number;
  readonly channel: number;
}

/** What is being heard, for the words on the screen. */
export type Heard =
  | { readonly kind: "original" }
  | { readonly kind: "interpreted"; readonly language: Language; readonly how: "direct" | "relayed-once" | "relayed-twice" }
  | { readonly kind: "pause"; readonly language: Language };

/** What a listener has chosen. */
export interface Choice {
  /** The channel; undefined for the original. */
  readonly hears: Language | undefined;
  /** How loud the original is under the interpretation, from 0 to 1. */
  readonly under: number;
  /** Nothing but the channel comes: for who has asked for the least. */
  readonly alone?: boolean;
}

/** Whether a person is sent the channel and no original beside it: their own choice of the least. */
export function channelAlone({ me, slots }: Pick<View, "me" | "slots">): boolean {
  return me.pictures === "least" && me.role !== "interpreter" && slots.some((s) => s.slot === "channel" && s.eligible.length > 0);
}

export function channelOf(channels: readonly Channel[], hears: Language | undefined): Channel | undefined {
  return channels.find((c) => c.language === hears);
}

export function heard(channels: readonly Channel[], hears: Language | undefined): Heard {
  const channel = channelOf(channels, hears);
  if (hears === undefined || channel === undefined || channel.carries === "original") return { kind: "original" };
  if (channel.carries !== "silence") return { kind: "interpreted", language: hears, how: channel.carries };
  // Silence with somebody on air is a cough; with nobody, nobody has the floor.
  return { kind: "pause", language: hears };
}

/** The word for it: what comes, and by how many interpreters. */
export function wayHeard(now: Heard): "original" | "direct" | "relayed-once" | "relayed-twice" | "pause" {
  return now.kind === "interpreted" ? now.how : now.kind;
}

/** How long the interpreters must have been unable to hear before listeners are told, in milliseconds. */
const unheard = 10_000;

/** Whether a listener is told that the interpreters of their channel cannot hear well enough. */
export function toldInsufficient(channels: readonly Channel[], hears: Language | undefined, now: number): boolean {
  const since = channelOf(channels, hears)?.insufficient;
  return since !== undefined && now - Date.parse(since) >= unheard;
}

/**
 * The gains a listener's mix goes to. While the channel only repeats the
 * original it is muted, so that nothing is heard twice; during a cough the
 * original does not come back.
 */
export function gains(channels: readonly Channel[], choice: Choice): Gains {
  if (choice.alone) return { original: 0, channel: 1 };
  return heard(channels, choice.hears).kind === "original"
    ? { original: 1, channel: 0 }
    : { original: clamp(choice.under), channel: 1 };
}

/** What an interpreter listens to: the floor itself, or another booth's channel. */
export type Incoming = { readonly from: "floor" } | { readonly from: "channel"; readonly language: Language };

/** An interpreter hears one thing at a time, at the volume of the console: 1 is as it comes. */
export function incomingGains(incoming: Incoming, volume: number): Gains {
  return incoming.from === "floor"
    ? { original: volume, channel: 0 }
    : { original: 0, channel: volume };
}

/** −20 dB: the room while a person speaks apart from it. */
export const aside = 0.1;

/** Whether a person speaks apart from the room now: in a huddle, whispering in one, or in a private word that was answered. */
export function speaksApart({ me, privateWords }: Pick<View, "me" | "privateWords">): boolean {
  return me.inHuddle || me.whispers !== undefined || privateWords.some((w) => w.answered && (w.seat === me.seat || w.with === me.seat));
}

/** How loud what is said apart is, and the interpreter who whispers or the booth partner. */
export interface Beside {
  readonly private: number;
  readonly partner: number;
}

/**
 * Who confers hears the huddle's original under whoever whispers there, as in
 * the room; an interpreter hears the huddle at the volume of the console.
 */
export function beside({ me, slots }: Pick<View, "me" | "slots">, under: number, volume: number, partner: number): Beside {
  if (me.whispers !== undefined) return { private: volume, partner: volume };
  const whispered = me.inHuddle && slots.some((s) => s.slot === "partner" && s.eligible.length > 0);
  return { private: whispered ? clamp(under) : 1, partner };
}

/** The room's loudness while a person speaks apart from it. */
export function apart({ original, channel }: Gains): Gains {
  return { original: original * aside, channel: channel * aside };
}

/** The places of the listener's slider: dB of the original below the interpretation; at the least there is none of it. */
export const places = { least: -32, most: 0, step: 2 } as const;

export function underAt(place: number): number {
  return place <= places.least ? 0 : Math.round(10 ** (place / 20) * 1000) / 1000;
}

export function placeOf(under: number): number {
  if (under <= 0) return places.least;
  return Math.min(places.most, Math.max(places.least + places.step, Math.round(decibels(under) / places.step) * places.step));
}

const shelf = "liqa/under";

/** What was chosen on this device before: a page loaded anew is as low as it was. */
export function underBefore(store: Pick<Storage, "getItem">): number {
  const kept = store.getItem(shelf);
  const under = kept === null ? NaN : Number(kept);
  return under >= 0 && under <= 1 ? under : ducked;
}

export function keepUnder(store: Pick<Storage, "setItem">, under: number): void {
  store.setItem(shelf, String(under));
}

/** A loudness on its way to another. */
export interface Ramp {
  readonly from: number;
  readonly to: number;
  readonly begun: number;
  /** Milliseconds. */
  readonly lasts: number;
}

export function steady(at: number): Ramp {
  return { from: at, to: at, begun: -Infinity, lasts: rampTime };
}

/** Where the ramp is at the moment now, in milliseconds of the same clock. */
export function along(ramp: Ramp, now: number): number {
  const part = (now - ramp.begun) / ramp.lasts;
  if (part >= 1) return ramp.to;
  if (part <= 0) return ramp.from;
  return ramp.from + (ramp.to - ramp.from) * part;
}

/** A ramp to a new loudness from wherever the old one has come to: never a step. */
export function toward(ramp: Ramp, to: number, now: number, lasts = rampTime): Ramp {
  return to === ramp.to ? ramp : { from: along(ramp, now), to, begun: now, lasts };
}

export function decibels(gain: number): number {
  return 20 * Math.log10(gain);
}

function clamp(x: number): number {
  return Math.min(1, Math.max(0, x));
}
