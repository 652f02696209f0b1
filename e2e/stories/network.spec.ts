// What becomes of a meeting when a line fails: a network that drops, a router
// that forgets, a device that sleeps, a page that is loaded anew, a line that
// is too narrow, one without UDP. By tone, by pixel, by the size of frames.
import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { twoLayers } from '../support/media.ts';
import { officer, Wire } from '../support/officer.ts';
import { Person } from '../support/person.ts';
import { Server, type Convened } from '../support/server.ts';

const yaml = readFileSync(join(import.meta.dirname, '../support/summit.yaml'), 'utf8');

test.describe.configure({ mode: 'serial' });

let server: Server;
let summit: Convened;
let protocol: Wire;
/** The one whose line fails, and the one at the other end. */
let a: Person;
let b: Person;
/** Its line to the pages and the live connection; that for the media is in the relay. */
let pages: Awaited<ReturnType<Server['line']>>;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  server = await Server.start();
  pages = await server.line();
  summit = await server.convene(yaml);
  protocol = await officer(server, summit.links['officer']!);
  [a, b] = await Promise.all([Person.arrive('a-delegate'), Person.arrive('b-principal', { camera: twoLayers })]);
  await Promise.all([a.open(pages.address(summit.links['a-delegate']!)), b.open(summit.links['b-principal']!)]);
  await protocol.sending('a-delegate', 'b-principal');
  await protocol.act('start-item', { item: 'opening' });
  await protocol.act('give-floor', { seat: 'a-delegate' });
  await a.listens(await place(a, 'b-principal'), 'b-principal');
  await b.listens(await place(b, 'a-delegate'), 'a-delegate');
});

test.afterAll(async () => {
  await Promise.all([a, b].map((p) => p?.leave()));
  protocol?.close();
  await server?.stop();
});

/** The slot in which a person sees another. */
async function place(who: Person, other: 'b-principal' | 'a-delegate'): Promise<string> {
  let found = '';
  await expect
    .poll(async () => {
      for (const slot of ['picture-1', 'picture-2', 'picture-3']) if ((await who.sees(slot)) === other) found = slot;
      return found;
    }, { message: `somewhere ${other} is seen`, timeout: 30_000 })
    .not.toBe('');
  return found;
}

const seat = (id: string) => protocol.view!.seats.find((s) => s.id === id)!;

/** What a person had and has still. */
async function keeps(): Promise<unknown> {
  return {
    floor: protocol.view!.room.floor,
    muted: seat('a-delegate').muted,
    language: await a.page.locator('.hearing select').inputValue(),
  };
}

test('a network that drops for five seconds: sound is back within two, both ways, and all is as it was', async () => {
  const before = await keeps();
  const [from, to] = [await place(a, 'b-principal'), await place(b, 'a-delegate')];
  const ways = [...(await a.ways(server.relay, true)), ...(await a.ways(server.relay, false))];
  expect(ways.length).toBe(2);
  for (const w of ways) w.cut = true;
  pages.line.cut = true;
  const gone = Date.now();
  await expect.poll(() => a.banner(), { timeout: 15_000 }).toBe('network-gone-unheard');
  console.log(`said so after ${Date.now() - gone} ms`);
  await a.page.waitForTimeout(Math.max(0, gone + 5_000 - Date.now()));
  pages.line.cut = false;
  for (const w of ways) w.cut = false;
  const back = Date.now();
  const [heard, hears] = await Promise.all([b.soundsAgain(to, back), a.soundsAgain(from, back)]);
  console.log(`heard again ${heard} ms after the network, hears again after ${hears} ms`);
  expect(hears).toBeLessThan(2_000);
  expect(heard).toBeLessThan(2_000);
  await expect.poll(() => a.banner(), { timeout: 6_000 }).toBe('');
  expect(await keeps()).toEqual(before);
  await a.seesOnly(from, 'b-principal');
});

test('a router that forgets: no silence of two seconds either way, and no new connection', async () => {
  const [from, to] = [await place(a, 'b-principal'), await place(b, 'a-delegate')];
  const made = await a.connectionsMade();
  const ways = [...(await a.ways(server.relay, true)), ...(await a.ways(server.relay, false))];
  const forgot = Date.now();
  await Promise.all(ways.map((w) => w.forget()));
  await a.page.waitForTimeout(4_000);
  const [hears, heard] = [await a.silences(from, forgot), await b.silences(to, forgot)];
  console.log(`silences after the router forgot: ${hears.lengths.join(' ')} and ${heard.lengths.join(' ')} ms`);
  expect(hears.sounding && heard.sounding).toBe(true);
  expect(Math.max(0, ...hears.lengths)).toBeLessThan(2_000);
  expect(Math.max(0, ...heard.lengths)).toBeLessThan(2_000);
  expect(await a.connectionsMade()).toBe(made);
});
