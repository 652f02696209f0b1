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

/** Twenty seconds of a person's tone, as loud as a browser's fake microphone has it. */
function voice(name: Person): string {
  const file = join(files, `${name}.ogg`);
  const tone = `aevalsrc='0.244*sin(2*PI*${signatures[name].tone}*t)':s=48000:d=19.99`;
  execFileSync('ffmpeg', [...quiet, '-i', tone, '-c:a', 'libopus', '-b:a', '64k', '-frame_duration', '20', file]);
  return file;
}

/** A second of a person's colour. */
function camera(name: Person): string {
  const file = join(files, `${name}.h264`);
  const colour = signatures[name].colour.map((c) => c.toString(16).padStart(2, '0')).join('');
  execFileSync('ffmpeg', [
    ...quiet, '-i', `color=0x${colour}:s=320x180:r=10:d=1`,
    '-c:v', 'libx264', '-profile:v', 'baseline', '-tune', 'zerolatency', '-g', '10', '-bf', '0', '-pix_fmt', 'yuv420p', file,
  ]);
  return file;
}

export class Actor {
  #waiting: ((line: string) => void)[] = [];

  private constructor(private readonly process: ChildProcess) {
    createInterface({ input: process.stdout! }).on('line', (line) => this.#waiting.shift()?.(line));
  }

  /** Takes a seat with somebody's tone and, if they are to be seen, their colour; sends once it has been admitted. */
  static async arrive(link: string, name: Person, { seen = false } = {}): Promise<Actor> {
    const picture = seen ? ['--camera', camera(name), '--rate', '10'] : [];
    const actor = new Actor(spawn(binary, [link, '--voice', voice(name), ...picture], { stdio: ['pipe', 'pipe', 'inherit'] }));
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
