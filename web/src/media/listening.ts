// All that a page plays, through one chain: the gain of each sound, bass and
// treble, and the limiter, last. Where the browser has no such chain, or holds
// it back, the elements play by themselves, and nobody hears less.

import { bassShelf, shelfGain, trebleShelf } from "../state/tone";
import { audioContext } from "./level";
import type { Came } from "./limiter";
import address from "./limiter.worklet.ts?worker&url";

/** dB, each from −12 to 12. */
export interface Tone {
  readonly bass: number;
  readonly treble: number;
}

/** In how many seconds a tone is turned: nothing clicks. */
const turns = 0.03;
/** Milliseconds that the sound may have stood still in a second before it is put in step again. */
const still = 30;

type Sink = { setSinkId?: (id: string) => Promise<void> };

export class Listening {
  #context: AudioContext | undefined;
  #inlet: BiquadFilterNode | undefined;
  #treble: BiquadFilterNode | undefined;
  #limiter: AudioWorkletNode | undefined;
  #tone: Tone = { bass: 0, treble: 0 };
  #speaker = "";
  #elsewhere: HTMLAudioElement | undefined;
  #echoes = false;
  #was = false;
  #clock: { readonly context: number; readonly page: number } | undefined;
  readonly #voices = new Set<() => void>();
  readonly #ears = new Set<(came: Came) => void>();

  /** Whether what is put in is heard now. */
  get open(): boolean {
    return this.#limiter !== undefined && this.#context?.state === "running" && !this.#echoes;
  }

  /** Tells a voice whenever it has to choose anew between chain and element. */
  join(voice: () => void): () => void {
    this.#voices.add(voice);
    void this.#begin();
    return () => this.#voices.delete(voice);
  }

  /** Lets a sound in; the gain is the voice's own. undefined: its element has to play it. */
  put(track: MediaStreamTrack, gain: number): { readonly gain: AudioParam; readonly now: number; take(): void } | undefined {
    const context = this.#context;
    if (!this.open || !context || !this.#inlet) return undefined;
    let source: MediaStreamAudioSourceNode;
    try {
      source = context.createMediaStreamSource(new MediaStream([track]));
    } catch {
      return undefined; // Firefox takes no sound of another sampling rate: its element plays it
    }
    const node = new GainNode(context, { gain });
    source.connect(node).connect(this.#inlet);
    const take = () => {
      source.disconnect();
      node.disconnect();
    };
    return {
      gain: node.gain,
      get now() {
        return context.currentTime;
      },
      take,
    };
  }

  /** Asks the browser to let sound out; of use while a person presses something. */
  wake(): void {
    if (this.#context && this.#context.state !== "running") void this.#context.resume().catch(() => undefined);
  }

  tone(tone: Tone): void {
    this.#tone = tone;
    const context = this.#context;
    if (!context) return;
    this.#inlet?.gain.setTargetAtTime(shelfGain(tone.bass), context.currentTime, turns);
    this.#treble?.gain.setTargetAtTime(shelfGain(tone.treble), context.currentTime, turns);
  }

  /** Sends everything to a loudspeaker; "" is the device's own choice. */
  speaker(id: string): void {
    if (id === this.#speaker) return;
    this.#speaker = id;
    this.#lead();
  }

  /**
   * Whether this microphone's echo is cancelled. Android takes for an echo only
   * what a connection's own element plays: there the elements go on playing.
   */
  echoes(microphone: MediaStreamTrack | undefined): void {
    this.#echoes = /Android/.test(navigator.userAgent) && microphone?.getSettings().echoCancellation === true;
    this.#tell();
  }

  /** Tells, twice a second, what came out. */
  hear(ear: (came: Came) => void): () => void {
    this.#ears.add(ear);
    return () => this.#ears.delete(ear);
  }

  async #begin(): Promise<void> {
    if (this.#context || typeof AudioWorkletNode === "undefined") return;
    const context = (this.#context = audioContext());
    for (const press of ["pointerup", "keyup"]) window.addEventListener(press, () => this.wake(), { passive: true });
    context.addEventListener("statechange", () => this.#tell());
    try {
      await context.audioWorklet.addModule(address);
    } catch {
      return; // the elements play
    }
    this.#inlet = new BiquadFilterNode(context, { ...bassShelf, gain: shelfGain(this.#tone.bass) });
    this.#treble = new BiquadFilterNode(context, { ...trebleShelf, gain: shelfGain(this.#tone.treble) });
    const limiter = new AudioWorkletNode(context, "limiter", { channelCount: 2, channelCountMode: "explicit", outputChannelCount: [2] });
    limiter.onprocessorerror = () => {
      this.#limiter = undefined;
      this.#tell();
    };
    limiter.port.onmessage = ({ data }: MessageEvent<Came>) => {
      for (const ear of this.#ears) ear(data);
      this.#keepStep();
    };
    this.#inlet.connect(this.#treble).connect(limiter);
    this.#limiter = limiter;
    this.#lead();
    this.#tell();
  }

  /** Leads what comes out of the limiter to the loudspeaker. */
  #lead(): void {
    const context = this.#context as (AudioContext & Sink) | undefined;
    if (!context || !this.#limiter) return;
    this.#limiter.disconnect();
    this.#elsewhere?.pause();
    this.#elsewhere = undefined;
    if (this.#speaker !== "" && !context.setSinkId) {
      // A browser that can lead only elements to a loudspeaker.
      const out = context.createMediaStreamDestination();
      this.#limiter.connect(out);
      this.#elsewhere = new Audio();
      this.#elsewhere.srcObject = out.stream;
      void (this.#elsewhere as Sink).setSinkId?.(this.#speaker).catch(() => undefined);
      void this.#elsewhere.play().catch(() => undefined);
      return;
    }
    void context.setSinkId?.(this.#speaker).catch(() => undefined);
    this.#limiter.connect(context.destination);
  }

  #tell(): void {
    if (this.open === this.#was) return;
    this.#was = this.open;
    this.#clock = undefined;
    for (const voice of this.#voices) voice();
  }

  /**
   * While the sound stood still, what came from the connections has piled up,
   * and would stay late for good: then every voice is put in anew.
   */
  #keepStep(): void {
    const stamp = this.#context?.getOutputTimestamp?.();
    if (stamp?.contextTime === undefined || stamp.performanceTime === undefined) return;
    const before = this.#clock;
    const now = { context: stamp.contextTime * 1000, page: stamp.performanceTime };
    this.#clock = now;
    if (!before || now.page - before.page - (now.context - before.context) < still) return;
    for (const voice of this.#voices) voice();
  }
}

let shared: Listening | undefined;

/** What the page plays is played through this. */
export function listening(): Listening {
  shared ??= new Listening();
  return shared;
}
