// What this screen says of itself every two seconds, for the technician's
// wall: its browser and devices, and its connections by the browser's own
// statistics. Slots that have carried nothing for a while are left out: to the
// statistics an idle slot is a total loss.

import type { SlotName } from "../protocol/view.gen";
import type { AirTest, Browser, DeviceKind, OwnPicture, OwnSound, Received, Report, Sends, Sent } from "../protocol/wall";
import { OwnMicrophone } from "./ownsound";

/** What is reported of, as it is at the moment. */
export interface Reported {
  readonly sending: Pick<RTCPeerConnection, "getStats"> | undefined;
  readonly receiving: { readonly pc: Pick<RTCPeerConnection, "getStats">; readonly tracks: ReadonlyMap<SlotName, Pick<MediaStreamTrack, "id">> } | undefined;
  readonly local: MediaStream | undefined;
  readonly airTest?: AirTest | undefined;
}

const every = 2000;
/** A slot that has been silent for so long is idle. */
const idleAfter = 20_000;

/** One entry of the browser's statistics; a member that is not there is 0. */
export type Entry = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

function number(entry: Entry | undefined, name: string): number {
  const value = entry?.[name];
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

const word = (entry: Entry | undefined, name: string) => (typeof entry?.[name] === "string" ? entry[name] : undefined);
const round = (n: number, digits = 1) => Math.round(n * 10 ** digits) / 10 ** digits;

/** Remembers each entry until the next report, and what has grown since. */
export class Growth {
  #before = new Map<string, Entry>();
  #now = new Map<string, Entry>();

  /** Takes in the entries of a connection that are reported of. */
  begin(all: Iterable<Entry>): readonly Entry[] {
    const list = [...all];
    for (const e of list) this.#now.set(e.id, e);
    return list;
  }

  /** By how much a counter has grown; undefined at the first sight. */
  of(entry: Entry, name: string): number | undefined {
    const before = this.#before.get(entry.id);
    return before === undefined ? undefined : Math.max(0, number(entry, name) - number(before, name));
  }

  /** Seconds between the two sights of an entry. */
  seconds(entry: Entry): number {
    const before = this.#before.get(entry.id);
    return before === undefined ? 0 : Math.max(0, (number(entry, "timestamp") - number(before, "timestamp")) / 1000);
  }

  end(): void {
    this.#before = this.#now;
    this.#now = new Map();
  }
}

/** One receiving stream. Undefined when nothing can be said of it yet. */
export function received(e: Entry, grown: Growth): Received | undefined {
  const seconds = grown.seconds(e);
  if (seconds <= 0) return undefined;
  const of = (name: string) => grown.of(e, name) ?? 0;
  const packets = of("packetsReceived");
  const lost = of("packetsLost");
  const common = {
    rate: round((of("bytesReceived") * 8) / 1000 / seconds),
    lost: round(lost / Math.max(1, packets + lost), 3),
  };
  if (e["kind"] === "video") {
    const decoded = of("framesDecoded");
    return {
      ...common,
      fps: round(decoded / seconds),
      frozen: round(decoded === 0 ? seconds : Math.min(seconds, of("totalFreezesDuration"))),
      width: number(e, "frameWidth"),
      height: number(e, "frameHeight"),
    };
  }
  const emitted = of("jitterBufferEmittedCount");
  return {
    ...common,
    concealed: round(Math.max(0, of("concealedSamples") - of("silentConcealedSamples")) / Math.max(1, of("totalSamplesReceived")), 4),
    ...(emitted > 0 ? { buffer: round((of("jitterBufferDelay") / emitted) * 1000) } : {}),
  };
}

/** The sending connection. */
export function sends(all: readonly Entry[], grown: Growth): Sends | undefined {
  const out = all.filter((e) => e.type === "outbound-rtp");
  if (out.length === 0) return undefined;
  const remote = all.filter((e) => e.type === "remote-inbound-rtp");
  const rateOf = (e: Entry) => {
    const seconds = grown.seconds(e);
    return seconds > 0 ? ((grown.of(e, "bytesSent") ?? 0) * 8) / 1000 / seconds : 0;
  };
  const pictures = out.filter((e) => e["kind"] === "video");
  const layers = pictures
    .filter((e) => e["active"] !== false)
    .map((e): Sent => {
      const rid = word(e, "rid");
      const limited = word(e, "qualityLimitationReason");
      return {
        ...(rid ? { rid } : {}),
        width: number(e, "frameWidth"),
        height: number(e, "frameHeight"),
        fps: round(number(e, "framesPerSecond")),
        rate: round(rateOf(e)),
        ...(limited ? { limited } : {}),
      };
    })
    .sort((a, b) => a.width - b.width)
    .slice(0, 4);
  const codec = word(all.find((e) => e.type === "codec" && e.id === pictures[0]?.["codecId"]), "mimeType")?.split("/")[1];
  return {
    rate: round(out.reduce((sum, e) => sum + rateOf(e), 0)),
    delay: round(Math.max(0, ...remote.map((e) => number(e, "roundTripTime"))) * 1000),
    lost: round(Math.min(1, Math.max(0, ...remote.map((e) => number(e, "fractionLost")))), 3),
    ...(codec ? { codec } : {}),
    ...(layers.length > 0 ? { layers } : {}),
  };
}

/** How a microphone is connected, as far as its name tells. */
export function deviceKind(label: string): DeviceKind {
  const kinds: readonly (readonly [DeviceKind, RegExp])[] = [
    ["virtual", /virtual|vb-audio|blackhole|loopback|monitor of|fake|voicemeeter|obs\b/i],
    ["bluetooth", /bluetooth|hands-?free|\bhfp\b|\bbt\b|airpods|\bbuds\b/i],
    ["headset", /headset|headphone|earphone|earpods|jabra|plantronics|poly\b|sennheiser|epos/i],
    ["usb", /\busb\b/i],
    ["built-in", /built-?in|internal|integrated|array|macbook|realtek/i],
  ];
  return kinds.find(([, name]) => name.test(label))?.[0] ?? "other";
}

/** The browser by what it calls itself. */
export function browserOf(agent: string): Browser {
  const names: readonly (readonly [string, RegExp])[] = [
    ["Edge", /Edg\/([\d.]+)/],
    ["Firefox", /Firefox\/([\d.]+)/],
    ["Chromium", /Chrome\/([\d.]+)/],
    ["Safari", /Version\/([\d.]+).*Safari/],
  ];
  const systems: readonly (readonly [string, RegExp])[] = [
    ["Android", /Android/],
    ["iOS", /iPhone|iPad/],
    ["Windows", /Windows/],
    ["macOS", /Macintosh/],
    ["Linux", /Linux/],
  ];
  const system = systems.find(([, is]) => is.test(agent))?.[0];
  for (const [name, is] of names) {
    const found = is.exec(agent);
    if (found) return { name, version: (found[1] ?? "").split(".").slice(0, 2).join("."), ...(system ? { system } : {}) };
  }
  return { name: "other", version: "", ...(system ? { system } : {}) };
}

/** Reports until it is closed. */
export class Reporter {
  readonly #grown = new Growth();
  readonly #heard = new Map<string, number>();
  readonly #timer: ReturnType<typeof setInterval>;
  #microphone: OwnMicrophone | undefined;
  #busy = false;

  constructor(
    private readonly look: () => Reported,
    private readonly tell: (report: Report) => void,
  ) {
    this.#timer = setInterval(() => void this.#report(), every);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#microphone?.close();
    this.#microphone = undefined;
  }

  async #report(): Promise<void> {
    if (this.#busy) return; // the statistics of the last time have not come yet
    this.#busy = true;
    try {
      const now = this.look();
      const [out, slots] = [await this.#sends(now), await this.#slots(now)];
      this.#grown.end();
      const microphone = this.#sound(now.local?.getAudioTracks()[0]);
      const camera = pictureOf(now.local?.getVideoTracks()[0]);
      this.tell({
        browser: browserOf(navigator.userAgent),
        ...(document.hidden ? { hidden: true } : {}),
        ...(microphone ? { microphone } : {}),
        ...(camera ? { camera } : {}),
        ...(out ? { sends: out } : {}),
        ...(slots ? { slots } : {}),
        ...(now.airTest ? { airTest: now.airTest } : {}),
      });
    } catch {
      // A connection was closed meanwhile: the next report is of its successor.
    } finally {
      this.#busy = false;
    }
  }

  async #sends(now: Reported): Promise<Sends | undefined> {
    if (!now.sending) return undefined;
    return sends(this.#grown.begin(entries(await now.sending.getStats())), this.#grown);
  }

  async #slots(now: Reported): Promise<Record<string, Received> | undefined> {
    if (!now.receiving) return undefined;
    const names = new Map([...now.receiving.tracks].map(([slot, track]) => [track.id, slot]));
    const slots: Record<string, Received> = {};
    for (const e of this.#grown.begin(entries(await now.receiving.pc.getStats()))) {
      const slot = e.type === "inbound-rtp" ? names.get(word(e, "trackIdentifier") ?? "") : undefined;
      const what = slot && received(e, this.#grown);
      if (!slot || !what) continue;
      if ((this.#grown.of(e, "packetsReceived") ?? 0) > 0) this.#heard.set(e.id, number(e, "timestamp"));
      if (number(e, "timestamp") - (this.#heard.get(e.id) ?? -Infinity) < idleAfter) slots[slot] = what;
    }
    return slots;
  }

  #sound(track: MediaStreamTrack | undefined): OwnSound | undefined {
    if (track !== this.#microphone?.track) {
      this.#microphone?.close();
      this.#microphone = track && new OwnMicrophone(track);
      return undefined; // measured from now on
    }
    if (!track || !this.#microphone) return undefined;
    const rate = track.getSettings().sampleRate;
    return { device: deviceKind(track.label), ...(rate ? { rate } : {}), ...this.#microphone.take() };
  }
}

function entries(report: RTCStatsReport): Entry[] {
  const all: Entry[] = [];
  report.forEach((e: Entry) => all.push(e));
  return all;
}

function pictureOf(track: MediaStreamTrack | undefined): OwnPicture | undefined {
  if (!track) return undefined;
  const { width, height, frameRate } = track.getSettings();
  return { width: width ?? 0, height: height ?? 0, fps: round(frameRate ?? 0) };
}
