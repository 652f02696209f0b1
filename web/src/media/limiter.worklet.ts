// The limiter on the browser's own thread for sound; see limiter.ts. Twice a
// second it tells what came out.

import { Limiter } from "./limiter";

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const silence = new Float32Array(2048);

registerProcessor(
  "limiter",
  class extends AudioWorkletProcessor {
    readonly #limiter = new Limiter(sampleRate);
    #told = 0;

    process([input]: Float32Array[][], [output]: Float32Array[][]): boolean {
      const [outLeft, outRight] = output!;
      const n = outLeft!.length;
      const left = input?.[0] ?? silence.subarray(0, n);
      this.#limiter.process(left, input?.[1] ?? left, outLeft!, outRight ?? outLeft!);
      this.#told += n;
      if (this.#told >= sampleRate / 2) {
        this.#told = 0;
        this.port.postMessage(this.#limiter.take());
      }
      return true;
    }
  },
);
