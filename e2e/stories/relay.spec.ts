// A relay through a pivot, as the interpreter who depends on it and their
// listener have it: it follows the floor by itself, is said to be one, and goes
// on from the original when the pivot goes silent.
import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Actor } from '../support/actor.ts';
import { officer, type Wire } from '../support/officer.ts';
import { Person } from '../support/person.ts';
import { Server, type Convened } from '../support/server.ts';
import { heardFrom, record, recorded } from '../support/tape.ts';

test.describe.configure({ mode: 'serial' });

let server: Server;
let summit: Convened;
let protocol: Wire;
let actors: Actor[];
let pivot: Actor;
let english: Person;
let reporter: Person;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  server = await Server.start();
  summit = await server.convene(readFileSync(join(import.meta.dirname, '../support/languages.yaml'), 'utf8'));
  protocol = await officer(server, summit.links['officer']!);
  [english, reporter, pivot, ...actors] = await Promise.all([
    Person.arrive('interpreter-en'),
    Person.arrive(),
    Actor.arrive(summit.links['interpreter-ru']!, 'interpreter-ru'),
    Actor.arrive(summit.links['a-principal']!, 'a-principal'),
    Actor.arrive(summit.links['b-principal']!, 'b-principal'),
  ]);
  await Promise.all([english.open(summit.links['interpreter-en']!), reporter.open(summit.links['reporter']!)]);
  await protocol.sending('interpreter-en', 'interpreter-ru', 'a-principal', 'b-principal');
  await protocol.act('start-item', { item: 'opening' });
  await protocol.act('give-floor', { seat: 'a-principal' });
});

test.afterAll(async () => {
  for (const a of [pivot, ...(actors ?? [])]) a?.leave();
  await Promise.all([english, reporter].map((p) => p?.leave()));
  protocol?.close();
  await server?.stop();
});

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
