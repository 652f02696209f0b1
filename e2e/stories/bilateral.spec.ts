import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { officer, type Wire } from '../support/officer.ts';
import { Person } from '../support/person.ts';
import { Server, type Convened } from '../support/server.ts';

const yaml = readFileSync(join(import.meta.dirname, '../support/summit.yaml'), 'utf8');

test.describe.configure({ mode: 'serial' });

let server: Server;
let summit: Convened;
let protocol: Wire;
let a: Person;
let b: Person;
let booth: Person;
let reporter: Person;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  server = await Server.start();
  summit = await server.convene(yaml);
  protocol = await officer(server, summit.links['officer']!);
  [a, b, booth, reporter] = await Promise.all([
    Person.arrive('a-principal'),
    Person.arrive('b-principal'),
    Person.arrive('interpreter-ru'),
    Person.arrive(),
  ]);
  await Promise.all([
    a.open(summit.links['a-principal']!),
    b.open(summit.links['b-principal']!),
    booth.open(summit.links['interpreter-ru']!),
    reporter.open(summit.links['reporter']!),
  ]);
  await protocol.sending('a-principal', 'b-principal', 'interpreter-ru');
  await protocol.present('reporter');
});

test.afterAll(async () => {
  await Promise.all([a, b, booth, reporter].map((p) => p?.leave()));
  protocol?.close();
  await server?.stop();
});

test('before an item nothing flows between the delegations', async () => {
  await a.hearsNobody('picture-1');
  expect(['dark', 'nothing']).toContain(await a.sees('picture-1'));
  expect(await reporter.received()).toBe(0);
});

test('each principal sees and hears the other', async () => {
  await protocol.act('start-item', { item: 'opening' });
  await Promise.all([a.seesOnly('picture-1', 'b-principal'), b.seesOnly('picture-1', 'a-principal')]);
  await Promise.all([a.hearsOnly('picture-1', 'b-principal'), b.hearsOnly('picture-1', 'a-principal')]);
});

test('the sound is 64 kbit/s without pauses, as the answer on the wire asks', async () => {
  const answers = await a.answers();
  const opus = answers.flatMap((s) => s.split(/\r?\n/)).filter((l) => /^a=fmtp:111 /.test(l));
  expect(opus.length).toBeGreaterThan(0);
  for (const line of opus) {
    for (const parameter of ['maxaveragebitrate=64000', 'usedtx=0', 'useinbandfec=1']) expect(line).toContain(parameter);
  }
  const sound = async () => (await a.sent()).find((s) => s.kind === 'audio')!;
  const before = await sound();
  await a.page.waitForTimeout(3000);
  const after = await sound();
  const seconds = (after.at - before.at) / 1000;
  const rate = ((after.bytes - before.bytes) * 8) / seconds;
  expect(rate).toBeGreaterThan(40_000);
  expect(rate).toBeLessThan(80_000);
  expect((after.packets - before.packets) / seconds).toBeGreaterThan(48);
});

test('a listener of a language hears the interpreter, and the original low under it', async () => {
  await protocol.act('give-floor', { seat: 'b-principal' });
  await booth.hearsOnly('picture-2', 'b-principal').catch(() => booth.hearsOnly('picture-1', 'b-principal'));
  await booth.page.locator('[data-act=on-air]').click();
  await a.hearsOnly('channel', 'interpreter-ru');
  await expect
    .poll(async () => Math.round((await a.hears('picture-1'))['b-principal']), { timeout: 10_000 })
    .toBeLessThan(-24);
  await a.page.waitForTimeout(1500);
  const loud = await a.hears('channel');
  const low = await a.hears('picture-1');
  // −14 dB, give or take what two capture levels differ by.
  expect(loud['interpreter-ru'] - low['b-principal']).toBeGreaterThan(10);
  expect(loud['interpreter-ru'] - low['b-principal']).toBeLessThan(20);
});

test('the press has the open item, each language by choice', async () => {
  // The reporter hears Chinese, which Principal B speaks: the original.
  await reporter.seesOnly('picture-2', 'b-principal').catch(() => reporter.seesOnly('picture-1', 'b-principal'));
  await reporter.page.locator('.hearing select').selectOption('ru');
  await reporter.hearsOnly('channel', 'interpreter-ru');
});

test('after closing, the press gets not one packet while the delegations go on', async () => {
  await protocol.until((v) => v.press?.seatsReceiving === 1);
  await protocol.act('set-coverage', { coverage: 'closed' });
  await protocol.until((v) => v.press?.seatsReceiving === 0 && v.press.clear, 5000);
  const ways = await reporter.ways(server.relay, false);
  expect(ways.length).toBe(1);
  const onTheWire = ways[0]!.toClient;
  const inTheBrowser = await reporter.received();
  await reporter.page.waitForTimeout(3000);
  expect(ways[0]!.toClient - onTheWire).toBe(0);
  expect((await reporter.received()) - inTheBrowser).toBe(0);
  // The last picture is not left standing.
  for (const slot of ['picture-1', 'picture-2']) expect(['dark', 'nothing']).toContain(await reporter.sees(slot));
  await Promise.all([a.seesOnly('picture-1', 'b-principal'), a.hearsOnly('channel', 'interpreter-ru')]);
});

test('a reload brings a principal back into the room', async () => {
  await a.page.reload();
  await a.seesOnly('picture-1', 'b-principal');
  await a.hearsOnly('channel', 'interpreter-ru');
  await b.seesOnly('picture-1', 'a-principal');
  await b.hearsOnly('picture-1', 'a-principal');
});

test('a network that drops and returns brings a principal back', async () => {
  const ways = [...(await a.ways(server.relay, true)), ...(await a.ways(server.relay, false))];
  expect(ways.length).toBe(2);
  for (const w of ways) w.cut = true;
  await a.context.setOffline(true);
  await a.page.waitForTimeout(7000);
  await a.context.setOffline(false);
  for (const w of ways) w.cut = false;
  const back = Date.now();
  await a.seesOnly('picture-1', 'b-principal');
  await a.hearsOnly('channel', 'interpreter-ru');
  await b.seesOnly('picture-1', 'a-principal');
  console.log(`back ${Date.now() - back} ms after the network`);
});

test('somebody else’s browser cannot use a link again', async () => {
  const intruder = await Person.arrive();
  await intruder.page.goto(summit.links['a-principal']!);
  await intruder.page.locator('[data-act=open-seat]').click();
  await expect(intruder.page.locator('[data-refusal=link-in-use]')).toBeVisible();
  await intruder.leave();
});
