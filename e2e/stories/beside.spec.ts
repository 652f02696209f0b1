// Beside the table: a delegation confers, a screen is shared, a document handed
// in, something asked of a person, and a meeting room's display comes back by
// itself. What is apart reaches nobody else, by tone and by colour.
import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { signatures } from '../support/media.ts';
import { Meeting } from '../support/meeting.ts';
import type { Wire } from '../support/officer.ts';
import type { Person } from '../support/person.ts';

test.describe.configure({ mode: 'serial' });

let meeting: Meeting;
let protocol: Wire;
let principal: Person;
let adviser: Person;
let other: Person;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  meeting = await Meeting.begin();
  ({ protocol } = meeting);
  [principal, adviser, other] = await Promise.all([meeting.person('a-principal'), meeting.person('a-delegate'), meeting.person('b-delegate')]);
  // No headless browser has a screen to choose: a page of one colour stands for it.
  await adviser.page.evaluate(([r, g, b]) => {
    navigator.mediaDevices.getDisplayMedia = () => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [640, 360];
      const pen = canvas.getContext('2d')!;
      pen.fillStyle = `rgb(${r}, ${g}, ${b})`;
      setInterval(() => pen.fillRect(0, 0, 640, 360), 100);
      pen.fillRect(0, 0, 640, 360);
      return Promise.resolve(canvas.captureStream(10));
    };
  }, signatures['interpreter-ru'].colour);
  await meeting.opens('talks');
  await other.hearsOnly('picture-1', 'a-principal');
});

test.afterAll(() => meeting?.end());

test('who confers is heard by their own delegation and by nobody else', async () => {
  await adviser.page.locator('[data-act=enter-huddle]').first().click();
  await principal.page.locator('[data-beside=huddle-others] [data-act=enter-huddle]').click();
  await Promise.all([principal.hearsOnly('private', 'a-delegate'), adviser.hearsOnly('private', 'a-principal')]);
  await other.hearsNobody('picture-1');
  await other.hearsNobody('private');
  expect(['dark', 'nothing']).toContain(await other.sees('picture-1'));
});

test('a huddle goes on in a recess, and ends with the way back to the table', async () => {
  await protocol.act('recess');
  await principal.hearsOnly('private', 'a-delegate');
  await other.hearsNobody('private');
  await protocol.act('reconvene');
  await other.hearsNobody('picture-1');
  await principal.page.locator('[data-act=leave-huddle]').click();
  await other.hearsOnly('picture-1', 'a-principal');
  await principal.hearsNobody('private');
  await adviser.page.locator('[data-act=leave-huddle]').click();
});

test('a shared screen is seen at the table until the officer stops it', async () => {
  await adviser.page.locator('[data-act=share-screen][data-to=table]').click();
  await Promise.all([other.seesOnly('screen', 'interpreter-ru'), principal.seesOnly('screen', 'interpreter-ru')]);
  await expect(adviser.page.locator('[data-beside=sharing]')).toBeVisible();
  await protocol.act('stop-sharing', { seat: 'a-delegate' });
  await expect(other.slot('screen')).toHaveCount(0);
  await expect(adviser.page.locator('[data-beside=sharing]')).toHaveCount(0);
});

test('a document reaches the other side, and can be taken back', async () => {
  await adviser.page.locator('[data-tab=documents]').click();
  await adviser.page.locator('[data-act=begin-hand-in]').click();
  await adviser.page.locator('input[type=file]').setInputFiles({ name: 'draft.txt', mimeType: 'text/plain', buffer: Buffer.from('Article 1') });
  await adviser.page.locator('[data-act=hand-in]').click();
  await other.page.locator('[data-tab=documents]').click();
  const [file] = await Promise.all([other.page.waitForEvent('download'), other.page.locator('[data-act=open-document]').click()]);
  expect(file.suggestedFilename()).toBe('draft.txt');
  expect(readFileSync(await file.path(), 'utf8')).toBe('Article 1');
  await adviser.page.locator('[data-act=withdraw-document]').click();
  await expect(other.page.locator('[data-document]')).toHaveCount(0);
});

test('what is asked of a person happens when they agree', async () => {
  await protocol.act('ask', { seat: 'a-principal', what: 'mute' });
  await principal.page.locator('[data-beside=ask] [data-act=decline]').click();
  expect(protocol.view!.seats.find((s) => s.id === 'a-principal')!.muted).toBe(false);
  await protocol.act('ask', { seat: 'a-principal', what: 'mute' });
  await principal.page.locator('[data-beside=ask] [data-act=agree]').click();
  await protocol.until((v) => v.seats.find((s) => s.id === 'a-principal')!.muted);
  await other.hearsNobody('picture-1');
  await protocol.act('ask', { seat: 'a-principal', what: 'unmute' });
  await principal.page.locator('[data-beside=ask] [data-act=agree]').click();
  await other.hearsOnly('picture-1', 'a-principal');
});

test('a meeting room’s display comes back by itself, with nothing to press', async () => {
  await principal.page.locator('[data-act=leave]').click();
  await principal.page.locator('[data-notice=left]').waitFor();
  await other.hearsNobody('picture-1');
  await principal.page.evaluate(() => localStorage.setItem('liqa/display', 'yes'));
  await principal.page.reload();
  await other.hearsOnly('picture-1', 'a-principal');
  await expect(principal.page.locator('[data-display]')).toBeAttached();
  await expect(principal.page.locator('footer')).toHaveCount(0);
});
