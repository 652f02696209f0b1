// The test of the line as a screen shows it: how far it is, and what the
// server has made of it. Nothing here opens a connection; it is told.

import type { Role } from "../protocol/view.gen";
import { narrow, needs, type Findings } from "./greenroom";

export type Colour = "green" | "amber" | "red";

/** The sentences of a result; the server chooses among them (package greenroom). */
export const lineCodes = [
  "good",
  "no-media",
  "no-microphone",
  "sound-too-slow",
  "hearing-too-slow",
  "heavy-loss",
  "telephone",
  "echo",
  "by-tcp",
  "picture-too-slow",
  "seeing-too-slow",
  "no-h264",
  "loss",
  "delay",
  "unsteady",
  "noise",
  "faint",
  "no-camera",
  "unmeasured",
] as const;
export type LineCode = (typeof lineCodes)[number];

export type Reach = "reached" | "blocked";
export type Came = "nothing" | "back";

/** What a browser can be said to lack. */
export const lacking = ["h264", "h264-shown", "red", "simulcast", "speaker-choice", "keep-awake"] as const;
export type Lack = (typeof lacking)[number];

/** What this side tells the server of itself; absent is not known. */
export interface Told {
  readonly session: string;
  readonly udp?: Reach;
  readonly tcp?: Reach;
  readonly browser?: string;
  readonly lacks?: readonly Lack[];
  readonly microphone?: string;
  readonly camera?: string;
  readonly loudspeaker?: string;
  readonly telephone?: boolean;
  readonly headset?: boolean;
  readonly level?: number;
  readonly noise?: number;
  readonly echo?: Came;
}

/** Durations are nanoseconds, rates bit/s, shares 0 to 1. */
export interface Measured {
  readonly transport?: "udp" | "tcp";
  readonly up?: number;
  readonly down?: number;
  readonly lostUp?: number;
  readonly lostDown?: number;
  readonly roundTrip?: number;
  readonly jitter?: number;
  readonly lasted?: number;
  readonly over?: boolean;
}

export interface Result extends Omit<Told, "session"> {
  readonly at: string;
  readonly colour: Colour;
  readonly says: LineCode;
  readonly remarks?: readonly { readonly code: LineCode; readonly colour: Colour }[];
  readonly measured: Measured;
}

/** How far the test is. */
export type Progress =
  | { readonly at: "waiting" }
  | { readonly at: "reaching" }
  | { readonly at: "measuring"; readonly part: number }
  | { readonly at: "done"; readonly result: Result }
  | { readonly at: "later" };

/** How long the server's half lasts, in milliseconds. */
export const testLasts = 9_500;

/** A test in the order in which things happen to it. */
export type Step =
  | { readonly is: "begun" }
  | { readonly is: "connected"; readonly over: "udp" | "tcp" }
  | { readonly is: "blocked"; readonly over: "udp" | "tcp" }
  | { readonly is: "busy" };

/** What is known of the two ways. */
export interface Ways {
  readonly udp?: Reach;
  readonly tcp?: Reach;
  readonly busy: boolean;
}

export const noWays: Ways = { busy: false };

export function step(ways: Ways, s: Step): Ways {
  switch (s.is) {
    case "begun":
      return noWays;
    case "connected":
      return { ...ways, [s.over]: "reached" };
    case "blocked":
      return { ...ways, [s.over]: "blocked" };
    case "busy":
      return { ...ways, busy: true };
  }
}

/** By which way to measure: UDP as soon as it is there, TCP once UDP is known to be blocked. */
export function measureOver(ways: Ways): "udp" | "tcp" | "none" | "not-yet" {
  if (ways.udp === "reached") return "udp";
  if (ways.udp === undefined) return "not-yet";
  if (ways.tcp === "reached") return "tcp";
  return ways.tcp === "blocked" ? "none" : "not-yet";
}

/** Whether a kept result still says something about this device, so that a reload need not test again. */
export function fresh(result: Result | undefined, browser: string, now: number): boolean {
  return result !== undefined && result.says !== "unmeasured" && result.browser === browser && now - Date.parse(result.at) < 10 * 60_000;
}

/** Of a microphone's levels, the voice and what is between the words. */
export class Levels {
  readonly #heard: number[] = [];

  add(dbfs: number): void {
    this.#heard.push(dbfs);
    if (this.#heard.length > 600) this.#heard.shift();
  }

  /** dBFS; voice is absent when nobody has spoken, both when too little has been heard. */
  get found(): { readonly voice?: number; readonly noise?: number } {
    if (this.#heard.length < 30) return {};
    const sorted = [...this.#heard].sort((a, b) => a - b);
    const at = (part: number) => Math.round(sorted[Math.floor(part * (sorted.length - 1))]!);
    const noise = at(0.1);
    const voice = at(0.95);
    return voice - noise >= 10 ? { voice, noise } : { noise };
  }
}

/** The name by which a technician knows a browser: "Chrome 140, Windows". */
export function browserName(agent: string): string {
  const systems: readonly [RegExp, string][] = [
    [/Android/, "Android"],
    [/iPhone|iPad/, "iOS"],
    [/CrOS/, "ChromeOS"],
    [/Windows/, "Windows"],
    [/Mac OS X/, "macOS"],
    [/Linux/, "Linux"],
  ];
  const browsers: readonly [RegExp, string][] = [
    [/Edg\w*\/(\d+)/, "Edge"],
    [/OPR\/(\d+)/, "Opera"],
    [/(?:Firefox|FxiOS)\/(\d+)/, "Firefox"],
    [/(?:Chrome|CriOS|HeadlessChrome)\/(\d+)/, "Chrome"],
    [/Version\/(\d+).*Safari/, "Safari"],
  ];
  const system = systems.find(([is]) => is.test(agent))?.[1];
  for (const [is, name] of browsers) {
    const version = is.exec(agent)?.[1];
    if (version !== undefined) return [`${name} ${version}`, system].filter(Boolean).join(", ");
  }
  return system ?? "";
}

/** What is handed in: the devices as the green room found them, and what the test heard. */
export function told(
  role: Role,
  of: {
    readonly session: string;
    readonly ways: Ways;
    readonly found: Findings;
    readonly names: Pick<Told, "browser" | "lacks" | "microphone" | "camera" | "loudspeaker">;
    readonly levels: Levels["found"];
    readonly echo?: Came;
  },
): Told {
  const need = needs(role);
  const { udp, tcp } = of.ways;
  const { voice, noise } = of.levels;
  const { microphone, camera, ...names } = of.names;
  return {
    session: of.session,
    ...(udp ? { udp } : {}),
    ...(tcp ? { tcp } : {}),
    ...names,
    ...(need.microphone && of.found.microphone === "ready" ? { microphone: microphone || "?" } : {}),
    ...(need.camera && of.found.camera === "ready" ? { camera: camera || "?" } : {}),
    ...(need.microphone && narrow(of.found) ? { telephone: true } : {}),
    ...(need.microphone ? { headset: of.found.headset } : {}),
    ...(need.microphone && voice !== undefined ? { level: voice } : {}),
    ...(need.microphone && noise !== undefined ? { noise } : {}),
    ...(of.echo ? { echo: of.echo } : {}),
  };
}
