// A person of a story: a real Chromium with a fake camera and microphone that
// are theirs alone, and what they see and hear.
import { chromium, expect, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Relay, Way } from './relay.ts';
import { capture, signatures, type Person as Name, type Size } from './media.ts';

export const executable = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** What keeps Chromium to itself on a machine without a network. */
export const quietly = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-features=WebRtcHideLocalIpsWithMdns,CalculateNativeWinOcclusion',
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
  '--autoplay-policy=no-user-gesture-required',
];

const files = mkdtempSync(join(tmpdir(), 'liqa-capture-'));

/** What is particular about a person's browser. */
export interface Browsing {
  /** The picture of their camera, in pixels. */
  readonly camera?: Size;
  /** Files of a microphone, WAV, and a camera, YUV4MPEG2, in place of their tone and colour. */
  readonly devices?: { readonly audio: string; readonly video?: string };
  /** Whether the microphone has passed an interpreter's test. */
  readonly tested?: boolean;
}

/** Packets of sound and picture that a way has carried, either way. */
const carried = (way: Way) => [...way.sources.values()].reduce((sum, n) => sum + n, 0);

export class Person {
  private constructor(
    readonly browser: Browser,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  /** A Chromium whose camera and microphone are a person's, or files; without any, one that has none. */
  static async arrive(name?: Name, options: Browsing = {}): Promise<Person> {
    const args = [...quietly];
    const devices = options.devices ?? (name && capture(files, name, options.camera));
    if (devices) {
      args.push('--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${devices.audio}`);
      if (devices.video !== undefined) args.push(`--use-file-for-fake-video-capture=${devices.video}`);
    }
    const browser = await chromium.launch({ executablePath: executable, args });
    const context = await browser.newContext({
      viewport: { width: 1280, height: 720 },
      locale: 'en',
      ignoreHTTPSErrors: true,
    });
    // A headset: nothing cancels or suppresses the tone.
    await context.addInitScript(() => localStorage.setItem('liqa/devices', JSON.stringify({ headset: true })));
    // An interpreter's microphone has passed the test, unless the story is about that.
    const passed = { microphone: 'Fake Default Audio Input', at: Date.now() };
    if (options.tested !== false) await context.addInitScript((p) => localStorage.setItem('liqa/airtest', JSON.stringify(p)), passed);
    await context.addInitScript({ path: join(import.meta.dirname, 'ears.js') });
    return new Person(browser, context, await context.newPage());
  }

  /** Another page in the same browser, for who has neither camera nor microphone. */
  async another(): Promise<Person> {
    return new Person(this.browser, this.context, await this.context.newPage());
  }

  /** The page that opens beside this one by a press. */
  async beside(act: string): Promise<Person> {
    const [page] = await Promise.all([this.context.waitForEvent('page'), this.page.locator(`[data-act=${act}]`).click()]);
    return new Person(this.browser, this.context, page);
  }

  /** Opens a seat's link and takes the seat, as far as the door. */
  async open(link: string): Promise<void> {
    await this.page.goto(link);
    await this.page.locator('[data-act=open-seat]').click();
    await this.page.locator('[data-act=enter]').click({ timeout: 20_000 });
  }

  async leave(): Promise<void> {
    await this.browser.close();
  }

  slot(name: string) {
    return this.page.locator(`[data-slot=${name}]`);
  }

  /** How loud each signature's tone is at an element's output, in dBFS; −200 when nothing plays. */
  async hears(slot: string): Promise<Record<Name, number>> {
    const tones = Object.fromEntries(Object.entries(signatures).map(([n, s]) => [n, s.tone]));
    const levels = await this.page.evaluate(
      ([s, t]) => (globalThis as unknown as Ears).liqaEars.tones(s, t),
      [slot, tones] as const,
    );
    return levels as Record<Name, number>;
  }

  /** Waits until a slot's output is one person's tone and nobody else's. */
  async hearsOnly(slot: string, name: Name, within = 20_000): Promise<void> {
    await expect
      .poll(async () => sounds(await this.hears(slot), -45), { message: `${slot} sounds of ${name} alone`, timeout: within })
      .toEqual([name]);
  }

  /** The person's ways through the relay: the one that sends, or the ones that receive. */
  async ways(relay: Relay, sends: boolean): Promise<Way[]> {
    const streams = await this.page.evaluate(() => (globalThis as unknown as Ears).liqaEars.streams());
    const mine = new Set(streams.filter((s) => s.sends === sends).map((s) => s.ssrc));
    return [...relay.ways.values()].filter((w) => [...w.sources.keys()].some((ssrc) => mine.has(ssrc)));
  }

  /** Those of the person's ways that carry something now: a line that was restarted has gone another way since. */
  async waysNow(relay: Relay, sends: boolean): Promise<Way[]> {
    const all = await this.ways(relay, sends);
    const passed = new Map(all.map((w) => [w, carried(w)]));
    await this.page.waitForTimeout(500);
    return all.filter((w) => carried(w) > passed.get(w)!);
  }

  /** By how many milliseconds each beep is heard after its flash is seen, for a while. */
  offsets(slot: string, length: number): Promise<number[]> {
    return this.page.evaluate(([s, l]) => (globalThis as unknown as Ears).liqaEars.offsets(s, l), [slot, length] as const);
  }

  /** Packets of sound and picture that the browser has received on the connections it has. */
  received(): Promise<number> {
    return this.page.evaluate(() => (globalThis as unknown as Ears).liqaEars.received());
  }

  /** Listens to a slot for a person's tone from now on; silences tells what was not heard. */
  async listens(slot: string, name: Name): Promise<void> {
    await this.page.evaluate(([s, hz]) => (globalThis as unknown as Ears).liqaEars.listen(s, hz), [slot, signatures[name].tone] as const);
    await expect.poll(async () => (await this.silences(slot, Date.now() - 1)).sounding, { message: `${slot} sounds of ${name}`, timeout: 20_000 }).toBe(true);
  }

  /** The silences in a slot since an instant, milliseconds each, and whether it sounds now and since when. */
  silences(slot: string, since: number): Promise<Silences> {
    return this.page.evaluate(([s, t]) => (globalThis as unknown as Ears).liqaEars.silences(s, t), [slot, since] as const);
  }

  /** Waits until a slot sounds again; gives for how long after an instant it did not. */
  async soundsAgain(slot: string, since: number, within = 30_000): Promise<number> {
    await expect.poll(async () => (await this.silences(slot, since)).sounding, { message: `${slot} sounds again`, timeout: within }).toBe(true);
    return (await this.silences(slot, since)).from - since;
  }

  /** The width of the frames in a slot, and how many have come. */
  frames(slot: string): Promise<{ width: number; count: number }> {
    return this.page.evaluate((s) => (globalThis as unknown as Ears).liqaEars.frames(s), slot);
  }

  /** How many media connections the page has made since it was loaded. */
  connectionsMade(): Promise<number> {
    return this.page.evaluate(() => (globalThis as unknown as Ears).liqaEars.connectionsMade());
  }

  /** The banner's code; '' while it says nothing. */
  async banner(): Promise<string> {
    return (await this.page.locator('[data-banner]').first().getAttribute('data-banner', { timeout: 100 }).catch(() => '')) ?? '';
  }

  /** Puts all of the browser to sleep, as a closed lid does; the returned function wakes it up. */
  async sleep(): Promise<() => void> {
    const session = await this.browser.newBrowserCDPSession();
    const { processInfo } = (await session.send('SystemInfo.getProcessInfo')) as { processInfo: { id: number }[] };
    const signal = (name: NodeJS.Signals) => {
      for (const { id } of processInfo) process.kill(id, name);
    };
    signal('SIGSTOP');
    return () => signal('SIGCONT');
  }

  sent(): Promise<Sent[]> {
    return this.page.evaluate(() => (globalThis as unknown as Ears).liqaEars.sent());
  }

  /** The server's answers, as they came over the wire. */
  answers(): Promise<string[]> {
    return this.page.evaluate(() => (globalThis as unknown as Ears).liqaEars.answers());
  }

  async hearsNobody(slot: string): Promise<void> {
    await expect.poll(async () => sounds(await this.hears(slot), -70), { message: `${slot} is silent` }).toEqual([]);
  }

  /** Whose colour a slot's picture is, 'dark' for a slate or black, or the colour itself. */
  async sees(slot: string): Promise<string> {
    const rgb = await this.page.evaluate((s) => (globalThis as unknown as Ears).liqaEars.colour(s), slot);
    return whose(rgb as [number, number, number] | null);
  }

  async seesOnly(slot: string, name: Name | 'dark', within = 20_000): Promise<void> {
    await expect.poll(() => this.sees(slot), { message: `${slot} shows ${name}`, timeout: within }).toBe(name);
  }
}

/** Whose colour it is; 'dark' for a slate or black, 'nothing' for no picture. */
export function whose(rgb: readonly [number, number, number] | null): string {
  if (!rgb) return 'nothing';
  const [r, g, b] = rgb;
  if (Math.max(r, g, b) < 60) return 'dark';
  let best = '';
  let least = 45 * 45 * 3;
  for (const [name, s] of Object.entries(signatures)) {
    const d = (s.colour[0] - r) ** 2 + (s.colour[1] - g) ** 2 + (s.colour[2] - b) ** 2;
    if (d < least) [best, least] = [name, d];
  }
  return best || `rgb(${r}, ${g}, ${b})`;
}

/** Who is louder than a level, loudest first. */
export function sounds(levels: Record<Name, number>, above: number): Name[] {
  return (Object.entries(levels) as [Name, number][])
    .filter(([, l]) => l > above)
    .sort((x, y) => y[1] - x[1])
    .map(([n]) => n);
}

export interface Sent {
  readonly kind: 'audio' | 'video';
  readonly bytes: number;
  readonly packets: number;
  readonly at: number;
  /** The layer; '' where there is one. */
  readonly rid: string;
  readonly codec: string;
  readonly width: number;
}

export interface Silences {
  readonly lengths: readonly number[];
  readonly sounding: boolean;
  readonly from: number;
}

interface Ears {
  liqaEars: {
    streams(): Promise<{ ssrc: number; sends: boolean }[]>;
    received(): Promise<number>;
    offsets(slot: string, length: number): Promise<number[]>;
    sent(): Promise<Sent[]>;
    listen(slot: string, hz: number): void;
    silences(slot: string, since: number): Silences;
    frames(slot: string): { width: number; count: number };
    connectionsMade(): number;
    answers(): string[];
    tones(slot: string, tones: Record<string, number>): Promise<Record<string, number>>;
    colour(slot: string): number[] | null;
  };
}
