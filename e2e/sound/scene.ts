// The summit that is measured, its people, and what their pages record.
import { chromium, expect, type Browser, type Page } from '@playwright/test';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { officer, type Wire } from '../support/officer.ts';
import { executable, quietly } from '../support/person.ts';
import { Server } from '../support/server.ts';
import type { Way } from '../support/relay.ts';
import { tape, type Taken, type Tape } from './analyse.ts';
import { period, write } from './signal.ts';

interface Options {
  readonly mode: 'speaker' | 'wire' | 'ears';
  readonly dtx?: boolean;
  readonly headset?: boolean;
}

/** What a decoder has made of what came, in samples, and how long it had waited, in seconds for all samples together. */
export interface Came {
  readonly id: string;
  readonly packets: number;
  readonly samples: number;
  readonly concealed: number;
  readonly waited: number;
  readonly emitted: number;
}

interface Shim {
  liqaTape: {
    start(): Promise<{ names: string[]; outputLatency: number }>;
    take(name: string): Taken;
    sent(): Promise<number>;
    came(): Promise<Came[]>;
    streams(): Promise<{ source: number; sends: boolean }[]>;
    settings(): MediaTrackSettings;
  };
}
/** Begins to record mouth and ear of a page. */
export const start = (p: Page) => p.evaluate(() => (globalThis as unknown as Shim).liqaTape.start());
/** Ends a recording and gives it. */
export const take = async (p: Page, name: 'mouth' | 'ear' | 'inlet'): Promise<Tape> => tape(await p.evaluate((n) => (globalThis as unknown as Shim).liqaTape.take(n), name));
/** Packets of sound that the page has sent. */
export const sent = (p: Page) => p.evaluate(() => (globalThis as unknown as Shim).liqaTape.sent());
export const came = (p: Page) => p.evaluate(() => (globalThis as unknown as Shim).liqaTape.came());
/** The page's streams of sound, by their synchronisation source. */
const streams = (p: Page) => p.evaluate(() => (globalThis as unknown as Shim).liqaTape.streams());
export const settings = (p: Page) => p.evaluate(() => (globalThis as unknown as Shim).liqaTape.settings());

/** Two rounds of the signal, from one beginning of it to the end of that round, in milliseconds. */
export const listens = (2 * period + 2) * 1000;

export class Scene {
  readonly dir = mkdtempSync(join(tmpdir(), 'liqa-sound-'));
  readonly #browsers: Browser[] = [];

  private constructor(
    readonly server: Server,
    readonly links: Readonly<Record<string, string>>,
    readonly protocol: Wire,
  ) {}

  /** A meeting in which nobody speaks yet. */
  static async open(): Promise<Scene> {
    const server = await Server.start();
    const { links } = await server.convene(readFileSync(join(import.meta.dirname, 'summit.yaml'), 'utf8'));
    const protocol = await officer(server, links['officer']!);
    await protocol.act('start-item', { item: 'opening' });
    return new Scene(server, links, protocol);
  }

  /** A browser; its microphone says the signal. */
  async browser(): Promise<Browser> {
    const file = join(this.dir, 'signal.wav');
    write(file);
    const fake = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${file}`];
    const browser = await chromium.launch({ executablePath: executable, args: [...quietly, ...fake] });
    this.#browsers.push(browser);
    return browser;
  }

  /** A page that takes its seat. */
  async enter(browser: Browser, seat: string, { mode, dtx = false, headset = true }: Options): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, locale: 'en', bypassCSP: true });
    await context.addInitScript(
      ([sound, hs]) => {
        Object.assign(globalThis, { liqaSound: sound });
        localStorage.setItem('liqa/devices', JSON.stringify({ headset: hs }));
        sessionStorage.setItem('liqa/airtest/offered', 'yes');
      },
      [{ mode, dtx }, headset] as const,
    );
    await context.addInitScript({ path: join(import.meta.dirname, 'shim.js') });
    const page = await context.newPage();
    await page.goto(this.links[seat]!);
    await page.locator('[data-act=open-seat]').click();
    await page.locator('[data-act=enter]').click({ timeout: 20_000 });
    if (mode === 'ears') await this.protocol.present(seat);
    else await this.protocol.sending(seat);
    return page;
  }

  /** A page that says the signal from its own browser's microphone; a speaker has the floor. */
  async speaks(seat: string, options: Omit<Options, 'mode'> = {}): Promise<Page> {
    const page = await this.enter(await this.browser(), seat, { ...options, mode: 'speaker' });
    if (!seat.startsWith('i-')) await this.protocol.act('give-floor', { seat });
    return page;
  }

  /** Puts an interpreter on air. */
  async onAir(page: Page): Promise<void> {
    await page.locator('[data-act=on-air]').click();
    await expect(page.locator('[data-lamp]')).toHaveAttribute('data-lamp', 'on-air', { timeout: 20_000 });
  }

  /** The ways through the network by which a page sends its sound, or by which sound comes to it. */
  async ways(page: Page, sends: boolean): Promise<Way[]> {
    const mine = (await streams(page)).filter((s) => s.sends === sends).map((s) => s.source);
    const ways = [...this.server.relay.ways.values()].filter((w) => mine.some((s) => w.sources.has(s)));
    expect(ways.length, 'ways of the page').toBeGreaterThan(0);
    return ways;
  }

  async close(): Promise<void> {
    for (const b of this.#browsers) await b.close();
    this.protocol.close();
    await this.server.stop();
  }
}

/** The chain: a speaker, a booth and a booth that takes from it, and who hears each. */
export interface Chain {
  readonly mouth: Page;
  readonly zh: Page;
  readonly ru: Page;
  readonly en: Page;
  readonly booth: Page;
  readonly relay: Page;
}

/** Seats the chain; its interpreters are wires. */
export async function chain(scene: Scene): Promise<Chain> {
  const others = await scene.browser();
  const mouth = await scene.speaks('product');
  const hears = (language: string) => scene.enter(others, `hears-${language}`, { mode: 'ears' });
  const [zh, ru, en] = [await hears('zh'), await hears('ru'), await hears('en')];
  const [booth, relay] = [await scene.enter(others, 'i-ru', { mode: 'wire' }), await scene.enter(others, 'i-en', { mode: 'wire' })];
  await relay.locator('[data-incoming=ru]').click();
  for (const p of [booth, relay]) await scene.onAir(p);
  for (const p of [ru, en]) await alone(p);
  await mouth.waitForTimeout(8_000); // buffers find their length
  return { mouth, zh, ru, en, booth, relay };
}

/** Has a listener hear the interpretation alone, so that the original is measured by itself. */
export async function alone(page: Page): Promise<void> {
  const slider = page.locator('.under input').first();
  await slider.fill((await slider.getAttribute('min')) ?? '0');
}
