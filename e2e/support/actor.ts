// A person of a story without a browser: sends their tone and colour, and does
// what the story says, over the same connections as a browser.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { signatures, type Person } from './media.ts';

const binary = resolve(import.meta.dirname, '../../bin/speaker');
const files = mkdtempSync(join(tmpdir(), 'liqa-actors-'));
const quiet = ['-v', 'error', '-y', '-f', 'lavfi'];

/** A voice of so many seconds, as a sum over the time t; by its packets' end the last 10 ms are the encoder's. */
export function voice(name: string, samples: string, seconds: number): string {
  const file = join(files, `${name}.ogg`);
  execFileSync('ffmpeg', [...quiet, '-i', `aevalsrc='${samples}':s=48000:d=${seconds - 0.01}`, '-c:a', 'libopus', '-b:a', '96k', '-frame_duration', '20', file]);
  return file;
}

/** A second of a colour. */
export function camera(name: string, colour: string): string {
  const file = join(files, `${name}.h264`);
  execFileSync('ffmpeg', [
    ...quiet, '-i', `color=${colour}:s=320x180:r=10:d=1`,
    '-c:v', 'libx264', '-profile:v', 'baseline', '-tune', 'zerolatency', '-g', '10', '-bf', '0', '-pix_fmt', 'yuv420p', file,
  ]);
  return file;
}

export class Actor {
  #waiting: ((line: string) => void)[] = [];

  private constructor(private readonly process: ChildProcess) {
    createInterface({ input: process.stdout! }).on('line', (line) => this.#waiting.shift()?.(line));
  }

  /** Takes a seat with somebody's tone, as loud as a browser's fake microphone has it, and, if they are to be seen, their colour. */
  static arrive(link: string, name: Person, { seen = false } = {}): Promise<Actor> {
    const { tone, colour } = signatures[name];
    const sound = voice(name, `0.244*sin(2*PI*${tone}*t)`, 20);
    return Actor.playing(link, sound, seen ? camera(name, `0x${Buffer.from(colour).toString('hex')}`) : undefined);
  }

  /** Takes a seat with the files of a microphone and a camera, so many pictures a second; sends once it has been admitted. */
  static async playing(link: string, sound: string, picture?: string, rate = 10): Promise<Actor> {
    const shown = picture === undefined ? [] : ['--camera', picture, '--rate', String(rate)];
    const actor = new Actor(spawn(binary, [link, '--voice', sound, ...shown], { stdio: ['pipe', 'pipe', 'inherit'] }));
    await actor.#line();
    return actor;
  }

  /** Does an act; a refusal is thrown by its code. */
  async act(act: string, args: Record<string, unknown> = {}): Promise<void> {
    await this.#order({ act, with: args });
  }

  /** Whether sound is sent: without it the microphone is as if unplugged. */
  async sounds(voice: boolean): Promise<void> {
    await this.#order({ voice });
  }

  leave(): void {
    this.process.kill();
  }

  async #order(order: object): Promise<void> {
    const answer = this.#line();
    this.process.stdin!.write(`${JSON.stringify(order)}\n`);
    const { ok, refused } = JSON.parse(await answer) as { ok: boolean; refused?: string };
    if (!ok) throw new Error(`${JSON.stringify(order)}: ${refused}`);
  }

  #line(): Promise<string> {
    return new Promise((done, failed) => {
      this.#waiting.push(done);
      this.process.once('exit', () => failed(new Error('the actor has left')));
    });
  }
}
