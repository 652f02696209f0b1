// The green room, days before: each seat's line is tested by itself, over real
// RTP; what was found is said in one sentence and one colour, and the
// technician has it.
import { expect, test, type Page } from '@playwright/test';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture, wavOf } from '../support/media.ts';
import { Meeting, technician } from '../support/meeting.ts';
import { Wire } from '../support/officer.ts';
import { Person } from '../support/person.ts';
import { TcpRelay } from '../support/tcprelay.ts';

const rate = 48_000;

/** Words of 0.4 s with quiet between them; each word is the echo test's own sweep, as a loudspeaker's would be. */
function echoing(): Buffer {
  const sweep = (t: number) => Math.sin(2 * Math.PI * (700 * t + ((3500 - 700) / 0.5) * t * t));
  return wavOf(rate * 2, (i) => {
    const t = (i / rate) % 0.4;
    return t < 0.25 ? 0.2 * sweep(t) : 0;
  });
}

async function room(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.locator('[data-act=open-seat]').click();
  await expect(page.locator('[data-line]')).toBeVisible();
}

test('each line is tested before the door, and the technician knows', async () => {
  const meeting = await Meeting.begin('summit.yaml', { more: [technician, 'id: second, role: technician, hears: ru, name: {en: Second}'] });
  const { server, summit } = meeting;
  const tcp = await TcpRelay.open(server.relay.port);
  const dir = mkdtempSync(join(tmpdir(), 'liqa-room-'));
  const { video } = capture(dir, 'a-principal');
  writeFileSync(join(dir, 'speech.wav'), echoing());
  const person = await Person.arrive(undefined, { devices: { audio: join(dir, 'speech.wav'), video } });
  const desk = await Wire.open(server, summit.links['technician']!);
  await desk.act('arrive');
  const found = async () =>
    (await (await desk.call('GET', `/api/summits/${summit.summit}/linetests`)).json()) as Record<string, Found>;

  // A good line.
  await room(person.page, summit.links['a-principal']!);
  await expect(person.page.locator('[data-line=green]')).toBeVisible({ timeout: 40_000 });
  const good = (await found())['a-principal']!;
  expect(good).toMatchObject({ colour: 'green', says: 'good', udp: 'reached', tcp: 'reached' });
  expect(good.measured.up).toBeGreaterThan(400_000);
  expect(good.measured.down).toBeGreaterThan(900_000);
  expect(good.browser).toMatch(/^Chrome \d+, Linux$/);
  expect(good.level).toBeGreaterThan(-30);
  // The figures stand on the technician's wall.
  const wall = await person.another();
  await wall.open(summit.links['second']!);
  await expect(wall.page.locator('tr[data-seat=a-principal] [data-tested=green]')).toContainText(/↑.*b\/s.*↓.*b\/s.*UDP.*%.*ms/s, { timeout: 20_000 });
  await wall.page.close();
  // The echo is looked for at a press only, and a loudspeaker that comes back is named.
  await person.page.locator('.line summary').click();
  await person.page.locator('[data-act=test-echo]').click();
  await expect(person.page.locator('[data-echo=back]')).toBeVisible();
  await expect(person.page.locator('[data-line=amber]')).toBeVisible();
  expect((await found())['a-principal']).toMatchObject({ colour: 'amber', says: 'echo', echo: 'back' });
  // Nothing of any of it was in the room.
  expect(desk.view?.seats.every((s) => s.sends.length === 0)).toBe(true);

  // One part in eight is lost.
  const lossy = await person.another();
  server.relay.loss = 0.12;
  await room(lossy.page, summit.links['a-delegate']!);
  await expect(lossy.page.locator('[data-line=amber], [data-line=red]')).toBeVisible({ timeout: 40_000 });
  expect(await lossy.page.locator('[data-line]').getAttribute('data-says')).toMatch(/loss/);
  server.relay.loss = 0;

  // No UDP: it goes by TCP, which through this relay may also be slow. Nobody is held up; who goes in has a result all the same.
  server.relay.onWay = (way) => (way.cut = true);
  const byTcp = await person.another();
  await room(byTcp.page, summit.links['b-principal']!);
  await expect(byTcp.page.locator('[data-line=measuring]')).toBeVisible({ timeout: 30_000 });
  await byTcp.page.locator('[data-act=enter]').click();
  await expect.poll(async () => (await found())['b-principal']).toMatchObject({ colour: 'amber', udp: 'blocked', tcp: 'reached' });
  expect(tcp.made).toBeGreaterThan(0);

  // A restart keeps what was found.
  await server.kill();
  await server.run();
  const again = await desk.again();
  const kept = (await (await again.call('GET', `/api/summits/${summit.summit}/linetests`)).json()) as Record<string, Found>;
  expect(Object.keys(kept).sort()).toEqual(['a-delegate', 'a-principal', 'b-principal']);
  again.close();
  await person.leave();
  tcp.close();
  await meeting.end();
});

interface Found {
  readonly colour: string;
  readonly says: string;
  readonly browser: string;
  readonly level: number;
  readonly measured: { readonly up: number; readonly down: number };
}
