// Two things that only some are given: the sign-language interpreter, pinned by
// who needs it, and an interpreter who whispers in one side's huddle. By colour
// and by tone.
import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Actor } from '../support/actor.ts';
import { officer, type Wire } from '../support/officer.ts';
import { Person } from '../support/person.ts';
import { Server, type Convened } from '../support/server.ts';

test.describe.configure({ mode: 'serial' });

let server: Server;
let summit: Convened;
let protocol: Wire;
let actors: Actor[];
let signer: Actor;
let whisperer: Actor;
let adviser: Person;
let reporter: Person;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  server = await Server.start();
  summit = await server.convene(readFileSync(join(import.meta.dirname, '../support/languages.yaml'), 'utf8'));
  protocol = await officer(server, summit.links['officer']!);
  [adviser, reporter, signer, whisperer, ...actors] = await Promise.all([
    Person.arrive('a-delegate'),
    Person.arrive(),
    Actor.arrive(summit.links['signer']!, 'interpreter-zh', { seen: true }),
    Actor.arrive(summit.links['interpreter-ru']!, 'interpreter-ru'),
    Actor.arrive(summit.links['a-principal']!, 'a-principal'),
    Actor.arrive(summit.links['b-principal']!, 'b-principal'),
  ]);
  await Promise.all([adviser.open(summit.links['a-delegate']!), reporter.open(summit.links['reporter']!)]);
  await protocol.sending('signer', 'interpreter-ru', 'a-delegate', 'a-principal', 'b-principal');
  await protocol.act('start-item', { item: 'opening' });
  await protocol.act('give-floor', { seat: 'b-principal' });
  await signer.act('go-on-air', { into: 'rsl' });
});

test.afterAll(async () => {
  for (const a of [signer, whisperer, ...(actors ?? [])]) a?.leave();
  await Promise.all([adviser, reporter].map((p) => p?.leave()));
  protocol?.close();
  await server?.stop();
});

test('the signer’s picture stays where it was pinned, over changes of the floor and a page loaded anew', async () => {
  await adviser.page.locator('[data-act=sign]').click();
  // A picture begins when the line has been found to take it.
  await adviser.seesOnly('sign', 'interpreter-zh', 45_000);
  for (const seat of ['a-principal', 'b-principal']) {
    await protocol.act('give-floor', { seat });
    await adviser.seesOnly('sign', 'interpreter-zh');
  }
  await adviser.page.reload();
  await adviser.seesOnly('sign', 'interpreter-zh', 45_000);
  // Who has not pinned it is shown the button and no picture.
  await expect(reporter.page.locator('[data-act=sign]')).toBeVisible();
  await expect(reporter.slot('sign')).toHaveCount(0);
});

test('a whisper is heard in the huddle, and not by the press, who have the original again', async () => {
  await whisperer.act('go-on-air', { into: 'ru' });
  await reporter.page.locator('select[name=hears]').selectOption('ru');
  await Promise.all([adviser, reporter].map((p) => p.hearsOnly('channel', 'interpreter-ru')));
  await adviser.page.locator('[data-act=enter-huddle]').first().click();
  await actors[0]!.act('enter-huddle');
  await actors[0]!.act('ask-whisper', { booth: 'main' });
  await whisperer.act('answer-whisper', { delegation: 'a', agree: true });
  await adviser.hearsOnly('partner', 'interpreter-ru');
  await adviser.hearsOnly('private', 'a-principal');
  await expect.poll(async () => (await reporter.hears('output'))['interpreter-ru']).toBeLessThan(-65);
  expect((await reporter.hears('output'))['b-principal']).toBeGreaterThan(-45);
  await whisperer.act('end-whisper');
  await adviser.hearsNobody('partner');
});
