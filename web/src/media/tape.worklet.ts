// Hands on every sample that comes in, for who records it.

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: typeof AudioWorkletProcessor): void;

class Tape extends AudioWorkletProcessor {
  process([input]: readonly (readonly Float32Array[])[]): boolean {
    const [samples] = input ?? [];
    if (samples) this.port.postMessage(samples.slice());
    return true;
  }
}

registerProcessor("tape", Tape);
