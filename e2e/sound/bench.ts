// Measures the way of a voice through real Chromium, from the file in the
// microphone to the last node before the listener's loudspeaker: the original,
// through a booth, and through a booth that takes from that booth. The
// interpreters are wires: what they hear is their microphone.
import { chromium, expect, test, type Browser, type Page } from '@playwright/test';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { officer, type Wire } from '../support/officer.ts';
import { executable, quietly } from '../support/person.ts';
import { Server } from '../support/server.ts';
import { delay, tape, way, type Taken, type Tape } from './analyse.ts';
import { period, write } from './signal.ts';

const dir = mkdtempSync(join(tmpdir(), 'liqa-sound-'));
const result = resolve(import.meta.dirname, '../../docs/figures/sound.json');

interface Options {
  readonly mode: 'speaker' | 'wire' | 'ears';
  readonly dtx?: boolean;
  readonly headset?: boolean;
}

let server: Server;
let protocol: Wire;
let links: Readonly<Record<string, string>>;

/** A page that takes its seat. */
async function enter(browser: Browser, seat: string, { mode, dtx = false, headset = true }: Options): Promise<Page> {
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
  await page.goto(links[seat]!);
  await page.locator('[data-act=open-seat]').click();
  await page.locator('[data-act=enter]').click({ timeout: 20_000 });
  return page;
}

function speaker(): Promise<Browser> {
  const file = join(dir, 'signal.wav');
  write(file);
  const args = [...quietly, '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${file}`];
  return chromium.launch({ executablePath: executable, args });
}

interface Shim {
  liqaTape: {
    start(): Promise<{ names: string[]; outputLatency: number }>;
    take(name: string): Taken;
    sent(): Promise<number>;
    came(): Promise<{ id: string; packets: number; samples: number; concealed: number }[]>;
    settings(): MediaTrackSettings;
  };
}
const start = (p: Page) => p.evaluate(() => (globalThis as unknown as Shim).liqaTape.start());
const take = async (p: Page, name: string): Promise<Tape> => tape(await p.evaluate((n) => (globalThis as unknown as Shim).liqaTape.take(n), name));
const sent = (p: Page) => p.evaluate(() => (globalThis as unknown as Shim).liqaTape.sent());
const came = (p: Page) => p.evaluate(() => (globalThis as unknown as Shim).liqaTape.came());
const settings = (p: Page) => p.evaluate(() => (globalThis as unknown as Shim).liqaTape.settings());

/** Two rounds of the signal, from one beginning of it to the end of that round. */
const listens = (2 * period + 2) * 1000;

/** Lets the signal be said; gives how many packets a second a page sent. */
async function counted(page: Page): Promise<number> {
  const [before, from] = [await sent(page), Date.now()];
  await page.waitForTimeout(listens);
  return (1000 * ((await sent(page)) - before)) / (Date.now() - from);
}

/** The share of concealed sound in the stream that carries something, over so many milliseconds. */
async function concealed(pages: readonly Page[], length: number): Promise<number[]> {
  const before = await Promise.all(pages.map(came));
  await pages[0]!.waitForTimeout(length);
  const after = await Promise.all(pages.map(came));
  return after.map((now, i) => {
    const grown = now.map((s) => {
      const b = before[i]!.find((o) => o.id === s.id) ?? { packets: 0, samples: 0, concealed: 0 };
      return { packets: s.packets - b.packets, samples: s.samples - b.samples, concealed: s.concealed - b.concealed };
    });
    const [most] = grown.sort((x, y) => y.packets - x.packets);
    return most ? most.concealed / most.samples : 1;
  });
}

test('the way of a voice', async () => {
  server = await Server.start();
  links = (await server.convene(readFileSync(join(import.meta.dirname, 'summit.yaml'), 'utf8'))).links;
  protocol = await officer(server, links['officer']!);
  const others = await chromium.launch({ executablePath: executable, args: [...quietly] });
  const said: Record<string, unknown> = { measured: new Date().toISOString(), processor: cpus()[0]?.model, processors: cpus().length, browser: others.version() };

  const later: (() => void)[] = [];

  const first = await speaker();
  const mouth = await enter(first, 'product', { mode: 'speaker' });
  await protocol.sending('product');
  await protocol.act('start-item', { item: 'opening' });
  await protocol.act('give-floor', { seat: 'product' });
  const [zh, ru, en] = await Promise.all(['hears-zh', 'hears-ru', 'hears-en'].map((s) => enter(others, s, { mode: 'ears' })));
  const [booth, relay] = [await enter(others, 'i-ru', { mode: 'wire' }), await enter(others, 'i-en', { mode: 'wire' })];
  await relay.locator('[data-incoming=ru]').click();
  for (const p of [booth, relay]) {
    await p.locator('[data-act=on-air]').click();
    await expect(p.locator('[data-lamp]')).toHaveAttribute('data-lamp', 'on-air', { timeout: 20_000 });
  }
  // The interpretation alone, so that the original is measured by itself.
  for (const p of [ru!, en!]) {
    const slider = p.locator('.under input').first();
    await slider.fill((await slider.getAttribute('min')) ?? '0');
  }
  await mouth.waitForTimeout(8_000); // buffers find their length

  const pages = { mouth, zh: zh!, ru: ru!, en: en!, booth, relay };
  const began = await Promise.all(Object.values(pages).map(start));
  said['outputLatency'] = began[1]?.outputLatency;
  const packets = await counted(mouth);
  const at = { mouth: await take(mouth, 'mouth'), original: await take(zh!, 'ear'), booth: await take(ru!, 'ear'), relay: await take(en!, 'ear') };
  const loops = { boothMouth: await take(booth, 'mouth'), boothEar: await take(booth, 'ear'), relayMouth: await take(relay, 'mouth'), relayEar: await take(relay, 'ear') };
  // Nothing is worked out before the last recording: the network is in this process too.
  later.push(() => {
    said['ways'] = { original: { packets, ...way(at.mouth, at.original) }, booth: way(at.mouth, at.booth), relay: way(at.mouth, at.relay) };
  });
  // Each hop by itself, without the loop between an interpreter's ear and mouth.
  later.push(() => {
    said['hops'] = { speakerToBooth: delay(at.mouth, loops.boothEar), boothToListener: delay(loops.boothMouth, at.booth), boothToRelay: delay(loops.boothMouth, loops.relayEar), relayToListener: delay(loops.relayMouth, at.relay) };
  });

  const losses = [];
  for (const loss of [0, 0.02, 0.05, 0.1, 0.17]) {
    for (const w of server.relay.ways.values()) w.up.loss = w.down.loss = loss;
    await mouth.waitForTimeout(2_000);
    const [atBooth, atListener, atRelay] = await concealed([booth, ru!, en!], 8_000);
    losses.push({ loss, booth: atBooth, listener: atListener, relay: atRelay });
  }
  said['loss'] = losses;
  for (const w of server.relay.ways.values()) w.up.loss = w.down.loss = 0;
  await first.close();
  for (const p of [ru!, en!, booth, relay]) await p.close();

  for (const seat of ['treated', 'dtx'] as const) {
    const browser = await speaker();
    const page = await enter(browser, seat, { mode: 'speaker', dtx: seat === 'dtx', headset: seat !== 'treated' });
    await protocol.sending(seat);
    await protocol.act('give-floor', { seat });
    await page.waitForTimeout(5_000);
    await Promise.all([start(page), start(zh!)]);
    const packets = await counted(page);
    const { echoCancellation, noiseSuppression } = await settings(page);
    const [spoken, heard] = [await take(page, 'mouth'), await take(zh!, 'ear')];
    later.push(() => {
      said[seat] = { echoCancellation, noiseSuppression, packets, ...way(spoken, heard) };
    });
    await browser.close();
  }
  await others.close();
  protocol.close();
  await server.stop();
  said['load'] = loadavg()[0];
  for (const work of later) work();
  writeFileSync(result, JSON.stringify(said, undefined, 1) + '\n');
});
