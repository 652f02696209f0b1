// The recording of a story, decoded by ffmpeg.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Take {
  readonly dir: string;
  readonly item: string;
  readonly coverage: string;
  /** Milliseconds since 1970, on the server's clock. */
  readonly started: number; // 0, as ended, while it is being recorded
  readonly ended: number;
}

/** The takes under one tree (open, pool, closed or sources), oldest first. */
export function takes(data: string, tree: string, summit: string): Take[] {
  const at = join(data, 'record', tree, summit);
  let names: string[] = [];
  try {
    names = readdirSync(at).sort();
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const dir = join(at, name);
    if (!existsSync(join(dir, 'manifest.json'))) return [{ dir, item: name.replace(/^\d+-/, ''), coverage: tree, started: 0, ended: 0 }];
    const m = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')) as {
      item: string;
      coverage: string;
      started: string;
      ended: string;
    };
    return [{ dir, item: m.item, coverage: m.coverage, started: Date.parse(m.started), ended: Date.parse(m.ended) }];
  });
}

const rate = 48_000;

/** A track's sound as samples; the first was captured at the returned instant. */
export function sound(take: Take, track: string): { at: number; samples: Float32Array } {
  const playlist = join(take.dir, track, 'playlist.m3u8');
  const first = /#EXT-X-PROGRAM-DATE-TIME:(\S+)/.exec(readFileSync(playlist, 'utf8'))?.[1];
  if (!first) throw new Error(`${playlist} does not say when it begins`);
  const raw = execFileSync(
    'ffmpeg',
    ['-v', 'error', '-allowed_extensions', 'ALL', '-i', playlist, '-f', 'f32le', '-ac', '1', '-ar', String(rate), '-'],
    { maxBuffer: 1 << 30 },
  );
  return { at: Date.parse(first), samples: new Float32Array(raw.buffer, raw.byteOffset, Math.floor(raw.length / 4)) };
}

/** The level of a tone in dBFS over half a second from an instant. */
export function level(track: { at: number; samples: Float32Array }, instant: number, hz: number): number {
  const from = Math.round(((instant - track.at) / 1000) * rate);
  const n = rate / 2;
  if (from < 0 || from + n > track.samples.length) return -200;
  const k = 2 * Math.cos((2 * Math.PI * hz) / rate);
  let a = 0;
  let b = 0;
  for (let i = 0; i < n; i++) {
    const w = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / n);
    const s = track.samples[from + i]! * w + k * a - b;
    b = a;
    a = s;
  }
  const power = a * a + b * b - k * a * b;
  return 20 * Math.log10(Math.max(1e-10, (4 * Math.sqrt(Math.max(0, power))) / n));
}

/**
 * The same, of the loudest half second that begins within two seconds before an
 * instant: a fake microphone has gaps where the machine is busy.
 */
export function loudest(track: { at: number; samples: Float32Array }, until: number, hz: number): number {
  return Math.max(...Array.from({ length: 9 }, (_, i) => level(track, until - 250 * i, hz)));
}

/** The colour in the middle of a track's picture at an instant. */
export function colour(take: Take, track: string, instant: number): [number, number, number] {
  const playlist = join(take.dir, track, 'playlist.m3u8');
  const first = /#EXT-X-PROGRAM-DATE-TIME:(\S+)/.exec(readFileSync(playlist, 'utf8'))?.[1];
  const offset = Math.max(0, (instant - Date.parse(first ?? '')) / 1000);
  const raw = execFileSync('ffmpeg', [
    '-v', 'error', '-allowed_extensions', 'ALL', '-i', playlist, '-ss', offset.toFixed(3), '-frames:v', '1',
    '-vf', 'crop=iw/2:ih/2,scale=1:1:flags=area', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-',
  ]);
  return [raw[0] ?? 0, raw[1] ?? 0, raw[2] ?? 0];
}
