// The interpreter's console: its keys, and which of its buttons can be pressed.

import type { Booth, Language, View } from "../protocol/view.gen";

/** What a key of the console does. */
export type Command =
  | "toggle-microphone"
  | "cough"
  | "output-a"
  | "output-b"
  | "incoming-next"
  | "louder"
  | "quieter"
  | "slow-down";

/** The keys, by the physical key: the same fingers in every layout. */
export const keys: Readonly<Record<string, { readonly command: Command; readonly shown: string; readonly held?: boolean }>> = {
  Space: { command: "cough", shown: "Space", held: true },
  KeyM: { command: "toggle-microphone", shown: "M" },
  Digit1: { command: "output-a", shown: "1" },
  Digit2: { command: "output-b", shown: "2" },
  KeyR: { command: "incoming-next", shown: "R" },
  ArrowUp: { command: "louder", shown: "↑" },
  ArrowDown: { command: "quieter", shown: "↓" },
  KeyS: { command: "slow-down", shown: "S" },
};

/** A key press as far as it matters here. */
export interface Press {
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
  /** The name of the element that has the focus, such as "TEXTAREA". */
  readonly on: string;
}

/** The command of a key press; undefined where the key belongs to something else. */
export function command(press: Press): Command | undefined {
  if (press.ctrlKey || press.altKey || press.metaKey || press.repeat) return undefined;
  if (press.on === "INPUT" || press.on === "TEXTAREA" || press.on === "SELECT") return undefined;
  return keys[press.code]?.command;
}

export function key(of: Command): string {
  return Object.values(keys).find((k) => k.command === of)?.shown ?? "";
}

export interface Output {
  readonly letter: "A" | "B" | "C";
  readonly language: Language;
  readonly chosen: boolean;
  /** Another booth is on air into it. */
  readonly busy: boolean;
  readonly possible: boolean;
  /** Only by taking the microphone over from the partner. */
  readonly takesOver: boolean;
}

/** How the console stands. */
export interface Console {
  readonly booth: Booth | undefined;
  /** This interpreter's microphone is on air. */
  readonly onAir: boolean;
  /** The partner's is. */
  readonly partnerOnAir: boolean;
  readonly coughing: boolean;
  readonly outputs: readonly Output[];
}

const letters = ["A", "B", "C"] as const;

export function interpreterConsole(view: Pick<View, "me" | "booths">, chosen: Language | undefined): Console {
  const booth = view.booths.find((b) => b.id === view.me.booth);
  const onAir = booth?.onAir === view.me.seat;
  const into = onAir ? booth?.into : (chosen ?? booth?.outgoing[0]);
  return {
    booth,
    onAir,
    partnerOnAir: booth?.onAir !== undefined && !onAir,
    coughing: onAir && (booth?.cough ?? false),
    outputs: (booth?.outgoing ?? []).slice(0, letters.length).map((language, i) => ({
      letter: letters[i] ?? "C",
      language,
      chosen: language === into,
      busy: booth?.busy.includes(language) ?? false,
      possible: booth?.mayGoOnAir.includes(language) ?? false,
      takesOver: booth?.mayTakeOver.includes(language) ?? false,
    })),
  };
}

/** Whether this interpreter's microphone may be open at all: on air and not coughing. */
export function microphoneOpen(c: Console): boolean {
  return c.onAir && !c.coughing;
}
