// The power of sound by frequency: a fast Fourier transform over a Hann window.

/** Transforms in place; the length is a power of two, cos and sin are those of half a turn in half as many steps. */
function transform(re: Float64Array, im: Float64Array, cos: Float64Array, sin: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) [re[i], re[j], im[i], im[j]] = [re[j]!, re[i]!, im[j]!, im[i]!];
  }
  for (let half = 1; half < n; half *= 2) {
    const step = n / (2 * half);
    for (let k = 0; k < half; k++) {
      const c = cos[step * k]!;
      const s = -sin[step * k]!;
      for (let a = k; a < n; a += 2 * half) {
        const b = a + half;
        const x = re[b]! * c - im[b]! * s;
        const y = re[b]! * s + im[b]! * c;
        re[b] = re[a]! - x;
        im[b] = im[a]! - y;
        re[a]! += x;
        im[a]! += y;
      }
    }
  }
}

/** Powers of a window of so many samples, a power of two; they are the sum of all bins' mean square. */
export class Spectra {
  readonly #window: Float64Array;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;

  constructor(readonly size: number) {
    this.#cos = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
    this.#sin = Float64Array.from({ length: size / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / size));
    this.#window = Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
  }

  /** The power of each bin from 0 Hz to half the sampling rate, of the samples from a place on. */
  at(samples: Float32Array, from: number): Float64Array {
    const { size } = this;
    const re = Float64Array.from({ length: size }, (_, i) => (samples[from + i] ?? 0) * this.#window[i]!);
    const im = new Float64Array(size);
    transform(re, im, this.#cos, this.#sin);
    // A Hann window keeps 3/8 of the power; the other half of the bins mirrors this one.
    return Float64Array.from({ length: size / 2 + 1 }, (_, k) => (2 * (re[k]! ** 2 + im[k]! ** 2)) / (0.375 * size * size));
  }

  /** The powers of all windows of a recording, each half a window after the one before. */
  all(samples: Float32Array): Float64Array[] {
    const out = [];
    for (let from = 0; from + this.size <= samples.length; from += this.size / 2) out.push(this.at(samples, from));
    return out;
  }
}

/** The power of two whose length is nearest to so many seconds. */
export function windowOf(rate: number, seconds: number): number {
  return 2 ** Math.round(Math.log2(rate * seconds));
}

export function decibels(power: number): number {
  return 10 * Math.log10(power + 1e-20);
}
