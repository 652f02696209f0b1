// Recordings of a voice with what is wrong with many a microphone, made by
// ffmpeg from a voice of the demonstration.
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const voice = resolve(import.meta.dirname, '../../demo/media/a-principal.ogg');
/** Of each recording, in seconds; longer than a test, so that it is in it once. */
const length = 8;

/** What is done to the clean voice: a filter, and what is mixed in. */
interface Fault {
  readonly filter?: string;
  readonly beside?: string;
}

const sines = (...levels: readonly (readonly [number, number])[]) =>
  `aevalsrc='${levels.map(([hertz, a]) => `${a}*sin(2*PI*${hertz}*t)`).join('+')}':s=48000:d=${length}`;

export const faults = {
  clean: {},
  hum: { beside: sines([50, 0.006], [100, 0.004], [150, 0.002], [250, 0.001]) },
  clipped: { filter: 'volume=16dB' },
  /** A low-pass of 8 kHz, as a headset's telephone profile is. */
  narrow: { filter: 'aresample=16000:cutoff=0.99,aresample=48000' },
  /** The other side was heard five times in two seconds, and this side was silenced for it. */
  processed: { filter: "volume=0:enable='lt(mod(t,0.4),0.07)'" },
  /** A laptop's: a rush of air and the tone of the blades. */
  noise: { beside: `anoisesrc=color=brown:amplitude=0.25:r=48000:d=${length},highpass=f=150,lowpass=f=6000` },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;

/** Writes a recording and returns its path. */
export function recorded(dir: string, name: FaultName): string {
  const { filter = 'anull', beside }: Fault = faults[name];
  const to = join(dir, `${name}.wav`);
  // A room that is as quiet as a booth's is mixed into every one of them.
  const room = `anoisesrc=color=pink:amplitude=0.001:r=48000:d=${length}`;
  execFileSync('ffmpeg', [
    '-v', 'error', '-y', '-ss', '4', '-t', String(length), '-i', voice, '-f', 'lavfi', '-i', room,
    ...(beside === undefined ? [] : ['-f', 'lavfi', '-i', beside]),
    '-filter_complex',
    `[0]volume=-4dB,aresample=48000[v];[v][1]amix=inputs=2:normalize=0,${filter}[s]` + (beside === undefined ? '' : ';[s][2]amix=inputs=2:normalize=0[s]'),
    '-map', '[s]', '-ac', '1', '-ar', '48000', '-c:a', 'pcm_s16le', to,
  ]);
  return to;
}
