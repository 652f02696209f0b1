// What is measured is kept by parts: each can be measured again by itself.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const file = resolve(root, 'docs/figures/sound.json');

/** Keeps one part, with when it was measured, of which version, and how busy the machine was. */
export function keep(part: string, found: object): void {
  const all = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>) : {};
  const version = execFileSync(resolve(root, 'bin/liqa'), ['version'], { encoding: 'utf8' }).trim();
  all[part] = { measured: new Date().toISOString(), version, load: loadavg()[0], ...found };
  writeFileSync(file, JSON.stringify(all, undefined, 1) + '\n');
}
