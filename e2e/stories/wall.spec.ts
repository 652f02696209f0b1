// The technician's wall in a real browser: every connection as it is, a
// microphone that is distorted until it no longer is, a private word that two
// people hear and nobody else, and what a technician asks of people.
import { expect, test } from '@playwright/test';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signatures, twoLayers, wavOf, y4m } from '../support/media.ts';
import { officer } from '../support/officer.ts';
import { Person, sounds } from '../support/person.ts';
import { Server } from '../support/server.ts';

const rate = 48_000;
/** Milliseconds: three browsers on a busy machine are slow to come to it. */
const patient = 45_000;

/** A Chromium whose microphone plays these samples again and again. */
function microphoneOf(seconds: number, sample: (i: number) => number): Promise<Person> {
  const dir = mkdtempSync(join(tmpdir(), 'liqa-wall-'));
  const [audio, video] = [join(dir, 'sound.wav'), join(dir, 'picture.y4m')];
  writeFileSync(audio, wavOf(seconds * rate, sample));
  writeFileSync(video, y4m(signatures['a-principal'].colour));
  return Person.arrive(undefined, {
    args: [
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${audio}`,
      `--use-file-for-fake-video-capture=${video}`,
    ],
  });
}

/** Seconds of something like speech: noise that is louder below and comes in syllables; above a frequency there is nothing. */
function babble(seconds: number, end: number): Float32Array {
  const out = new Float32Array(seconds * rate);
  let seed = 1;
  let slow = 0;
  for (let i = 0; i < out.length; i++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const white = seed / 2 ** 31 - 1;
    slow += (white - slow) * 0.35;
    out[i] = (0.6 * slow + 0.12 * white) * (0.55 + 0.45 * Math.sin((2 * Math.PI * 4 * i) / rate));
  }
  if (end >= rate / 2) return out;
  // A windowed sinc: flat up to the edge, and 60 dB less some 300 Hz above it.
  const half = 240;
  const taps = Array.from({ length: 2 * half + 1 }, (_, k) => {
    const x = k - half;
    const sinc = x === 0 ? (2 * end) / rate : Math.sin((2 * Math.PI * end * x) / rate) / (Math.PI * x);
    return sinc * (0.42 + 0.5 * Math.cos((Math.PI * x) / half) + 0.08 * Math.cos((2 * Math.PI * x) / half));
  });
  return out.map((_, i) => {
    let sum = 0;
    for (let k = 0; k < taps.length; k++) sum += taps[k]! * (out[(i + k - half + out.length) % out.length] ?? 0);
    return sum;
  });
}

const file = () =>
  readFileSync(join(import.meta.dirname, '../support/summit.yaml'), 'utf8').replace(
    '  - {id: reporter,',
    '  - {id: technician, role: technician, hears: ru, name: {en: Technician}}\n  - {id: reporter,',
  );

test('a technician sees who sends what, a microphone that distorts, and speaks with them alone', async () => {
  test.setTimeout(240_000);
  const server = await Server.start();
  const summit = await server.convene(file());
  const protocol = await officer(server, summit.links['officer']!);
  // Nine seconds too loud for its own microphone, and eleven as it should be.
  const tone = (i: number) => Math.sin((2 * Math.PI * signatures['a-principal'].tone * i) / rate);
  const [a, b, desk] = await Promise.all([
    microphoneOf(20, (i) => (i < 9 * rate ? Math.max(-1, Math.min(1, 3 * tone(i))) : 0.244 * tone(i))),
    Person.arrive('b-principal'),
    Person.arrive('interpreter-zh'),
  ]);
  await Promise.all([
    a.open(summit.links['a-principal']!),
    b.open(summit.links['b-principal']!),
    desk.open(summit.links['technician']!),
  ]);
  await protocol.sending('a-principal', 'b-principal');
  await protocol.present('technician');
  await protocol.act('start-item', { item: 'talks' });
  await protocol.act('give-floor', { seat: 'a-principal' });

  await b.hearsOnly('picture-1', 'a-principal', patient);

  // Every connection, second by second.
  const row = desk.page.locator('tr[data-seat=a-principal]');
  await expect(row).toContainText(/[kM]b\/s/, { timeout: 20_000 });
  await expect(row).toContainText('Chromium', { timeout: 20_000 });
  await expect(row.locator('polyline').first()).toBeAttached();
  await row.locator('[aria-controls=details-a-principal]').click();
  await expect(desk.page.locator('[data-details=a-principal]')).toContainText(/opus/i);

  // The fault, said once and with its remedy; and its end.
  const alarm = desk.page.locator('[data-alarm=clipping][data-seat=a-principal]');
  await expect(alarm).toBeVisible({ timeout: 40_000 });
  await expect(desk.page.locator('[data-said]')).toContainText('is too loud');
  await expect(alarm).toBeHidden({ timeout: 40_000 });

  // The private word: until it is answered only the caller is heard.
  await desk.page.locator('[data-details=a-principal] [data-act=open-private-word]').click();
  await a.hearsOnly('private', 'interpreter-zh', patient);
  await a.page.locator('[data-act=answer-private-word]').click();
  await desk.hearsOnly('private', 'a-principal', patient);
  await expect(desk.page.locator('[data-act=hang-up]')).toBeVisible();
  await a.hearsOnly('private', 'interpreter-zh', patient);
  await b.hearsNobody('private');
  for (const slot of ['picture-1', 'channel']) {
    await expect.poll(async () => (await b.hears(slot))['interpreter-zh'], { message: `${slot} of B does not have the technician` }).toBeLessThan(-70);
  }
  await expect.poll(async () => (await b.hears('picture-1'))['a-principal'], { message: 'nor what A says to the technician' }).toBeLessThan(-70);

  // Who ends it themselves is back at the table as they were.
  await a.page.locator('[data-act=end-private-word]').click();
  await expect(desk.page.locator('[data-act=hang-up]')).toBeHidden();
  await b.hearsOnly('picture-1', 'a-principal', patient);
  await a.hearsNobody('private');

  await Promise.all([a, b, desk].map((p) => p.leave()));
  protocol.close();
  await server.stop();
});

test('a headset that falls to 16 kHz is named, and no longer when it is replaced', async () => {
  test.setTimeout(180_000);
  const server = await Server.start();
  const summit = await server.convene(file());
  const protocol = await officer(server, summit.links['officer']!);
  const narrow = babble(14, 7600);
  const whole = babble(12, rate / 2);
  const a = await microphoneOf(26, (i) => (i < narrow.length ? narrow[i] : whole[i - narrow.length]) ?? 0);
  const desk = await Person.arrive();
  await a.open(summit.links['a-principal']!);
  await desk.open(summit.links['technician']!);
  await protocol.until((v) => v.seats.some((x) => x.id === 'a-principal' && x.sends.length > 0), patient);
  await protocol.present('technician');
  await protocol.act('start-item', { item: 'talks' });
  await protocol.act('give-floor', { seat: 'a-principal' });
  const alarm = desk.page.locator('[data-alarm=narrowband][data-seat=a-principal]');
  await expect(alarm).toBeVisible({ timeout: patient });
  await expect(alarm).toContainText(/8\p{Cf}? kHz/u);
  await expect(alarm).toBeHidden({ timeout: patient });
  await Promise.all([a.leave(), desk.leave()]);
  protocol.close();
  await server.stop();
});

test('what a technician asks of people is done by their own hand; a picture is made smaller, and one that stands still is named', async () => {
  test.setTimeout(240_000);
  const server = await Server.start();
  const summit = await server.convene(file());
  const protocol = await officer(server, summit.links['officer']!);
  const [a, b] = await Promise.all([Person.arrive('a-principal', { camera: twoLayers }), Person.arrive('b-principal')]);
  const desk = await b.another();
  await Promise.all([a.open(summit.links['a-principal']!), b.open(summit.links['b-principal']!), desk.open(summit.links['technician']!)]);
  await protocol.sending('a-principal', 'b-principal');
  await protocol.present('technician');
  await protocol.act('start-item', { item: 'talks' });
  await b.hearsOnly('picture-1', 'a-principal', patient);
  const details = async (seat: string) => {
    await desk.page.locator(`[aria-controls=details-${seat}]`).click();
    return desk.page.locator(`[data-details=${seat}]`);
  };
  const agrees = () => a.page.locator('[data-beside=ask] [data-act=agree]').click({ timeout: patient });

  // Muting, unmuting and loading again are asked, and happen when the person agrees.
  const ofA = await details('a-principal');
  await ofA.locator('[data-act=ask-mute]').click();
  await expect(a.page.locator('[data-beside=ask]')).toBeVisible({ timeout: patient });
  await b.hearsOnly('picture-1', 'a-principal', patient);
  await agrees();
  await expect.poll(async () => sounds(await b.hears('picture-1'), -70), { message: 'A is no longer heard', timeout: patient }).toEqual([]);
  await ofA.locator('[data-act=ask-unmute]').click({ timeout: patient });
  await agrees();
  await b.hearsOnly('picture-1', 'a-principal', patient);
  await a.page.evaluate(() => Object.assign(globalThis, { before: true }));
  await ofA.locator('[data-act=ask-reload]').click();
  await agrees();
  await expect.poll(() => a.page.evaluate(() => 'before' in globalThis).catch(() => true), { message: 'the page is loaded again', timeout: patient }).toBe(false);
  await b.hearsOnly('picture-1', 'a-principal', patient);

  // A smaller layer, as seen by who receives it, and the larger one again.
  const width = async () => (await b.frames('picture-1')).width;
  await expect.poll(width, { message: 'the large layer', timeout: patient }).toBe(twoLayers.width);
  const ofB = await details('b-principal');
  await ofB.locator('[data-act=limit-small]').click();
  await expect.poll(width, { message: 'the small layer', timeout: patient }).toBe(twoLayers.width / 2);
  await expect(ofB.locator('[data-slot-row=picture-1]')).toContainText('smaller by hand', { timeout: patient });
  await ofB.locator('[data-act=limit-full]').click();
  await expect.poll(width, { message: 'the large layer again', timeout: patient }).toBe(twoLayers.width);

  // Pictures are lost on the way to B, and sound is not.
  const ways = await b.ways(server.relay, false);
  for (const way of ways) way.picturesLost = true;
  const frozen = desk.page.locator('[data-alarm=picture-frozen][data-seat=b-principal]');
  await expect(frozen).toBeVisible({ timeout: patient });
  await expect(frozen).toContainText(/Principal A\p{Cf}? stands still on \p{Cf}?Principal B/u);
  await b.hearsOnly('picture-1', 'a-principal', patient);
  for (const way of ways) way.picturesLost = false;
  await expect(frozen).toBeHidden({ timeout: patient });
  await b.seesOnly('picture-1', 'a-principal', patient);

  await Promise.all([a, b].map((p) => p.leave()));
  protocol.close();
  await server.stop();
});
