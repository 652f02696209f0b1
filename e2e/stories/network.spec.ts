// What becomes of a meeting when a line fails: a network that drops, a page that
// is loaded anew, a device that sleeps, a page that the browser has frozen. By
// tone, by pixel, by the banner.
import { expect, test } from '@playwright/test';
import { twoLayers } from '../support/media.ts';
import { Meeting } from '../support/meeting.ts';
import type { Wire } from '../support/officer.ts';
import type { Person } from '../support/person.ts';
import type { Server } from '../support/server.ts';

test.describe.configure({ mode: 'serial' });

let meeting: Meeting;
let server: Server;
let protocol: Wire;
/** The one whose line fails, and the one at the other end. */
let a: Person;
let b: Person;
/** Its line to the pages and the live connection; that for the media is in the relay. */
let pages: Awaited<ReturnType<Server['line']>>;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  meeting = await Meeting.begin();
  ({ server, protocol } = meeting);
  pages = await server.line();
  [a, b] = await Promise.all([meeting.person('a-delegate', { at: pages.address }), meeting.person('b-principal', { camera: twoLayers })]);
  await meeting.opens('opening', 'a-delegate');
  await a.listens(await place(a, 'b-principal'), 'b-principal');
  await b.listens(await place(b, 'a-delegate'), 'a-delegate');
});

test.afterAll(() => meeting?.end());

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
    hand: seat('a-delegate').hand,
    muted: seat('a-delegate').muted,
    language: await a.page.locator('.hearing select').inputValue(),
  };
}

/** Takes everything of the network away for five seconds; gives when it is back, as milliseconds since 1970. */
async function drop(): Promise<number> {
  const ways = [...(await a.waysNow(server.relay, true)), ...(await a.waysNow(server.relay, false))];
  expect(ways.length).toBe(2);
  for (const w of ways) w.cut = true;
  pages.line.cut = true;
  const gone = Date.now();
  await expect.poll(() => a.banner(), { timeout: 15_000 }).toBe('network-gone-unheard');
  await a.page.waitForTimeout(Math.max(0, gone + 5_000 - Date.now()));
  pages.line.cut = false;
  for (const w of ways) w.cut = false;
  return Date.now();
}

test('a network that drops for five seconds: sound is back within two, both ways, and all is as it was', async () => {
  const before = await keeps();
  const [from, to] = [await place(a, 'b-principal'), await place(b, 'a-delegate')];
  // A second time, when the machine was busy with something else the first.
  let worst = Infinity;
  for (let drops = 0; drops < 2 && worst >= 2_000; drops++) {
    const back = await drop();
    const [heard, hears] = await Promise.all([b.soundsAgain(to, back), a.soundsAgain(from, back)]);
    console.log(`heard again ${heard} ms after the network, hears again after ${hears} ms`);
    worst = Math.max(heard, hears);
    expect(worst).toBeLessThan(8_000);
    await expect.poll(() => a.banner(), { timeout: 15_000 }).toBe('');
  }
  expect(worst).toBeLessThan(2_000);
  expect(await keeps()).toEqual(before);
  await a.seesOnly(from, 'b-principal');
});

test('a router that forgets whose packets they are: sound goes on over the same connections', async () => {
  const before = await keeps();
  const [from, to] = [await place(a, 'b-principal'), await place(b, 'a-delegate')];
  const made = await a.connectionsMade();
  const ways = [...(await a.waysNow(server.relay, true)), ...(await a.waysNow(server.relay, false))];
  expect(ways.length).toBe(2);
  await Promise.all(ways.map((w) => w.forget()));
  const forgotten = Date.now();
  // What was sent to the old address is lost: what comes, comes by the new one,
  // or by that of a restart.
  const came = async () => (await a.ways(server.relay, false)).reduce((sum, w) => sum + w.toClient, 0);
  const atFirst = await came();
  await expect.poll(came, { timeout: 15_000 }).toBeGreaterThan(atFirst + 100);
  for (const [who, slot] of [[a, from], [b, to]] as const) {
    const steadily = async () => (await who.silences(slot, Date.now() - 1_000)).lengths.length === 0;
    await expect.poll(steadily, { message: `${slot} sounds for a second`, timeout: 15_000 }).toBe(true);
  }
  console.log(`after the router forgot both hear each other for a second within ${Date.now() - forgotten} ms`);
  await a.seesOnly(from, 'b-principal');
  expect(await a.connectionsMade()).toBe(made);
  expect(await keeps()).toEqual(before);
});

test('a line of 300 kbit/s: sound without a gap, and one picture that moves', async () => {
  const from = await place(a, 'b-principal');
  const [line] = await a.waysNow(server.relay, false);
  line!.down.rate = 300_000;
  await a.page.waitForTimeout(3_000);
  let longest = Infinity;
  let moved = 0;
  // Again, when the machine was busy with something else.
  for (let looks = 0; looks < 3 && (longest >= 300 || moved < 10); looks++) {
    const [since, before] = [Date.now(), await a.frames(from)];
    await a.page.waitForTimeout(4_000);
    longest = Math.max(0, ...(await a.silences(from, since)).lengths);
    moved = (await a.frames(from)).count - before.count;
    console.log(`on 300 kbit/s: longest silence ${longest} ms, ${moved} frames in 4 s`);
  }
  line!.down.rate = 0;
  expect(longest).toBeLessThan(300);
  expect(moved).toBeGreaterThanOrEqual(10);
  await a.seesOnly(from, 'b-principal');
});

test('a page that is loaded anew: language, microphone and hand are as they were', async () => {
  await a.page.locator('.hearing select').selectOption('zh');
  await a.page.locator('[data-act=microphone]').click();
  await protocol.act('take-floor');
  await a.page.locator('[data-act=raise-hand]').click();
  await protocol.until((v) => v.room.floor === undefined && seat('a-delegate').muted && seat('a-delegate').hand > 0);
  const before = await keeps();
  expect(before).toEqual({ floor: undefined, hand: 1, muted: true, language: 'zh' });

  await a.page.reload();
  await a.listens(await place(a, 'b-principal'), 'b-principal');
  expect(await keeps()).toEqual(before);
  await expect(a.page.locator('[data-act=lower-hand]')).toBeVisible();
  // The floor comes, and the microphone is still closed until it is opened by hand.
  await protocol.act('give-floor', { seat: 'a-delegate' });
  const to = await place(b, 'a-delegate');
  await b.hearsNobody(to);
  await a.page.locator('[data-act=microphone]').click();
  await b.hearsOnly(to, 'a-delegate');
  await b.listens(to, 'a-delegate');
});

test('a device that sleeps for twenty seconds: it goes on by itself, and the same person has the floor', async () => {
  const before = await keeps();
  const [from, to] = [await place(a, 'b-principal'), await place(b, 'a-delegate')];
  const wake = await a.sleep();
  await new Promise((r) => setTimeout(r, 20_000));
  wake();
  const awake = Date.now();
  const hears = await a.soundsAgain(from, awake);
  const heard = await b.soundsAgain(to, awake);
  console.log(`after sleep: hears again after ${hears} ms, is heard again after ${heard} ms`);
  expect(hears).toBeLessThan(15_000);
  expect(heard).toBeLessThan(15_000);
  expect(await keeps()).toEqual(before);
  await a.seesOnly(from, 'b-principal');
});

test('a page that the browser has frozen goes on when it is looked at again', async () => {
  const [from, to] = [await place(a, 'b-principal'), await place(b, 'a-delegate')];
  const session = await a.context.newCDPSession(a.page);
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  await b.page.waitForTimeout(8_000);
  await session.send('Page.setWebLifecycleState', { state: 'active' });
  const thawed = Date.now();
  expect(await a.soundsAgain(from, thawed)).toBeLessThan(15_000);
  expect(await b.soundsAgain(to, thawed)).toBeLessThan(15_000);
  await expect.poll(() => a.banner(), { timeout: 15_000 }).toBe('');
});
