// The test of the line in this browser: two connections of its own, one over
// UDP and one over TCP. What is sent is made for the purpose; neither camera
// nor microphone is in it.

import { refusalOf, type Refusal } from "../protocol/problem";
import { pictureCodecs } from "../protocol/sdp";
import { measureOver, noWays, step, testLasts, type Lack, type Measured, type Progress, type Result, type Told, type Ways } from "../state/line";
import { audioContext } from "./level";

const reachWithin = 4_000;
const silentFor = 3_000; // at first only sound is sent, so that an idle line is measured
const pictureRate = 2_500_000;

export interface LineEars {
  progress(p: Progress): void;
  /** What this side knows of itself, asked when the result is handed in. */
  told(session: string, ways: Ways): Told;
}

/** What a test sends. */
export interface Sends {
  readonly sound: boolean;
  readonly picture: boolean;
}

export class LineTest {
  #stopped = false;
  #ways: Ways = noWays;
  #session = "";
  readonly #probes = new Map<"udp" | "tcp", Probe>();
  #made: Made | undefined;

  constructor(
    private readonly authorization: string,
    private readonly sends: Sends,
    private readonly ears: LineEars,
  ) {}

  /** The seat's last result, if there is one. */
  async last(): Promise<Result | undefined> {
    const answer = await fetch("/api/linetest", { headers: this.#headers() }).catch(() => undefined);
    return answer?.status === 200 ? ((await answer.json()) as Result) : undefined;
  }

  /** Runs to the end, or until stopped. */
  async run(): Promise<void> {
    this.#ways = step(this.#ways, { is: "begun" });
    this.ears.progress({ at: "reaching" });
    this.#made = new Made(this.sends);
    await Promise.all((["udp", "tcp"] as const).map((over) => this.#reach(over)));
    if (this.#stopped) return;
    if (this.#ways.busy && measureOver(this.#ways) !== "udp") {
      this.#end();
      this.ears.progress({ at: "later" });
      return;
    }
    await this.#handIn();
    this.#end();
  }

  /** Ends the test now; what is known by then is handed in. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    const known = this.#session !== "" || measureOver(this.#ways) === "none";
    this.#end();
    if (known) void this.#put().catch(() => undefined);
  }

  /** Hands in again, when something more was found out. */
  async #handIn(): Promise<void> {
    const result = await this.#put().catch(() => undefined);
    if (!this.#stopped) this.ears.progress(result ? { at: "done", result } : { at: "later" });
  }

  handInAgain(): Promise<void> {
    return this.#handIn();
  }

  async #put(): Promise<Result> {
    const answer = await fetch("/api/linetest", {
      method: "PUT",
      headers: { ...this.#headers(), "Content-Type": "application/json" },
      body: JSON.stringify(this.ears.told(this.#session, this.#ways)),
      keepalive: true,
    });
    if (!answer.ok) throw await refusalOf(answer);
    return (await answer.json()) as Result;
  }

  /** Connects one way. Over UDP it then measures; over TCP only when UDP is blocked. */
  async #reach(over: "udp" | "tcp"): Promise<void> {
    const probe = new Probe(over, this.#headers(), this.#made!);
    this.#probes.set(over, probe);
    const reached = await probe.open().catch((fault: Refusal) => {
      if (fault.code === "tests-busy" || fault.code === "too-many-tests") this.#ways = step(this.#ways, { is: "busy" });
      return undefined;
    });
    if (this.#stopped) return;
    if (reached !== undefined) this.#ways = step(this.#ways, { is: reached ? "connected" : "blocked", over });
    if (over === "udp" && reached) await this.#measure(probe);
    if (over === "udp" && !reached) {
      probe.close();
      const other = this.#probes.get("tcp");
      if (other && (await other.opened) && !this.#stopped) await this.#measure(other);
    }
    if (over === "tcp" && this.#ways.udp !== "blocked") {
      // Whether TCP gets through is all that was asked, unless UDP turns out not to.
      await this.#probes.get("udp")?.opened.catch(() => false);
      if (measureOver(this.#ways) === "udp") probe.close();
    }
  }

  async #measure(probe: Probe): Promise<void> {
    this.#session = probe.session;
    const began = Date.now();
    setTimeout(() => probe.show(), silentFor);
    for (let passed = 0; !this.#stopped && passed < testLasts + 4_000; passed = Date.now() - began) {
      this.ears.progress({ at: "measuring", part: Math.min(1, passed / testLasts) });
      await new Promise((done) => setTimeout(done, 1_000));
      if (passed > 6_000 && (await probe.measured())?.over) return;
      if (probe.lost) return;
    }
  }

  #end(): void {
    for (const probe of this.#probes.values()) probe.close();
    this.#probes.clear();
    this.#made?.stop();
  }

  #headers(): Record<string, string> {
    return { Authorization: `Liqa ${this.authorization}` };
  }
}

/** One connection of a test. */
class Probe {
  readonly #pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  readonly #picture: RTCRtpSender | undefined;
  #resource: string | undefined;
  #closed = false;
  /** Settled when it is known whether this way is open. */
  readonly opened: Promise<boolean>;
  #settle!: (reached: boolean) => void;

  constructor(
    private readonly over: "udp" | "tcp",
    private readonly headers: Record<string, string>,
    private readonly made: Made,
  ) {
    this.opened = new Promise((done) => (this.#settle = done));
    const sound = made.sound;
    if (sound) this.#pc.addTransceiver(sound, { direction: "sendonly" });
    if (made.sends.picture) {
      const t = this.#pc.addTransceiver("video", {
        direction: "sendonly",
        sendEncodings: [{ maxBitrate: pictureRate, maxFramerate: 25 }],
      });
      t.setCodecPreferences(pictureCodecs(RTCRtpSender.getCapabilities("video")?.codecs ?? []));
      this.#picture = t.sender;
    }
    const down = this.#pc.addTransceiver("video", { direction: "recvonly" });
    down.setCodecPreferences(pictureCodecs(RTCRtpReceiver.getCapabilities("video")?.codecs ?? []));
  }

  get session(): string {
    return this.#resource?.split("/").at(-1) ?? "";
  }

  get lost(): boolean {
    return this.#closed || this.#pc.connectionState === "failed" || this.#pc.connectionState === "closed";
  }

  /** Whether the server was reached this way; throws when it will not be tested. */
  async open(): Promise<boolean> {
    try {
      await this.#pc.setLocalDescription(await this.#pc.createOffer());
      const answer = await fetch(`/api/linetest?over=${this.over}`, {
        method: "POST",
        headers: { ...this.headers, "Content-Type": "application/sdp" },
        body: this.#pc.localDescription?.sdp ?? "",
      });
      if (!answer.ok) throw await refusalOf(answer);
      this.#resource = answer.headers.get("Location") ?? undefined;
      const sdp = await answer.text();
      if (this.#closed) return false;
      await this.#pc.setRemoteDescription({ type: "answer", sdp });
      const reached = await this.#connected();
      this.#settle(reached);
      return reached;
    } catch (fault) {
      this.#settle(false);
      throw fault;
    }
  }

  #connected(): Promise<boolean> {
    return new Promise((done) => {
      const timer = setTimeout(() => done(false), reachWithin);
      const look = () => {
        const state = this.#pc.connectionState;
        if (state !== "connected" && state !== "failed" && state !== "closed") return;
        clearTimeout(timer);
        done(state === "connected");
      };
      this.#pc.addEventListener("connectionstatechange", look);
      look();
    });
  }

  /** Lets the picture flow. */
  show(): void {
    if (!this.#closed) void this.#picture?.replaceTrack(this.made.picture()).catch(() => undefined);
  }

  async measured(): Promise<Measured | undefined> {
    if (this.#resource === undefined) return undefined;
    const answer = await fetch(this.#resource, { headers: this.headers }).catch(() => undefined);
    return answer?.ok ? ((await answer.json()) as Measured) : undefined;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#settle(false);
    this.#pc.close();
    if (this.#resource) void fetch(this.#resource, { method: "DELETE", headers: this.headers, keepalive: true }).catch(() => undefined);
  }
}

/** A tone too low to matter and a picture of noise, which costs a line what a face does. */
class Made {
  readonly #ends: (() => void)[] = [];
  readonly sound: MediaStreamTrack | undefined;
  #picture: MediaStreamTrack | undefined;

  constructor(readonly sends: Sends) {
    if (!sends.sound) return;
    const context = audioContext();
    const tone = new OscillatorNode(context, { frequency: 220 });
    const out = context.createMediaStreamDestination();
    tone.connect(new GainNode(context, { gain: 0.02 })).connect(out);
    tone.start();
    this.#ends.push(() => tone.stop());
    this.sound = out.stream.getAudioTracks()[0];
  }

  picture(): MediaStreamTrack | null {
    if (this.#picture) return this.#picture;
    const canvas = document.createElement("canvas");
    canvas.width = 640;
    canvas.height = 360;
    const pen = canvas.getContext("2d");
    if (!pen) return null;
    const grain = document.createElement("canvas");
    grain.width = 640;
    grain.height = 360;
    const noise = new ImageData(640, 360);
    for (let i = 0; i < noise.data.length; i++) noise.data[i] = i % 4 === 3 ? 255 : Math.random() * 256;
    grain.getContext("2d")?.putImageData(noise, 0, 0);
    const draw = () => pen.drawImage(grain, -Math.random() * 320, -Math.random() * 180, 960, 540);
    draw();
    const timer = setInterval(draw, 40);
    this.#ends.push(() => clearInterval(timer));
    this.#picture = canvas.captureStream(25).getVideoTracks()[0];
    return this.#picture ?? null;
  }

  stop(): void {
    for (const end of this.#ends) end();
    this.sound?.stop();
    this.#picture?.stop();
  }
}

/** What this browser does less well than others. */
export function lacks(): Lack[] {
  const has = (of: typeof RTCRtpSender | typeof RTCRtpReceiver, kind: "audio" | "video", name: string) =>
    of.getCapabilities(kind)?.codecs.some((c) => c.mimeType.toLowerCase() === `${kind}/${name}`) ?? false;
  const out: Lack[] = [];
  if (!has(RTCRtpSender, "video", "h264")) out.push("h264");
  if (!has(RTCRtpReceiver, "video", "h264")) out.push("h264-shown");
  if (!has(RTCRtpSender, "audio", "red")) out.push("red");
  if (!("setSinkId" in HTMLMediaElement.prototype)) out.push("speaker-choice");
  if (!("wakeLock" in navigator)) out.push("keep-awake");
  return out;
}
