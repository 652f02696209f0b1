// Whether what was heard is a certain recording: both as the course of a few
// frequencies, compared at every place of the recording.
import { execFileSync } from 'node:child_process';
import { signatures } from './media.ts';
import { moment, type Moment } from './tape.ts';

const rate = 48_000;
const tones = Object.values(signatures).map((s) => s.tone);
/** dBFS below which it is quiet, however quiet. */
const quiet = -75;

/** Row by row the levels of a file at the frequencies of the tape, a row each ten milliseconds. */
function course(file: string): number[][] {
  const raw = execFileSync('ffmpeg', ['-v', 'error', '-i', file, '-f', 'f32le', '-ac', '1', '-ar', String(rate), '-'], { maxBuffer: 1 << 27 });
  const all = new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength));
  const hop = (rate * moment) / 1000;
  const rows: number[][] = [];
  for (let begin = 0; begin + 2 * hop <= all.length; begin += hop) rows.push(tones.map((hz) => level(all.subarray(begin, begin + 2 * hop), hz)));
  return rows;
}

function level(samples: Float32Array, hz: number): number {
  const n = samples.length;
  const k = 2 * Math.cos((2 * Math.PI * hz) / rate);
  let [a, b] = [0, 0];
  for (let i = 0; i < n; i++) [a, b] = [samples[i]! * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / n)) + k * a - b, a];
  return 20 * Math.log10(Math.max(1e-10, (4 * Math.sqrt(Math.max(0, a * a + b * b - k * a * b))) / n));
}

/** How alike a tape is to the place of a file that is most like it, from −1 to 1. */
export function alike(tape: readonly Moment[], file: string): number {
  const heard = tape.flatMap((m) => Object.keys(signatures).map((name) => Math.max(quiet, m.levels[name as keyof typeof signatures])));
  const whole = course(file).flat().map((l) => Math.max(quiet, l));
  let best = -1;
  for (let at = 0; at + heard.length <= whole.length; at += tones.length) best = Math.max(best, correlation(heard, whole, at));
  return best;
}

function correlation(a: readonly number[], b: readonly number[], at: number): number {
  const n = a.length;
  let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [p, q] = [a[i]!, b[at + i]!];
    [x, y, xx, yy, xy] = [x + p, y + q, xx + p * p, yy + q * q, xy + p * q];
  }
  return (xy - (x * y) / n) / Math.sqrt(Math.max(1e-9, (xx - (x * x) / n) * (yy - (y * y) / n)));
}
