// Bass and treble of the headphones: two shelves, as BiquadFilterNode has them
// (Audio EQ Cookbook, slope 1).

export interface Shelf {
  readonly type: "lowshelf" | "highshelf";
  /** The middle of the slope, Hz. */
  readonly frequency: number;
}

export const bassShelf: Shelf = { type: "lowshelf", frequency: 320 };
export const trebleShelf: Shelf = { type: "highshelf", frequency: 3_000 };

/** dB of the shelf for a dial at so many dB: what the dial says is reached at 125 Hz and at 8 kHz. */
export function shelfGain(dial: number): number {
  return (dial * 13) / 12;
}

/** By how many dB a shelf changes a frequency, at a sampling rate in Hz. */
export function response({ type, frequency }: Shelf, gain: number, at: number, rate: number): number {
  const a = 10 ** (gain / 40);
  const w = (2 * Math.PI * frequency) / rate;
  const [sin, cos] = [Math.sin(w), (type === "lowshelf" ? 1 : -1) * Math.cos(w)];
  const slope = Math.sqrt(2 * a) * sin;
  const sign = type === "lowshelf" ? 1 : -1;
  const zeros = [a * (a + 1 - (a - 1) * cos + slope), 2 * sign * a * (a - 1 - (a + 1) * cos), a * (a + 1 - (a - 1) * cos - slope)] as const;
  const poles = [a + 1 + (a - 1) * cos + slope, -2 * sign * (a - 1 + (a + 1) * cos), a + 1 + (a - 1) * cos - slope] as const;
  const v = (2 * Math.PI * at) / rate;
  const size = ([x, y, z]: readonly [number, number, number]) =>
    (x + y * Math.cos(v) + z * Math.cos(2 * v)) ** 2 + (y * Math.sin(v) + z * Math.sin(2 * v)) ** 2;
  return 10 * Math.log10(size(zeros) / size(poles));
}
