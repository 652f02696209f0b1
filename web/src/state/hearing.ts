// How an interpreter has set their headphones, their keys and the speaker's
// picture: kept on the device, for each interpreter.

import type { Language } from "../protocol/view.gen";
import { commands, free, usual, type Keys } from "./keys";

/** What the headphones are set to. */
export interface Hearing {
  /** 0 to 2; 1 is as it comes. */
  readonly volume: number;
  /** −1: the incoming alone; 0: both; 1: the partner alone. */
  readonly balance: number;
  /** dB at 125 Hz. */
  readonly bass: number;
  /** dB at 8 kHz. */
  readonly treble: number;
}

export const plain: Hearing = { volume: 1, balance: 0, bass: 0, treble: 0 };

/** How far each goes and by how much a key moves it. */
export const ranges = {
  volume: { least: 0, most: 2, step: 0.05 },
  balance: { least: -1, most: 1, step: 0.1 },
  bass: { least: -12, most: 12, step: 2 },
  treble: { least: -12, most: 12, step: 2 },
} as const;
export type Dial = keyof typeof ranges;

export function moved(hearing: Hearing, dial: Dial, by: 1 | -1): Hearing {
  return set(hearing, dial, hearing[dial] + by * ranges[dial].step);
}

export function set(hearing: Hearing, dial: Dial, to: number): Hearing {
  const { least, most } = ranges[dial];
  return { ...hearing, [dial]: Math.round(Math.min(most, Math.max(least, to)) * 100) / 100 };
}

/** Where a dial stands, as it is written beside it. */
export function reading(hearing: Hearing, dial: Dial): string {
  const at = hearing[dial];
  if (dial === "volume" || dial === "balance") return `${signed(Math.round(at * 100), dial === "balance")}\u202f%`;
  return `${signed(at, true)} dB`;
}

function signed(n: number, plus: boolean): string {
  return n < 0 ? `−${-n}` : plus && n > 0 ? `+${n}` : `${n}`;
}

/** How loud incoming and partner are, from 0 to 2. */
export function loudness({ volume, balance }: Hearing): { readonly incoming: number; readonly partner: number } {
  return { incoming: volume * Math.min(1, 1 - balance), partner: volume * Math.min(1, 1 + balance) };
}

type Store = Pick<Storage, "getItem" | "setItem">;

/** What one interpreter has chosen. */
export interface Kept {
  readonly hearing: Hearing;
  readonly keys: Keys;
  /** The level of speech at the output that they called comfortable, dBFS; undefined until they have. */
  readonly comfortable?: number;
  /** How much of the width beside it the speaker's picture has; from `narrowest` to 1. */
  readonly picture: number;
  /** The channels that they have put at the keys for channels, in their order. */
  readonly channels: readonly Language[];
  /** What is pre-selected; "" is the floor, undefined what the console takes by itself. */
  readonly next?: Language | "";
}

export const narrowest = 0.25;
export const usualPicture = 0.6;

/** The nearest share of the width that the speaker's picture may have. */
export function picture(share: number): number {
  return Math.round(Math.min(1, Math.max(narrowest, share)) * 100) / 100;
}

const place = (seat: string) => `liqa/console/${seat}`;

/** What was kept, as far as it still makes sense. */
export function kept(store: Store, seat: string): Kept {
  let found: unknown;
  try {
    found = JSON.parse(store.getItem(place(seat)) ?? "null");
  } catch {
    found = undefined;
  }
  const { hearing, keys, ...rest } = (found ?? {}) as { readonly [K in keyof Kept]?: Partial<Kept[K]> };
  let ear = plain;
  for (const dial of Object.keys(ranges) as Dial[]) {
    const value = hearing?.[dial];
    if (isNumber(value)) ear = set(ear, dial, value);
  }
  const mine = { ...usual };
  for (const c of commands) {
    const code = keys?.[c];
    if (typeof code === "string" && free(code)) mine[c] = code;
  }
  // Two commands at one key: then none of the choices can be trusted.
  return {
    hearing: ear,
    keys: new Set(Object.values(mine)).size === commands.length ? mine : usual,
    picture: isNumber(rest.picture) ? picture(rest.picture) : usualPicture,
    channels: Array.isArray(rest.channels) ? [...new Set(rest.channels.filter((l) => typeof l === "string"))] : [],
    ...(isNumber(rest.comfortable) ? { comfortable: rest.comfortable } : {}),
    ...(typeof rest.next === "string" ? { next: rest.next } : {}),
  };
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

export function keep(store: Store, seat: string, what: Kept): void {
  store.setItem(place(seat), JSON.stringify(what));
}
