// What only some are given: the sign-language interpreter, pinned by who needs
// it; what a booth asks of the speaker; and an interpreter who whispers in one
// side's huddle. By colour and by tone.
import { expect, test } from '@playwright/test';
import type { Actor } from '../support/actor.ts';
import { Meeting } from '../support/meeting.ts';
import type { Wire } from '../support/officer.ts';
import type { Person } from '../support/person.ts';

test.describe.configure({ mode: 'serial' });

let meeting: Meeting;
let protocol: Wire;
let principal: Actor;
let signer: Actor;
let whisperer: Actor;
let adviser: Person;
let reporter: Person;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  meeting = await Meeting.begin('languages.yaml');
  ({ protocol } = meeting);
  [adviser, reporter, signer, whisperer, principal] = await Promise.all([
    meeting.person('a-delegate'),
    meeting.person('reporter'),
    meeting.actor('signer', { as: 'interpreter-zh', seen: true }),
    meeting.actor('interpreter-ru'),
    meeting.actor('a-principal'),
    meeting.actor('b-principal'),
  ]);
  await meeting.opens('opening', 'b-principal');
  await signer.act('go-on-air', { into: 'rsl' });
});

test.afterAll(() => meeting?.end());

test('the signer’s picture stays where it was pinned, over changes of the floor and a page loaded anew', async () => {
  await adviser.page.locator('[data-act=sign]').click();
  // A picture begins when the line has been found to take it.
  await adviser.seesOnly('sign', 'interpreter-zh', 80_000);
  for (const seat of ['a-principal', 'b-principal']) {
    await protocol.act('give-floor', { seat });
    await adviser.seesOnly('sign', 'interpreter-zh');
  }
  await adviser.page.reload();
  await adviser.seesOnly('sign', 'interpreter-zh', 80_000);
  // Who has not pinned it is shown the button and no picture.
  await expect(reporter.page.locator('[data-act=sign]')).toBeVisible();
  await expect(reporter.slot('sign')).toHaveCount(0);
});

test('a booth asks for slower speech: the speaker is told, calmly, and nobody else', async () => {
  await protocol.act('give-floor', { seat: 'a-delegate' });
  await whisperer.act('slow-down', { reason: 'too-fast' });
  const asked = (of: Person) => of.page.locator('[data-beside=slow-down]');
  // In the language of the seat, and without a name.
  await expect(asked(adviser)).toHaveText('Переводчики просят говорить немного медленнее.');
  await expect(asked(reporter)).toHaveCount(0);
  await protocol.act('give-floor', { seat: 'b-principal' });
  await expect(asked(adviser)).toHaveCount(0);
});

test('a whisper is heard in the huddle, and not by the press, who have the original again', async () => {
  await whisperer.act('go-on-air', { into: 'ru' });
  await reporter.page.locator('select[name=hears]').selectOption('ru');
  await Promise.all([adviser, reporter].map((p) => p.hearsOnly('channel', 'interpreter-ru')));
  await adviser.page.locator('[data-act=enter-huddle]').first().click();
  await principal.act('enter-huddle');
  await principal.act('ask-whisper', { booth: 'main' });
  await whisperer.act('answer-whisper', { delegation: 'a', agree: true });
  await adviser.hearsOnly('partner', 'interpreter-ru');
  await adviser.hearsOnly('private', 'a-principal');
  await expect.poll(async () => (await reporter.hears('output'))['interpreter-ru']).toBeLessThan(-65);
  expect((await reporter.hears('output'))['b-principal']).toBeGreaterThan(-45);
  await whisperer.act('end-whisper');
  await adviser.hearsNobody('partner');
});
