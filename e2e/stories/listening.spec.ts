// What reaches the ears: an interpreter's bass, treble and limiter, and a
// listener's original, which never comes back loudly; all of it measured at the
// page's output.
import { expect, test } from '@playwright/test';
import { camera, voice } from '../support/actor.ts';
import { Meeting } from '../support/meeting.ts';
import type { Wire } from '../support/officer.ts';
import type { Person } from '../support/person.ts';

test.describe.configure({ mode: 'serial' });

interface Ears {
  liqaEars: {
    tones(slot: string, tones: Record<string, number>): Promise<Record<string, number>>;
    follow(hz: number): void;
    followed(since: number): [number, number][];
    peaks(slot: string, length: number): Promise<{ out: number; put: number }>;
    sounds(): Promise<{ ssrc: number; bytes: number; packets: number; at: number }[]>;
  };
}

/** The tones of the speaker of the floor: where bass and treble are promised, and the middle, which they leave alone. */
const tones = { low: 125, middle: 1000, high: 8000 };

let meeting: Meeting;
let protocol: Wire;
let booth: Person;
let reporter: Person;

const output = async (who: Person) => who.page.evaluate((t) => (globalThis as unknown as Ears).liqaEars.tones('output', t), tones) as Promise<typeof tones>;

/** Types a key that no keyboard has, as a foot switch does, into what has the focus. */
const footSwitch = (who: Person, type: 'keydown' | 'keyup', repeat = false) =>
  who.page.evaluate(
    ([t, r]) => (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent(t, { code: 'F13', key: 'F13', repeat: r, bubbles: true, cancelable: true })),
    [type, repeat] as const,
  );

test.beforeAll(async () => {
  test.setTimeout(90_000);
  meeting = await Meeting.begin();
  ({ protocol } = meeting);
  const grey = camera('grey', 'gray');
  const calm = voice('calm', Object.values(tones).map((hz) => `0.05*sin(2*PI*${hz}*t)`).join('+'), 4);
  const sudden = voice('sudden', '0.02*sin(2*PI*300*t)+0.97*sin(2*PI*2500*t)*gt(mod(t,2),1.7)', 4);
  [booth] = await Promise.all([
    meeting.person('interpreter-ru'),
    meeting.playing('b-delegate', calm, grey),
    meeting.playing('a-delegate', sudden, grey),
  ]);
  reporter = await meeting.beside(booth, 'reporter');
  await meeting.opens('opening', 'b-delegate');
});

test.afterAll(() => meeting?.end());

test('an interpreter takes 12 dB of bass away and adds 12 dB of treble, by keys, and is told by ear what happens', async () => {
  const { page } = booth;
  await expect.poll(async () => (await output(booth)).middle, { timeout: 20_000 }).toBeGreaterThan(-40);
  // What is heard goes through the chain, and none of it by the elements.
  expect(await page.locator('[data-slot=channel]').evaluate((e: HTMLAudioElement) => e.muted)).toBe(true);
  const before = await output(booth);
  // Three tones of 0.05: −24.3 dBFS together, and peaks of −16.5 at most.
  const incoming = page.locator('.incoming');
  const meter = incoming.getByRole('meter', { name: 'Incoming level' });
  await expect.poll(async () => Math.abs(Number(await meter.getAttribute('aria-valuenow')) + 24)).toBeLessThan(3);
  await expect.poll(async () => Math.abs(Number((await incoming.locator('.figure').textContent())!.replace('−', '-')) + 17)).toBeLessThan(4);
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press('z');
    await page.keyboard.press('v');
  }
  const by = async () => {
    const now = await output(booth);
    return { low: now.low - before.low, middle: now.middle - before.middle, high: now.high - before.high };
  };
  await expect(async () => {
    const changed = await by();
    expect(changed.low).toBeLessThan(-12);
    expect(changed.low).toBeGreaterThan(-14);
    expect(changed.high).toBeGreaterThan(12);
    expect(changed.high).toBeLessThan(14);
    expect(Math.abs(changed.middle)).toBeLessThan(1);
    console.log(`bass ${changed.low.toFixed(1)} dB at 125 Hz, treble ${changed.high.toFixed(1)} dB at 8 kHz, ${changed.middle.toFixed(1)} dB at 1 kHz`);
  }).toPass({ timeout: 15_000 });
  // The dials say so too, to who does not see them.
  await expect(page.getByRole('slider', { name: 'Bass' })).toHaveAttribute('aria-valuetext', '−12 dB');
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press('x');
    await page.keyboard.press('c');
  }
});

test('a burst is held below the ceiling', async () => {
  await protocol.act('give-floor', { seat: 'a-delegate' });
  await expect(async () => {
    const slot = (await booth.page.locator('[data-seat=a-delegate] [data-slot]').first().getAttribute('data-slot', { timeout: 2000 }))!;
    const { out, put } = await booth.page.evaluate((s) => (globalThis as unknown as Ears).liqaEars.peaks(s, 2500), slot);
    console.log(`a burst of ${put.toFixed(1)} dBFS comes out at ${out.toFixed(1)}`);
    expect(put).toBeGreaterThan(-2);
    expect(out).toBeLessThan(-2.9);
    expect(out).toBeGreaterThan(-12);
  }).toPass({ timeout: 20_000 });
  await protocol.act('give-floor', { seat: 'b-delegate' });
});

test('what an interpreter does is said to who does not see it, and a foot switch works while they type', async () => {
  const { page } = booth;
  await page.locator('[data-act=on-air]').click();
  // As the tree of a screen reader has it; names in a sentence stand between isolates.
  const said = async (region: string) => (await page.getByRole('main').locator(region).ariaSnapshot()).replace(/[\u2068\u2069]/g, '');
  await expect.poll(() => said('[aria-live=assertive]')).toContain('On air: Russian');
  await page.keyboard.press('i');
  await expect.poll(() => said('[role=alert]:not(:empty)')).toContain('sound is insufficient');
  await page.keyboard.press('i');
  await page.locator('[data-tab=setup]').click();
  await page.locator('[data-remap=cough]').click();
  await footSwitch(booth, 'keydown');
  await footSwitch(booth, 'keyup');
  await page.locator('[data-tab=chat]').click();
  await page.getByRole('tabpanel').getByRole('textbox').fill('my turn');
  await footSwitch(booth, 'keydown');
  await expect(page.locator('[data-lamp=cough]')).toBeVisible();
  await footSwitch(booth, 'keydown', true); // it types on while it is held
  await expect(page.locator('[data-lamp=cough]')).toBeVisible();
  await footSwitch(booth, 'keyup');
  await expect(page.locator('[data-lamp=on-air]')).toBeVisible();
});

test('the original stays low under the interpreter, comes back by a ramp, and never loudly', async () => {
  const { page } = reporter;
  const hears = page.locator('.hearing select');
  const middle = async () => (await output(reporter)).middle;
  const followed = (since: number) => page.evaluate((t) => (globalThis as unknown as Ears).liqaEars.followed(t), since);
  await hears.selectOption('zh'); // nobody interprets into it: the original
  await expect.poll(middle, { timeout: 20_000 }).toBeGreaterThan(-30);
  const full = await middle();
  await page.evaluate((hz) => (globalThis as unknown as Ears).liqaEars.follow(hz), tones.middle);

  const low = (level: number) => level < full - 13 && level > full - 15;
  const lowAgain = () => expect.poll(async () => low(await middle()), { timeout: 20_000 }).toBe(true);
  const byRamp = async (since: number) => {
    const steps = (await followed(since)).filter(([, level]) => level < full - 3 && level > full - 11).map(([at]) => at);
    return steps.length > 2 ? steps.at(-1)! - steps[0]! : 0;
  };
  // There and back until the page was not too busy to be watched: a ramp of 300 ms takes some 170 for its middle part.
  await expect(async () => {
    const since = Date.now();
    await hears.selectOption('ru');
    await lowAgain();
    const down = await byRamp(since);
    const back = Date.now();
    await hears.selectOption('zh');
    await expect.poll(middle, { timeout: 20_000 }).toBeGreaterThan(full - 1);
    const up = await byRamp(back);
    console.log(`from −3 to −11 dB in ${down} ms, and back in ${up} ms`);
    for (const took of [down, up]) {
      expect(took).toBeGreaterThan(50);
      expect(took).toBeLessThan(600);
    }
  }).toPass({ timeout: 40_000 });

  await hears.selectOption('ru');
  await lowAgain();
  // What comes first after an interruption is stretched by the browser, and by some dB uneven.
  const never = -9;
  const loudest = async (since: number) => Math.max(...(await followed(since)).map(([, level]) => level)) - full;
  const since = Date.now();
  await footSwitch(booth, 'keydown'); // the interpreter coughs
  await booth.page.waitForTimeout(700);
  await footSwitch(booth, 'keyup');
  await lowAgain();
  expect(await loudest(since)).toBeLessThan(never);

  // Another connection, and a page loaded anew: before anything else is known the original is low.
  for (const way of await reporter.ways(meeting.server.relay, false)) way.cut = true;
  await expect.poll(middle, { timeout: 20_000 }).toBeLessThan(full - 60);
  for (const way of meeting.server.relay.ways.values()) way.cut = false;
  await lowAgain();
  expect(await loudest(since)).toBeLessThan(never);
  await page.reload();
  const reloaded = Date.now();
  await lowAgain();
  expect((await followed(0)).length).toBeGreaterThan(10);
  expect(await loudest(0)).toBeLessThan(never);
  console.log(`loudest through a cough, a lost connection and a reload (${Date.now() - reloaded} ms): ${(await loudest(0)).toFixed(1)} dB`);
});

test('who asks for the least hears the same voice in 24 kbit/s, and all of it again when there is more', async () => {
  const { page } = reporter;
  const sounds = () => page.evaluate(() => (globalThis as unknown as Ears).liqaEars.sounds());
  /** kbit/s and packets a second of each sound that comes, over two seconds. */
  const rates = async () => {
    const before = await sounds();
    await page.waitForTimeout(2000);
    return (await sounds()).flatMap((now) => {
      const was = before.find((s) => s.ssrc === now.ssrc);
      if (!was || now.packets === was.packets) return [];
      const seconds = (now.at - was.at) / 1000;
      return [{ kilobits: ((now.bytes - was.bytes) * 8) / 1000 / seconds, packets: (now.packets - was.packets) / seconds }];
    });
  };
  await page.locator('.hearing select').selectOption('zh');
  const pictures = page.locator('select[name=pictures]');
  await expect.poll(async () => (await output(reporter)).middle, { timeout: 20_000 }).toBeGreaterThan(-30);
  const whole = await output(reporter);
  await pictures.selectOption('least');
  await expect(async () => {
    const all = await rates();
    console.log('the least:', all.map((r) => `${r.kilobits.toFixed(1)} kbit/s in ${r.packets.toFixed(1)} packets a second`).join(', '));
    // The channel alone: no original comes beside it.
    expect(all.length).toBe(1);
    for (const r of all) {
      expect(r.kilobits).toBeLessThan(30);
      expect(r.packets).toBeLessThan(22);
    }
    const small = await output(reporter);
    for (const tone of ['low', 'middle'] as const) expect(Math.abs(small[tone] - whole[tone])).toBeLessThan(2);
  }).toPass({ timeout: 40_000 });
  await pictures.selectOption('full');
  await expect(async () => {
    expect(Math.max(...(await rates()).map((r) => r.packets))).toBeGreaterThan(40);
    expect(Math.abs((await output(reporter)).high - whole.high)).toBeLessThan(2);
  }).toPass({ timeout: 40_000 });
});
