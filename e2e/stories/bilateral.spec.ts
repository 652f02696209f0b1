import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { Meeting } from '../support/meeting.ts';
import { never } from '../support/never.ts';
import { Wire } from '../support/officer.ts';
import { Person, sounds } from '../support/person.ts';
import { colour, level, loudest, sound, takes } from '../support/record.ts';
import { signatures } from '../support/media.ts';
import type { Server, Convened } from '../support/server.ts';

test.describe.configure({ mode: 'serial' });

let meeting: Meeting;
let server: Server;
let summit: Convened;
let protocol: Wire;
let a: Person;
let b: Person;
let booth: Person;
let reporter: Person;
/** Instants of the story, in milliseconds since 1970. */
const at: Record<string, number> = {};

test.beforeAll(async () => {
  test.setTimeout(120_000);
  meeting = await Meeting.begin();
  ({ server, summit, protocol } = meeting);
  [a, b, booth, reporter] = await Promise.all([
    meeting.person('a-principal'),
    meeting.person('b-principal'),
    meeting.person('interpreter-ru'),
    meeting.person('reporter'),
  ]);
  await meeting.gather();
});

test.afterAll(() => meeting?.end());

test('before an item nothing flows between the delegations', async () => {
  await a.hearsNobody('picture-1');
  await never(async () => {
    expect(['dark', 'nothing']).toContain(await a.sees('picture-1'));
    expect(await reporter.received()).toBe(0);
  });
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
  // With redundancy each packet carries the one before too.
  const times = answers.some((s) => /^a=rtpmap:\d+ red\/48000/m.test(s)) ? 2 : 1;
  expect(rate).toBeGreaterThan(40_000);
  expect(rate).toBeLessThan(80_000 * times);
  // 50 a second, of which a busy machine may owe some at the end; with pauses they would be a few.
  expect((after.packets - before.packets) / seconds).toBeGreaterThan(40);
});

test('a listener of a language hears the interpreter, and the original low under it', async () => {
  await protocol.act('give-floor', { seat: 'b-principal' });
  at['b has the floor'] = Date.now();
  await booth.hearsOnly('picture-2', 'b-principal').catch(() => booth.hearsOnly('picture-1', 'b-principal'));
  await booth.page.locator('[data-act=on-air]').click();
  await a.hearsOnly('channel', 'interpreter-ru');
  at['the booth is on air'] = Date.now();
  // Both capture files are as loud as each other: the original is 14 dB below.
  const below = async () => (await a.hears('channel'))['interpreter-ru'] - (await a.hears('picture-1'))['b-principal'];
  await expect.poll(async () => Math.round(await below()), { timeout: 15_000 }).toBe(14);
});

test('the press has the open item, each language by choice', async () => {
  // The reporter hears Chinese, which Principal B speaks: the original.
  await reporter.seesOnly('picture-2', 'b-principal').catch(() => reporter.seesOnly('picture-1', 'b-principal'));
  await reporter.page.locator('.hearing select').selectOption('ru');
  await reporter.hearsOnly('channel', 'interpreter-ru');
});

test('after closing, the press gets not one packet while the delegations go on', async () => {
  await protocol.until((v) => v.press?.seatsReceiving === 1);
  // What is looked for in the recording, and quoted, begins up to 2.5 s before: Principal B alone is to be heard in it.
  await reporter.page.waitForTimeout(Math.max(0, at['b has the floor']! + 3000 - Date.now()));
  at['still open'] = Date.now() - 1000;
  await protocol.act('set-coverage', { coverage: 'closed' });
  await protocol.until((v) => v.press?.seatsReceiving === 0 && v.press.clear, 5000);
  at['closed'] = Date.now();
  const ways = await reporter.ways(server.relay, false);
  expect(ways.length).toBe(1);
  const onTheWire = ways[0]!.toClient;
  const inTheBrowser = await reporter.received();
  await reporter.page.waitForTimeout(3000);
  await never(async () => {
    expect(ways[0]!.toClient - onTheWire).toBe(0);
    expect((await reporter.received()) - inTheBrowser).toBe(0);
    // The last picture is not left standing.
    for (const slot of ['picture-1', 'picture-2']) expect(['dark', 'nothing']).toContain(await reporter.sees(slot));
  });
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

test('the recording has the right tones at the right times, and nothing closed under open', async () => {
  at['before the end'] = Date.now() - 1500;
  await protocol.act('end-item');
  await protocol.act('end-summit');
  const ended = Date.now();
  const all = () => ['open', 'closed', 'sources'].flatMap((tree) => takes(server.data, tree, summit.summit));
  await expect.poll(() => all().length > 2 && all().every((t) => t.ended > 0), { timeout: 5000, intervals: [20] }).toBe(true);
  console.log(`the recording was ready ${Date.now() - ended} ms after the end`);

  const open = takes(server.data, 'open', summit.summit);
  const closed = takes(server.data, 'closed', summit.summit);
  expect(open.map((t) => t.item)).toEqual(['opening']);
  expect(closed.map((t) => t.item)).toEqual(['opening']);
  const [first, second] = [open[0]!, closed[0]!];
  expect(first.ended).toBeLessThanOrEqual(at['closed']! + 50);
  expect(second.started).toBeGreaterThanOrEqual(first.ended - 1);

  const tone = (name: keyof typeof signatures) => signatures[name].tone;
  const original = sound(first, 'original');
  expect(loudest(original, at['b has the floor']! + 2500, tone('b-principal'))).toBeGreaterThan(-20);
  expect(level(original, at['b has the floor']! + 500, tone('a-principal'))).toBeLessThan(-50);
  const russian = sound(first, 'channel-ru');
  expect(loudest(russian, at['the booth is on air']! + 2300, tone('interpreter-ru'))).toBeGreaterThan(-20);
  expect(level(russian, at['the booth is on air']! + 300, tone('b-principal'))).toBeLessThan(-50);
  // Nobody interprets into Chinese: the channel carries the original.
  expect(loudest(sound(first, 'channel-zh'), at['still open']!, tone('b-principal'))).toBeGreaterThan(-20);
  near(colour(first, 'picture', at['still open']!), signatures['b-principal'].colour);

  const later = sound(second, 'original');
  expect(loudest(later, at['before the end']!, tone('b-principal'))).toBeGreaterThan(-20);
  // Each source by itself, apart from what is open.
  const sources = takes(server.data, 'sources', summit.summit)[0]!;
  for (const [track, name] of [
    ['a-principal-microphone', 'a-principal'],
    ['b-principal-microphone', 'b-principal'],
    ['interpreter-ru-microphone', 'interpreter-ru'],
  ] as const) {
    const heard = sound(sources, track);
    expect(loudest(heard, at['still open']!, tone(name)), track).toBeGreaterThan(-32);
    for (const [other, s] of Object.entries(signatures)) {
      if (other !== name) expect(level(heard, at['still open']!, s.tone), `${other} in ${track}`).toBeLessThan(-45);
    }
  }
  // A microphone that nobody could hear yet is not kept: the booth was off air.
  expect(level(sound(sources, 'interpreter-ru-microphone'), at['b has the floor']!, tone('interpreter-ru'))).toBeLessThan(-60);
  near(colour(sources, 'a-principal-camera', at['still open']!), signatures['a-principal'].colour);

  // What was closed is under no public address, whatever name is tried.
  const listed = await (await fetch(`${server.url}/api/summits/${summit.summit}/recording`)).json();
  expect(listed.takes.map((t: { item: string }) => t.item)).toEqual(['opening']);
  const name = second.dir.split('/').at(-1)!;
  await never(async () => {
    for (const path of [`${name}/program.m3u8`, `../closed/${summit.summit}/${name}/program.m3u8`, `${name}/manifest.json`]) {
      expect((await fetch(`${server.url}/s/${summit.summit}/record/${path}`)).status).toBe(404);
    }
  });
  expect((await fetch(`${server.url}${listed.takes[0].playlist}`)).status).toBe(200);
});

test('the page is published in Arabic and English, and a quotation plays its moment', async () => {
  const press = await Wire.open(server, summit.links['press-officer']!);
  const from = at['still open']! - 1500;
  const quotation = {
    seat: 'b-principal',
    original: '我们愿意合作',
    spoken: 'zh',
    rendering: 'translated',
    from: new Date(from).toISOString(),
    to: new Date(from + 1200).toISOString(),
  };
  const texts = {
    ar: { headline: 'وفدان يتفقان على مواصلة العمل', lead: 'عُقد اللقاء عبر تقنية الفيديو.', words: 'نحن مستعدون للعمل معًا', body: 'وشارك في اللقاء رئيسا الوفدين.' },
    en: { headline: 'Two delegations agree to go on', lead: 'They met by video link.', words: 'We are ready to work together', body: 'Both heads of delegation took part.' },
  };
  for (const [language, t] of Object.entries(texts)) {
    const path = `/api/summits/${summit.summit}/readouts/${language}`;
    const readout = {
      language,
      place: language === 'ar' ? 'عبر تقنية الفيديو' : 'By video link',
      headline: t.headline,
      lead: t.lead,
      body: [
        { kind: 'paragraph', text: t.body, basis: 'open-remarks' },
        { kind: 'quotation', quotation: { ...quotation, words: t.words } },
        { kind: 'external-quotation', external: { speaker: 'A spokesman', words: t.words, date: '2026-11-30', source: { name: 'An agency' } } },
      ],
      sources: [{ name: 'The open remarks' }],
    };
    // A moment of the closed part is refused before anything else.
    const closed = structuredClone(readout);
    Object.assign(closed.body[1]!.quotation!, {
      from: new Date(at['before the end']!).toISOString(),
      to: new Date(at['before the end']! + 500).toISOString(),
    });
    expect((await press.call('PUT', path, closed)).ok).toBe(true);
    const refused = await press.call('POST', `${path}/publish`, {});
    expect(refused.status).toBe(422);
    expect((await refused.json()).faults.map((f: { code: string }) => f.code)).toContain('not-open');

    expect((await press.call('PUT', path, readout)).ok).toBe(true);
    expect((await press.call('POST', `${path}/publish`, {})).status).toBe(200);
  }
  press.close();

  for (const [language, t] of Object.entries(texts)) {
    const page = reporter.page;
    await page.goto(`${server.url}/s/${summit.summit}/${language}`);
    await expect(page.locator('html')).toHaveAttribute('dir', language === 'ar' ? 'rtl' : 'ltr');
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    await expect(page.locator('h1')).toHaveText(t.headline);
    await expect(page.locator('blockquote').first()).toContainText(language === 'ar' ? `«${t.words}»` : `“${t.words}”`);
    const violations = (await new AxeBuilder({ page }).analyze()).violations.map((v) => `${v.id}: ${v.nodes.length}`);
    expect(violations).toEqual([]);

    await page.locator('.play-moment').click();
    const player = '#recording video';
    await expect.poll(() => page.locator(player).evaluate((v: HTMLVideoElement) => !v.paused && v.currentTime > 0)).toBe(true);
    expect(sounds(await reporter.hears(player), -40)).toEqual(['b-principal']);
    await expect.poll(() => reporter.sees(player)).toBe('b-principal');
    // It ends where the quotation does.
    await expect.poll(() => page.locator(player).evaluate((v: HTMLVideoElement) => v.paused), { timeout: 10_000 }).toBe(true);
  }
});

function near(got: readonly number[], want: readonly number[]): void {
  const distance = Math.hypot(...got.map((g, i) => g - want[i]!));
  expect(distance, `rgb(${got.join(', ')}) is not rgb(${want.join(', ')})`).toBeLessThan(60);
}
