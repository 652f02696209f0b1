// Measures the seat's own microphone for the technician: how loud it is, whether
// it is distorted at its source, and whether it carries all of speech.

import type { OwnSound } from "../protocol/wall";
import { audioContext } from "./level";
import { edge } from "./spectrum";

/** From here on a sample stands at full scale. */
const full = 0.985;
/** Below it nobody is taken to speak, dBFS. */
const speaks = -50;
const quietest = -127;
/** So many moments of speech are needed to tell where it ends: about half a second. */
const enough = 8;

export type Measured = Pick<OwnSound, "level" | "peak" | "clipped" | "edge">;

/** What a stretch of samples comes to; kept apart from the page for its tests. */
export class Stretch {
  #sum = 0;
  #samples = 0;
  #clipped = 0;
  #peak = 0;
  #loud = 0;
  #power: Float64Array | undefined;

  /** Takes in samples and their spectrum in dB. */
  add(samples: Float32Array, spectrum: () => Float32Array): void {
    let sum = 0;
    for (const s of samples) {
      const size = Math.abs(s);
      sum += s * s;
      if (size > this.#peak) this.#peak = size;
      if (size >= full) this.#clipped++;
    }
    this.#sum += sum;
    this.#samples += samples.length;
    if (decibels(sum / samples.length) < speaks) return;
    this.#loud++;
    const now = spectrum();
    const power = (this.#power ??= new Float64Array(now.length));
    for (let i = 0; i < now.length; i++) power[i]! += 10 ** (Math.max(-200, now[i]!) / 10);
  }

  /** What has been measured since the last call. */
  take(hertz: number): Measured {
    const n = Math.max(1, this.#samples);
    const heard = this.#power !== undefined && this.#loud >= enough;
    const out: Measured = {
      level: round(decibels(this.#sum / n)),
      peak: round(decibels(this.#peak ** 2)),
      clipped: Math.round((this.#clipped / n) * 1e5) / 1e5,
      edge: heard ? edge(this.#power!.map((p) => 10 * Math.log10(p / this.#loud + 1e-20)), hertz) : -1,
    };
    this.#sum = this.#samples = this.#clipped = this.#peak = this.#loud = 0;
    this.#power = undefined;
    return out;
  }
}

function decibels(power: number): number {
  return Math.max(quietest, Math.min(0, 10 * Math.log10(power + 1e-13)));
}

const round = (n: number) => Math.round(n * 10) / 10;

/** Measures a microphone until it is closed. */
export class OwnMicrophone {
  readonly #stretch = new Stretch();
  readonly #hertz: number;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #source: MediaStreamAudioSourceNode;

  constructor(readonly track: MediaStreamTrack) {
    const context = audioContext();
    const analyser = new AnalyserNode(context, { fftSize: 2048, smoothingTimeConstant: 0, minDecibels: -180 });
    this.#source = context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(analyser);
    this.#hertz = context.sampleRate / analyser.fftSize;
    const samples = new Float32Array(analyser.fftSize);
    const bins = new Float32Array(analyser.frequencyBinCount);
    this.#timer = setInterval(() => {
      if (context.state !== "running") return;
      analyser.getFloatTimeDomainData(samples);
      this.#stretch.add(samples, () => {
        analyser.getFloatFrequencyData(bins);
        return bins;
      });
    }, 60);
  }

  take(): Measured {
    return this.#stretch.take(this.#hertz);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#source.disconnect();
  }
}
