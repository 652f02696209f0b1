// Before an interpreter goes on air, the console records five seconds, plays
// them back and says in words what will not do: each fault as a recording in
// Chromium's microphone. It never keeps anybody off air.
import { expect, test } from '@playwright/test';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recorded, type FaultName } from '../support/faults.ts';
import { Meeting, technician } from '../support/meeting.ts';
import type { Person } from '../support/person.ts';

const dir = mkdtempSync(join(tmpdir(), 'liqa-air-'));
/** Each has a browser of its own: a recording belongs to a whole Chromium. */
const order: readonly FaultName[] = ['clean', 'hum', 'clipped', 'narrow', 'processed', 'noise'];
const words: Partial<Record<FaultName, RegExp>> = {
  hum: /hums at \D*50/,
  clipped: /distorted/,
  narrow: /ends at \D*8\D* kHz/,
  processed: /cleans the sound/,
  noise: /room is too loud/,
};

let meeting: Meeting;

test.beforeAll(async () => {
  const seats = order.map((name) => `id: i-${name}, role: interpreter, booth: ru, hears: zh, speaks: ru, name: {en: Interpreter ${name}}`);
  meeting = await Meeting.begin('summit.yaml', { more: [...seats, technician] });
  await meeting.opens('opening');
});

test.afterAll(() => meeting?.end());

async function interpreter(name: FaultName): Promise<Person> {
  const person = await meeting.person(`i-${name}`, { tested: false, devices: { audio: recorded(dir, name) } });
  await person.page.locator('[data-lamp]').waitFor();
  return person;
}

/** Records until the verdict is the wanted one: a busy machine may lose a moment of a recording. */
async function testsAs(person: Person, verdict: string): Promise<void> {
  const state = person.page.locator('[data-airtest]');
  await expect(async () => {
    await person.page.locator('[data-act=airtest]').click();
    await expect(state).toHaveAttribute('data-airtest', /accepted|refused/, { timeout: 15_000 });
    await expect(state).toHaveAttribute('data-airtest', verdict, { timeout: 100 });
  }).toPass({ timeout: 50_000 });
}

test('a clean recording is accepted; who goes on air untested is asked once', async () => {
  const person = await interpreter('clean');
  const { page } = person;
  await page.locator('[data-act=on-air]').click();
  await expect(page.locator('[data-airtest=ready]')).toBeVisible();
  await testsAs(person, 'accepted');
  await expect(page.locator('[data-fault]')).toHaveCount(0);
  await expect(page.getByRole('img', { name: /20 kHz/ })).toBeVisible();
  await page.locator('[data-act=go-untested]').click();
  await expect(page.locator('[data-lamp=on-air]')).toBeVisible();
  await person.leave();
});

/** The wall has it at the seat: the verdict in the row, the fault in words and figures below. */
async function onTheWall(person: Person, name: FaultName): Promise<void> {
  const { page } = await meeting.beside(person, 'technician');
  const row = page.locator(`tr[data-seat=i-${name}]`);
  await expect(row.locator('[data-tested-air]')).toHaveAttribute('data-tested-air', 'refused', { timeout: 20_000 });
  await row.locator('button').first().click();
  await expect(page.locator(`[data-air=refused] [data-air-fault=${name}]`)).toHaveText(words[name]!);
  await expect(page.locator('[data-air=refused] dl')).toContainText('dBFS');
  await page.close();
}

for (const names of [order.slice(1, 3), order.slice(3, 5), order.slice(5)]) {
  const seen = names.length === 1;
  test(`refused in words: ${names.join(', ')}${seen ? ', and the technician sees it' : ''}`, async () => {
    const people = await Promise.all(
      names.map(async (name) => {
        const person = await interpreter(name);
        const { page } = person;
        await page.locator('[data-tab=setup]').click();
        await page.locator('[data-act=open-airtest]').click();
        await testsAs(person, 'refused');
        await expect(page.locator(`[data-fault=${name}]`)).toHaveText(words[name]!);
        if (seen) await onTheWall(person, name);
        await page.locator('[data-act=close-airtest]').click();
        return person;
      }),
    );
    // A second, deliberate press goes on air all the same; they are of one booth, and go one after the other.
    for (const person of people) {
      await person.page.locator('[data-act=on-air]').click();
      await person.page.locator('[data-act=go-untested]').click();
      await expect(person.page.locator('[data-lamp]')).toHaveAttribute('data-lamp', /on-air|unheard/);
      await person.page.locator('[data-act=on-air]').click();
      await expect(person.page.locator('[data-lamp=off]')).toBeVisible();
      await person.leave();
    }
  });
}
