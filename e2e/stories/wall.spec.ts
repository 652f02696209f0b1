// The technician's wall in a real browser: every connection as it is, a
// microphone that is distorted until it no longer is, a private word that two
// people hear and nobody else, and what a technician asks of people.
import { expect, test } from '@playwright/test';
import { microphoneOf, rate, signatures, twoLayers } from '../support/media.ts';
import { Meeting, technician } from '../support/meeting.ts';
import { sounds } from '../support/person.ts';

/** Milliseconds: three browsers on a busy machine are slow to come to it. */
const patient = 45_000;

const withTechnician = () => Meeting.begin('summit.yaml', { more: [technician] });

test('a technician sees who sends what, a microphone that distorts, and speaks with them alone', async () => {
  test.setTimeout(240_000);
  const meeting = await withTechnician();
  // Nine seconds too loud for its own microphone, and eleven as it should be.
  const tone = (i: number) => Math.sin((2 * Math.PI * signatures['a-principal'].tone * i) / rate);
  const devices = microphoneOf(20, (i) => (i < 9 * rate ? Math.max(-1, Math.min(1, 3 * tone(i))) : 0.244 * tone(i)));
  const [a, b, desk] = await Promise.all([
    meeting.person('a-principal', { devices }),
    meeting.person('b-principal'),
    meeting.person('technician', { as: 'interpreter-zh' }),
  ]);
  await meeting.opens('talks', 'a-principal');
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

  await meeting.end();
});

test('what a technician asks of people is done by their own hand; a picture is made smaller, and one that stands still is named', async () => {
  test.setTimeout(240_000);
  const meeting = await withTechnician();
  const [a, b] = await Promise.all([meeting.person('a-principal', { camera: twoLayers }), meeting.person('b-principal')]);
  const desk = await meeting.beside(b, 'technician');
  await meeting.opens('talks');
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
  const ways = await b.ways(meeting.server.relay, false);
  for (const way of ways) way.picturesLost = true;
  const frozen = desk.page.locator('[data-alarm=picture-frozen][data-seat=b-principal]');
  await expect(frozen).toBeVisible({ timeout: patient });
  await expect(frozen).toContainText(/Principal A\p{Cf}? stands still on \p{Cf}?Principal B/u);
  await b.hearsOnly('picture-1', 'a-principal', patient);
  for (const way of ways) way.picturesLost = false;
  await expect(frozen).toBeHidden({ timeout: patient });
  await b.seesOnly('picture-1', 'a-principal', patient);

  await meeting.end();
});
