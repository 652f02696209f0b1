// What the server sends to a technician's screen once a second, and what every
// screen says of itself every two. The types are those of Go's package wall; a
// test there compares the members. Rates are in kbit/s, times in milliseconds,
// loss in percent, levels in dB, unless a comment says otherwise.

import type { Fault } from "../state/airtest";
import type { Result } from "../state/line";
import type { Instant, SeatId } from "./view.gen";

export type AlarmCode =
  | "silent-floor"
  | "clipping"
  | "narrowband"
  | "loss"
  | "press-loss"
  | "picture-stopped"
  | "picture-frozen"
  | "no-codec"
  | "channel-silent"
  | "disk-low"
  | "recorder-failing"
  | "journal-behind"
  | "unseen"
  | "missing"
  | "not-clear"
  | "strained"
  | "full";

export type Way = "in" | "out";
export type Carried = "microphone" | "camera" | "screen" | "channel";

export interface Wall {
  readonly at: Instant;
  readonly tick: number;
  readonly seats: readonly Row[];
  readonly press: Crowd;
  readonly public: Crowd;
  readonly channels: readonly ChannelRow[];
  readonly recorder: RecorderRow;
  readonly journal: JournalRow;
  readonly server: ServerRow;
  readonly alarms: readonly Alarm[];
  /** The last minutes; it comes once, and a screen goes on with it. */
  readonly history?: History;
}

export interface Alarm {
  readonly code: AlarmCode;
  readonly seat?: SeatId;
  /** Whose picture stands still, or is not shown. */
  readonly of?: SeatId;
  readonly language?: string;
  readonly way?: Way;
  readonly since: Instant;
  readonly figure: number;
  readonly why?: string;
  /** Reporters, and calls of the public in the last minute, that wait outside because the server is full. */
  readonly press?: number;
  readonly public?: number;
}

export interface Row {
  readonly seat: SeatId;
  readonly in?: Link;
  readonly out?: Link;
  readonly sources: readonly SourceRow[];
  readonly slots: readonly SlotRow[];
  readonly own?: Own;
  /** What the green room's test of the line has found. */
  readonly line?: Result;
  /** What the last test before going on air has found, and when. */
  readonly airTest?: AirTest;
  readonly airTestAt?: Instant;
}

export interface Link {
  readonly transport: string;
  readonly rate: number;
  readonly lost: number;
  readonly delay: number;
  readonly jitter: number;
  readonly quiet: number;
  readonly dropped: number;
  readonly estimate: number;
  readonly several?: number;
}

export interface SourceRow {
  readonly kind: Carried;
  readonly codec: string;
  readonly rate: number;
  readonly jitter: number;
  readonly level: number;
  readonly quiet: number;
  readonly layers?: readonly LayerRow[];
}

export interface LayerRow {
  readonly rate: number;
  readonly fps: number;
  readonly width: number;
  readonly height: number;
}

export interface SlotRow {
  readonly slot: string;
  readonly of?: SeatId;
  readonly kind: Carried;
  readonly language?: string;
  /** From 0, the smallest; −1 where there are none. */
  readonly layer: number;
  readonly reduced?: "line" | "hand" | "codec";
  readonly rate: number;
  readonly plays?: Received;
}

export interface Own {
  readonly browser: Browser;
  readonly hidden?: boolean;
  readonly microphone?: OwnSound;
  readonly camera?: OwnPicture;
  readonly sends?: Sends;
  /** Seconds since it was said. */
  readonly age: number;
}

export interface Crowd {
  readonly connections: number;
  readonly rate: number;
  readonly lost: number;
  readonly delay: number;
  readonly bad: number;
  readonly worst: readonly Member[];
}

export interface Member {
  readonly seat: SeatId;
  readonly link: Link;
  readonly browser?: string;
}

export interface ChannelRow {
  readonly language: string;
  readonly onAir?: SeatId;
  /** The channel that who is on air works from; absent when it is the floor. */
  readonly from?: string;
  /** How far its transport is behind the floor where both leave the server; −1 when not known. */
  readonly behind: number;
  /** A part of it is not known, so that it is more. */
  readonly atLeast?: boolean;
  readonly rate: number;
  readonly level: number;
  readonly quiet: number;
}

export interface RecorderRow {
  readonly take?: string;
  readonly wanted: boolean;
  readonly rate: number;
  readonly faults: readonly string[];
  /** Bytes. */
  readonly free: number;
  readonly size: number;
  /** For how long there is room; −1 when not known. */
  readonly minutes: number;
}

export interface JournalRow {
  readonly behind: boolean;
  readonly revision: number;
}

export interface ServerRow {
  /** Percent of all cores. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  /** Packets a second. */
  readonly in: number;
  readonly out: number;
  readonly near: boolean;
  readonly why?: string;
}

/** A moment without a measurement is null. */
export type Trace = readonly (number | null)[];

export interface History {
  readonly seats: Readonly<Record<string, Readonly<Record<string, Trace>>>>;
  readonly server: Readonly<Record<string, Trace>>;
  /** How far each channel is behind. */
  readonly channels: Readonly<Record<string, Trace>>;
}

/** What a screen says of itself. */
export interface Report {
  readonly browser: Browser;
  readonly hidden?: boolean;
  readonly microphone?: OwnSound;
  readonly camera?: OwnPicture;
  readonly sends?: Sends;
  readonly slots?: Readonly<Record<string, Received>>;
  readonly airTest?: AirTest;
}

/** What an interpreter's test before going on air has found last; without faults it has passed. */
export interface AirTest {
  /** For how many seconds it has been over. */
  readonly ago: number;
  readonly microphone?: string;
  readonly faults: readonly Fault[];
  readonly peak: number;
  readonly voice: number;
  readonly noise: number;
  /** Hz above which speech is cut off; absent when it is not. */
  readonly edge?: number;
  /** The mains that is heard, 50 or 60 Hz. */
  readonly hum?: number;
}

export interface Browser {
  readonly name: string;
  readonly version: string;
  readonly system?: string;
}

export type DeviceKind = "built-in" | "headset" | "usb" | "bluetooth" | "virtual" | "other";

export interface OwnSound {
  readonly device: DeviceKind;
  /** Hz, of the device. */
  readonly rate?: number;
  readonly level: number;
  readonly peak: number;
  /** Share of samples at full scale, 0 to 1. */
  readonly clipped: number;
  /** Hz above which speech is cut off, 4000 or 8000; 0 for no such edge, −1 when it cannot be told. */
  readonly edge: number;
}

export interface OwnPicture {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
}

export interface Sends {
  readonly rate: number;
  readonly delay: number;
  /** 0 to 1. */
  readonly lost: number;
  readonly codec?: string;
  readonly layers?: readonly Sent[];
}

export interface Sent {
  readonly rid?: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly rate: number;
  readonly limited?: string;
}

export interface Received {
  readonly rate: number;
  /** 0 to 1, before repair. */
  readonly lost: number;
  /** Share of sound that had to be made up, 0 to 1. */
  readonly concealed?: number;
  readonly buffer?: number;
  /** Seconds of the last two for which the picture stood still. */
  readonly frozen?: number;
  readonly fps?: number;
  readonly width?: number;
  readonly height?: number;
}
