// How an interpreter has set their headphones and their keys: kept on the
// device, for each interpreter.

import { commands, free, usual, type Keys } from "./keys";

/** What the headphones are set to. */
export interface Hearing {
  /** 0 to 1. */
  readonly volume: number;
  /** −1: the incoming alone; 0: both; 1: the partner alone. */
  readonly balance: number;
}

export const plain: Hearing = { volume: 1, balance: 0 };

/** How far each goes and by how much a key moves it. */
export const ranges = {
  volume: { least: 0, most: 1, step: 0.05 },
  balance: { least: -1, most: 1, step: 0.1 },
} as const;
export type Dial = keyof typeof ranges;

export function moved(hearing: Hearing, dial: Dial, by: 1 | -1): Hearing {
  return set(hearing, dial, hearing[dial] + by * ranges[dial].step);
}

export function set(hearing: Hearing, dial: Dial, to: number): Hearing {
  const { least, most } = ranges[dial];
  return { ...hearing, [dial]: Math.round(Math.min(most, Math.max(least, to)) * 100) / 100 };
}

/** How loud incoming and partner are, from 0 to 1. */
export function loudness({ volume, balance }: Hearing): { readonly incoming: number; readonly partner: number } {
  return { incoming: volume * Math.min(1, 1 - balance), partner: volume * Math.min(1, 1 + balance) };
}

type Store = Pick<Storage, "getItem" | "setItem">;

/** What one interpreter has chosen. */
export interface Kept {
  readonly hearing: Hearing;
  readonly keys: Keys;
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
  const { hearing, keys } = (found ?? {}) as { readonly hearing?: Partial<Hearing>; readonly keys?: Partial<Keys> };
  let ear = plain;
  for (const dial of Object.keys(ranges) as Dial[]) {
    const value = hearing?.[dial];
    if (typeof value === "number" && Number.isFinite(value)) ear = set(ear, dial, value);
  }
  const mine = { ...usual };
  for (const c of commands) {
    const code = keys?.[c];
    if (typeof code === "string" && free(code)) mine[c] = code;
  }
  // Two commands at one key: then none of the choices can be trusted.
  return { hearing: ear, keys: new Set(Object.values(mine)).size === commands.length ? mine : usual };
}

export function keep(store: Store, seat: string, what: Kept): void {
  store.setItem(place(seat), JSON.stringify(what));
}
