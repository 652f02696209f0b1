// What comes out of a page, sample by sample: nothing of it is missed by a page
// that is busy, so that silences of tens of milliseconds can be told.
import { signatures, type Person as Name } from './media.ts';
import type { Person } from './person.ts';

/** Ten milliseconds of what was heard: each person's tone, in dBFS. */
export interface Moment {
  /** Milliseconds since 1970, when it came out of the page. */
  readonly at: number;
  readonly levels: Readonly<Record<Name, number>>;
}

/** How long a moment is, in milliseconds. */
export const moment = 10;

interface Chunk {
  /** Microseconds. */
  readonly at: number;
  /** Milliseconds since 1970 when it was read: late by as much as the page was busy. */
  readonly read: number;
  readonly rate: number;
  readonly samples: Float32Array;
}

interface Tape {
  liqaTape?: { stop: () => void; chunks: Chunk[] };
  liqaEars: { outputStream(): MediaStream };
}

/** Records what comes out of a person's page from now on. */
export async function record(person: Person): Promise<void> {
  await person.page.evaluate(() => {
    const page = globalThis as unknown as Tape & {
      MediaStreamTrackProcessor: new (of: { track: MediaStreamTrack; maxBufferSize: number }) => { readable: ReadableStream<AudioData> };
    };
    const track = page.liqaEars.outputStream().getAudioTracks()[0]!;
    const reader = new page.MediaStreamTrackProcessor({ track, maxBufferSize: 6000 }).readable.getReader();
    const chunks: Chunk[] = [];
    void (async () => {
      for (;;) {
        const { value, done } = await reader.read();
        if (done || !value) return;
        const samples = new Float32Array(value.numberOfFrames);
        value.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
        chunks.push({ at: value.timestamp, read: performance.timeOrigin + performance.now(), rate: value.sampleRate, samples });
        value.close();
      }
    })();
    page.liqaTape = { chunks, stop: () => track.stop() };
  });
}

/** Ends the recording half a second from now; gives it moment by moment. */
export async function recorded(person: Person): Promise<Moment[]> {
  await person.page.waitForTimeout(500);
  const tones = Object.fromEntries(Object.entries(signatures).map(([n, s]) => [n, s.tone]));
  const all = await person.page.evaluate(
    ({ tones, moment }) => {
      const { chunks, stop } = (globalThis as unknown as Tape).liqaTape!;
      stop();
      // One after the other; their times tell only where some are missing.
      const { at: from, rate } = chunks[0]!;
      let end = 0;
      const placed = chunks.map((c) => {
        const due = Math.round(((c.at - from) * rate) / 1e6);
        const at = due - end > rate / 10 ? due : end;
        end = at + c.samples.length;
        return { at, samples: c.samples };
      });
      const length = end;
      // The one that was read the least late tells the time of all.
      const zero = Math.min(...placed.map((c, i) => chunks[i]!.read - ((c.at + c.samples.length) * 1000) / rate));
      const all = new Float32Array(length);
      for (const c of placed) all.set(c.samples, c.at);
      const hop = Math.round((rate * moment) / 1000);
      const n = 2 * hop;
      const window = Float32Array.from({ length: n }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / n));
      const moments: { at: number; levels: Record<string, number> }[] = [];
      for (let begin = 0; begin + n <= length; begin += hop) {
        const levels: Record<string, number> = {};
        for (const [name, hz] of Object.entries(tones)) {
          const k = 2 * Math.cos((2 * Math.PI * hz) / rate);
          let a = 0;
          let b = 0;
          for (let i = 0; i < n; i++) {
            const x = all[begin + i]! * window[i]! + k * a - b;
            b = a;
            a = x;
          }
          levels[name] = 20 * Math.log10(Math.max(1e-10, (4 * Math.sqrt(Math.max(0, a * a + b * b - k * a * b))) / n));
        }
        moments.push({ at: zero + ((begin + hop) / rate) * 1000, levels });
      }
      return moments;
    },
    { tones, moment },
  );
  return all as Moment[];
}

/** From where on a tone is heard, to within 12 dB of its loudest, and until where. */
export function heardFrom(tape: readonly Moment[], name: Name): { readonly from: number; readonly to: number } {
  const loudest = Math.max(-50, ...tape.map((m) => m.levels[name]));
  const loud = tape.filter((m) => m.levels[name] > loudest - 12);
  return { from: loud[0]?.at ?? Infinity, to: loud.at(-1)?.at ?? -Infinity };
}
