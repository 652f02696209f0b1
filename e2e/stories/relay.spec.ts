// A relay through a pivot, as the interpreter who depends on it and their
// listener have it: it follows the floor by itself, is said to be one, and goes
// on from the original when the pivot goes silent. By hand it is one key away.
import { expect, test } from '@playwright/test';
import type { Actor } from '../support/actor.ts';
import { Meeting } from '../support/meeting.ts';
import type { Wire } from '../support/officer.ts';
import { sounds, type Person } from '../support/person.ts';
import { heardFrom, record, recorded } from '../support/tape.ts';

test.describe.configure({ mode: 'serial' });

let meeting: Meeting;
let protocol: Wire;
let pivot: Actor;
let english: Person;
let reporter: Person;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  meeting = await Meeting.begin('languages.yaml');
  ({ protocol } = meeting);
  [english, reporter, pivot] = await Promise.all([
    meeting.person('interpreter-en'),
    meeting.person('reporter'),
    meeting.actor('interpreter-ru'),
    meeting.actor('a-principal'),
    meeting.actor('b-principal'),
  ]);
  await meeting.opens('opening', 'a-principal');
});

test.afterAll(() => meeting?.end());

/** What the interpreter works from. */
const incoming = (from: string) => expect(english.page.locator(`[data-incoming=${from}]`)).toHaveAttribute('aria-pressed', 'true');
/** What the listener is told of their channel. */
const told = (words: string) => expect(reporter.page.locator('.hearing')).toContainText(words);

test('while the floor speaks what the booth works from, it is interpreted directly', async () => {
  await incoming('floor');
  await english.page.locator('[data-act=on-air]').click();
  await reporter.hearsOnly('channel', 'interpreter-en');
  await told('You hear the interpreter, directly.');
});

test('the floor changes its language: the booth is given its pivot, and listeners are told, with nothing to press', async () => {
  await pivot.act('go-on-air', { into: 'zh' });
  await protocol.act('give-floor', { seat: 'b-principal' });
  // The pivot's booth has turned, and so has what the English booth hears.
  await incoming('ru');
  await english.hearsOnly('channel', 'interpreter-ru');
  await expect(english.page.locator('[data-incoming=ru]')).toHaveAttribute('data-quality', 'direct');
  await reporter.hearsOnly('channel', 'interpreter-en');
  await told('You hear the interpreter, relayed once.');
});

test('the pivot goes silent: the original within 5 s, a warning to who depends on it, and back', async () => {
  await record(english);
  await pivot.sounds(false);
  await expect(english.page.locator('[data-warning=pivot-silent]')).toBeVisible();
  await english.hearsOnly('channel', 'b-principal');
  const tape = await recorded(english);
  const waited = heardFrom(tape, 'b-principal').from - heardFrom(tape, 'interpreter-ru').to;
  console.log(`the original was heard ${Math.round(waited)} ms after the last of the pivot`);
  expect(waited).toBeLessThan(5000);
  await told('You hear the interpreter, directly.');
  await pivot.sounds(true);
  await english.hearsOnly('channel', 'interpreter-ru');
  await expect(english.page.locator('[data-warning=pivot-silent]')).toHaveCount(0);
});

test('and back to the floor by itself', async () => {
  await protocol.act('give-floor', { seat: 'a-principal' });
  await incoming('floor');
  await told('You hear the interpreter, directly.');
  await reporter.hearsOnly('channel', 'interpreter-en');
});

test('by hand: one key changes to what is pre-selected and back, and channels have keys of their own', async () => {
  const { keyboard } = english.page;
  const preselected = (what: string) => expect(english.page.locator('[data-preselected]')).toHaveAttribute('data-incoming', what);
  const theFloor = () => expect.poll(async () => sounds(await english.hears('output'), -45).filter((name) => name !== 'b-principal')).toEqual(['a-principal']);
  await preselected('ru');
  await keyboard.press('e');
  await preselected('zh');
  await theFloor(); // to pre-select is not to hear
  await keyboard.press('r');
  await incoming('zh');
  await english.hearsOnly('output', 'interpreter-ru');
  await preselected('floor');
  await keyboard.press('r');
  await incoming('floor');
  await theFloor();
  await preselected('zh');
  await keyboard.press('8');
  await english.hearsOnly('output', 'interpreter-ru');
  await english.page.reload();
  await incoming('zh');
  await preselected('floor');
  await keyboard.press('0');
  await theFloor();
  await keyboard.press('f');
  await expect(english.page.locator('[data-incoming-auto]')).toHaveAttribute('aria-pressed', 'true');
});
