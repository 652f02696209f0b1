// The technician's wall in a real browser: every connection as it is, a
// microphone that is distorted until it no longer is, and a private word that
// two people hear and nobody else.
import { expect, test } from '@playwright/test';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signatures, wavOf, y4m } from '../support/media.ts';
import { officer } from '../support/officer.ts';
import { Person } from '../support/person.ts';
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
