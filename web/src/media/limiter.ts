// The last thing before the ears: a limiter that sees a peak before it is
// played. It lets ordinary speech through untouched.

/** The true peak that nothing exceeds, dBFS. */
export const ceiling = -3;
/** The true peak that nothing exceeds which comes suddenly after quiet, dBFS. */
export const sudden = -9;
/** By how many dB peaks may stand above the loudness of the last seconds; speech needs some 18. */
const above = 20;
/** In how many seconds the ear is taken to have grown used to a loudness, and to have forgotten it. */
const used = 10;
const forgotten = 20;
/** How far ahead it sees, and in what time it lets go again, in seconds. */
const ahead = 0.004;
const letsGo = 0.15;

/** What is left for what the interpolation below does not see, dB. */
const margin = 0.2;
/** Samples on each side of a place between two samples. */
const side = 10;
/** Places between two samples that are looked at. */
const between = [0.25, 0.5, 0.75];
const taps = between.map((at) => {
  const all = Array.from({ length: 2 * side }, (_, i) => {
    const x = at + side - 1 - i;
    return (Math.sin(Math.PI * x) / (Math.PI * x)) * (0.5 + 0.5 * Math.cos((Math.PI * x) / (side + 1)));
  });
  const sum = all.reduce((a, b) => a + b);
  return Float64Array.from(all, (tap) => tap / sum);
});

const ring = 4096; // samples kept: enough for 192 kHz
const mask = ring - 1;
const amplitude = (dB: number) => 10 ** (dB / 20);

/** What has come out since it was last asked. */
export interface Came {
  /** The mean square of the samples, full scale being 1, and how long they last, in milliseconds. */
  readonly power: number;
  readonly lasted: number;
  /** The highest sample, 0 to 1. */
  readonly peak: number;
  /** By how many dB it held back at most. */
  readonly held: number;
}

/** Two channels that share one gain, so that a place between the ears stays where it is. */
export class Limiter {
  /** Samples by which it is late. */
  readonly delay: number;
  readonly #length: number;
  readonly #kept = [new Float32Array(ring), new Float32Array(ring)] as const;
  /** The gains of the last samples, and a queue of those that may be the least of the next ones. */
  readonly #gains: Float64Array;
  readonly #queue: Float64Array;
  readonly #places: Float64Array;
  #first = 0;
  #waiting = 0;
  #sum: number;
  #gain = 1;
  #at = 0;
  #unityFor: number;
  #loudness = 0;
  #power = 0;
  #samples = 0;
  #peak = 0;
  #least = 1;
  readonly #release: number;

  constructor(readonly rate: number) {
    this.#length = Math.round(ahead * rate);
    this.delay = this.#length + side - 1;
    this.#gains = new Float64Array(this.#length).fill(1);
    this.#queue = new Float64Array(this.#length + 1);
    this.#places = new Float64Array(this.#length + 1);
    this.#sum = this.#length;
    this.#unityFor = 2 * this.#length;
    this.#release = 1 - Math.exp(-1 / (letsGo * rate));
  }

  /** The highest true peak that is let through now. */
  get allowed(): number {
    const loud = 10 * Math.log10(this.#loudness + 1e-12);
    return amplitude(Math.min(ceiling, Math.max(sudden, loud + above)) - margin);
  }

  /** Takes in a block of two channels and gives out one of the same length; it allocates nothing. */
  process(left: Float32Array, right: Float32Array, outLeft: Float32Array, outRight: Float32Array): void {
    const [l, r] = this.#kept;
    const n = left.length;
    const begins = this.#at;
    let highest = 0;
    for (let i = 0; i < n; i++) {
      const a = (l[(begins + i) & mask] = left[i]!);
      const b = (r[(begins + i) & mask] = right[i]!);
      highest = Math.max(highest, Math.abs(a), Math.abs(b));
    }
    const most = this.allowed;
    // Between two samples there is seldom more than twice what is at them.
    if (highest < most / 2 && this.#unityFor >= 2 * this.#length) this.#unity(n);
    else this.#limit(n, most, highest >= most / 2);
    for (let i = 0; i < n; i++) {
      const from = (begins + i - this.delay) & mask;
      const gain = this.#applied[i] ?? 1;
      outLeft[i] = l[from]! * gain;
      outRight[i] = r[from]! * gain;
    }
    this.#measure(outLeft, outRight);
  }

  #applied: Float64Array = new Float64Array(128).fill(1);

  #unity(n: number): void {
    if (this.#applied.length < n) this.#applied = new Float64Array(n);
    this.#applied.fill(1);
    this.#at += n;
  }

  #limit(n: number, most: number, loud: boolean): void {
    if (this.#applied.length < n) this.#applied = new Float64Array(n);
    this.#unityFor = loud ? 0 : this.#unityFor + n;
    for (let i = 0; i < n; i++, this.#at++) {
      const peak = this.#peakAt(this.#at);
      const wanted = peak > most ? most / peak : 1;
      this.#gain = wanted < this.#gain ? wanted : this.#gain + (wanted - this.#gain) * this.#release;
      if (this.#gain > 0.9999) this.#gain = Math.min(1, wanted);
      const least = this.#leastOf(this.#gain);
      const place = this.#at % this.#length;
      this.#sum += least - this.#gains[place]!;
      this.#gains[place] = least;
      const applied = Math.min(1, this.#sum / this.#length);
      this.#applied[i] = applied;
      if (applied < this.#least) this.#least = applied;
    }
    // Nothing is held any more: what rounding has left goes too.
    if (this.#gain === 1 && this.#unityFor >= 2 * this.#length) {
      this.#gains.fill(1);
      this.#sum = this.#length;
      this.#waiting = 0;
    } else if (this.#gain < 1) this.#unityFor = 0;
  }

  /** The least gain of the last samples, with a queue that only ever rises. */
  #leastOf(gain: number): number {
    const room = this.#queue.length;
    while (this.#waiting > 0 && this.#queue[(this.#first + this.#waiting - 1) % room]! >= gain) this.#waiting--;
    const last = (this.#first + this.#waiting) % room;
    this.#queue[last] = gain;
    this.#places[last] = this.#at;
    this.#waiting++;
    if (this.#places[this.#first]! <= this.#at - this.#length) {
      this.#first = (this.#first + 1) % room;
      this.#waiting--;
    }
    return this.#queue[this.#first]!;
  }

  /** The true peak of both channels from the sample that is `side` back to the next one. */
  #peakAt(at: number): number {
    let peak = 0;
    for (const kept of this.#kept) {
      peak = Math.max(peak, Math.abs(kept[(at - side) & mask]!));
      for (const phase of taps) {
        let sum = 0;
        for (let i = 0; i < phase.length; i++) sum += phase[i]! * kept[(at - 2 * side + 1 + i) & mask]!;
        peak = Math.max(peak, Math.abs(sum));
      }
    }
    return peak;
  }

  #measure(left: Float32Array, right: Float32Array): void {
    let sum = 0;
    for (let i = 0; i < left.length; i++) {
      const a = left[i]!;
      const b = right[i]!;
      sum += a * a + b * b;
      this.#peak = Math.max(this.#peak, Math.abs(a), Math.abs(b));
    }
    const power = sum / 2;
    const now = power / left.length;
    const time = now > this.#loudness ? used : forgotten;
    this.#loudness += (now - this.#loudness) * (1 - Math.exp(-left.length / (time * this.rate)));
    this.#power += power;
    this.#samples += left.length;
  }

  take(): Came {
    const came = { power: this.#power / Math.max(1, this.#samples), lasted: (this.#samples / this.rate) * 1000, peak: this.#peak, held: -20 * Math.log10(this.#least) };
    this.#power = this.#samples = this.#peak = 0;
    this.#least = 1;
    return came;
  }
}
