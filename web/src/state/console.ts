// The interpreter's console: how it stands, and which of its buttons can be pressed.

import type { Booth, Channel, DelegationId, Language, SeatId, View } from "../protocol/view.gen";
import { wrongChannel } from "./distress";
import { channelOf, type Incoming } from "./mix";

export interface Output {
  readonly letter: "A" | "B" | "C";
  readonly language: Language;
  readonly chosen: boolean;
  /** Another booth is on air into it. */
  readonly busy: boolean;
  readonly possible: boolean;
  /** Only by taking the microphone over from the partner. */
  readonly takesOver: boolean;
  /** What pressing a busy one does: nothing while the other has it, or it takes the channel. */
  readonly policy: "free" | "locked" | "overrides";
}

/**
 * The own microphone: on air and heard; in a cough; live while the partner, who
 * is live too, is the one heard; on air with no sound arriving; in a huddle,
 * open or not, and nowhere else; or off.
 */
export type Lamp = "on-air" | "cough" | "unheard" | "stalled" | "whispers" | "whispers-off" | "off";

/** A handover, from this interpreter's side. */
export type Handover = "none" | "may-offer" | "offered" | "to-me";

/** How the console stands. */
export interface Console {
  readonly booth: Booth | undefined;
  /** This interpreter's microphone is on air. */
  readonly onAir: boolean;
  /** It is live beside the partner's, and the partner's is heard. */
  readonly unheard: boolean;
  /** The partner's is on air. */
  readonly partnerOnAir: boolean;
  readonly coughing: boolean;
  readonly lamp: Lamp;
  /** In whose huddle this interpreter whispers; undefined at the booth's own work. */
  readonly whispers: DelegationId | undefined;
  readonly outputs: readonly Output[];
  /** Where the direction key leads; undefined for a booth that has none. */
  readonly turnsTo: Language | undefined;
}

/** An output that an interpreter has chosen off air, and the language of the floor at that moment. */
export interface Chosen {
  readonly language: Language;
  readonly floor: Language | undefined;
}

const letters = ["A", "B", "C"] as const;

/** The language of who has the floor. */
export function floorLanguage(view: Pick<View, "room" | "seats">): Language | undefined {
  return view.seats.find((s) => s.id === view.room.floor)?.speaks;
}

/** Where the booth would speak when nobody of it is on air: a bidirectional one away from the floor. */
function standing(booth: Booth, chosen: Chosen | undefined, floor: Language | undefined): Language | undefined {
  const kept = chosen !== undefined && (!booth.bidirectional || chosen.floor === floor);
  if (kept && booth.outgoing.includes(chosen.language)) return chosen.language;
  return (booth.bidirectional ? booth.outgoing.find((l) => l !== floor) : undefined) ?? booth.outgoing[0];
}

/** held: the cough key is down, which silences here before the server knows of it. */
export function interpreterConsole(view: Pick<View, "me" | "booths">, chosen: Chosen | undefined, floor?: Language, held = false): Console {
  const booth = view.booths.find((b) => b.id === view.me.booth);
  const onAir = booth?.onAir === view.me.seat;
  const unheard = booth?.also === view.me.seat;
  const into = onAir || unheard ? booth?.into : booth && standing(booth, chosen, floor);
  const coughing = onAir && (held || booth.cough);
  return {
    booth,
    onAir,
    unheard,
    partnerOnAir: booth?.onAir !== undefined && !onAir,
    coughing,
    whispers: view.me.whispers,
    lamp: view.me.whispers !== undefined ? (view.me.muted ? "whispers-off" : "whispers") : coughing ? "cough" : onAir ? (booth.stalled ? "stalled" : "on-air") : unheard ? "unheard" : "off",
    outputs: (booth?.outgoing ?? []).slice(0, letters.length).map((language, i) => output(booth!, language, i, language === into)),
    turnsTo: booth?.bidirectional && booth.outgoing.length === 2 ? booth.outgoing.find((l) => l !== into) : undefined,
  };
}

function output(booth: Booth, language: Language, i: number, chosen: boolean): Output {
  const busy = booth.busy.includes(language);
  const possible = booth.mayGoOnAir.includes(language);
  const takesOver = booth.mayTakeOver.includes(language);
  return {
    letter: letters[i] ?? "C",
    language,
    chosen,
    busy,
    possible,
    takesOver,
    policy: !busy ? "free" : possible || takesOver ? "overrides" : "locked",
  };
}

/** Whether this interpreter's microphone may be open at all: live and not coughing. */
export function microphoneOpen(c: Console): boolean {
  return (c.onAir || c.unheard) && !c.coughing;
}

export function handover(view: Pick<View, "me" | "may">, c: Console): Handover {
  if (c.booth?.offered && c.onAir) return "offered";
  if (view.may.includes("accept-handover")) return "to-me";
  return c.onAir && view.may.includes("offer-handover") ? "may-offer" : "none";
}

/** The colleague of the booth who is live, heard or not; else the first of them who is here. */
export function partner(view: Pick<View, "me" | "seats">, c: Console): SeatId | undefined {
  const live = [c.booth?.onAir, c.booth?.also].find((id) => id !== undefined && id !== view.me.seat);
  return live ?? c.booth?.seats.find((id) => id !== view.me.seat && view.seats.some((s) => s.id === id && s.inRoom));
}

/** What is wrong, or might be, in the order of its weight. */
export type Warning = "both-live" | "stalled" | "own-language" | "pivot-silent" | "insufficient";

export function warnings(view: Pick<View, "me" | "channels" | "booths">, c: Console, now: number): readonly Warning[] {
  const { booth } = c;
  if (!booth) return [];
  const from = channelOf(view.channels, view.me.incoming);
  const all: readonly (readonly [Warning, boolean])[] = [
    ["both-live", booth.also !== undefined],
    ["stalled", booth.stalled],
    ["own-language", wrongChannel(booth, now) && c.onAir],
    ["pivot-silent", from !== undefined && !interpreted(from) && !coughs(view.booths, from.language)],
    ["insufficient", booth.insufficient !== undefined],
  ];
  return all.filter(([, is]) => is).map(([code]) => code);
}

/** Whether whoever works into a channel is there and coughs: a moment's silence is no news. */
function coughs(booths: readonly Booth[], into: Language): boolean {
  return booths.some((b) => b.onAir !== undefined && b.into === into && b.cough && !b.stalled);
}

function interpreted(channel: Channel): boolean {
  return channel.carries === "direct" || channel.carries === "relayed-once" || channel.carries === "relayed-twice";
}

/** What an interpreter works from, as the server has it. */
export function incomingOf(me: Pick<View["me"], "incoming">): Incoming {
  return me.incoming === undefined ? { from: "floor" } : { from: "channel", language: me.incoming };
}
