// What a listener hears while something changes, at the output of their page and
// by tone: another language, another interpreter of the booth, an interpreter
// who goes on air, coughs and goes off. Each again and again.
import { expect, test, type Locator } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Actor, voice } from '../support/actor.ts';
import { signatures, type Person as Name } from '../support/media.ts';
import { officer } from '../support/officer.ts';
import { Person } from '../support/person.ts';
import { Server } from '../support/server.ts';
import { heardFrom, record, recorded, type Moment } from '../support/tape.ts';
import { keep } from './kept.ts';

const times = 12;

/** Presses something, or chooses; gives when, in milliseconds since 1970. */
const press = (what: Locator): Promise<number> =>
  what.evaluate((e: HTMLElement) => {
    const at = performance.timeOrigin + performance.now();
    e.click();
    return at;
  });
const choose = (select: Locator, value: string): Promise<number> =>
  select.evaluate((e: HTMLSelectElement, to) => {
    e.value = to;
    const at = performance.timeOrigin + performance.now();
    e.dispatchEvent(new Event('change', { bubbles: true }));
    return at;
  }, value);

const levels = (tape: readonly Moment[], of: Name, from: number, to: number) => tape.filter((m) => m.at >= from && m.at < to).map((m) => m.levels[of]);
const amplitude = (dB: number) => 10 ** (dB / 20);

/** From when to when a tone went from one level to another, from a tenth to nine tenths of the way, in milliseconds since 1970. */
function ramp(tape: readonly Moment[], of: Name, from: number, to: number): { readonly begins: number; readonly lasts: number } {
  const along = tape.map((m) => ({ at: m.at, share: (amplitude(m.levels[of]) - amplitude(from)) / (amplitude(to) - amplitude(from)) }));
  const crossed = (share: number) => {
    const after = along.findIndex((p, i) => i > 0 && along[i - 1]!.share < share && p.share >= share);
    const [a, b] = [along[after - 1], along[after]];
    return a && b ? a.at + ((share - a.share) / (b.share - a.share)) * (b.at - a.at) : NaN;
  };
  const [first, last] = [crossed(0.1), crossed(0.9)];
  const lasts = (last - first) / 0.8;
  return { begins: first - lasts / 10, lasts };
}

test('what is heard of changes', async () => {
  // Longer than all of it: where a voice begins again, a decoder bursts out for 20 ms.
  // They are made before anybody is there: an officer who waits so long for the encoder is taken for lost.
  const voices = (['b-principal', 'b-delegate', 'interpreter-en'] as const).map((name) => ({ name, sound: voice(name, `0.244*sin(2*PI*${signatures[name].tone}*t)`, 300) }));
  const server = await Server.start();
  const { links } = await server.convene(readFileSync(join(import.meta.dirname, '../support/languages.yaml'), 'utf8'));
  const protocol = await officer(server, links['officer']!);
  const [one, two, reporter] = await Promise.all([Person.arrive('interpreter-ru'), Person.arrive('interpreter-zh'), Person.arrive()]);
  const actors = await Promise.all(voices.map(({ name, sound }) => Actor.playing(links[name]!, sound)));
  await one.open(links['interpreter-ru']!);
  await two.open(links['interpreter-zh']!);
  await reporter.open(links['reporter']!);
  await protocol.sending('interpreter-ru', 'interpreter-zh', 'interpreter-en', 'b-principal', 'b-delegate');
  await protocol.act('start-item', { item: 'opening' });
  await protocol.act('give-floor', { seat: 'b-principal' });

  const hears = reporter.page.locator('.hearing select');
  const taped = async (change: () => Promise<number>, then: number): Promise<{ at: number; tape: Moment[] }> => {
    await record(reporter);
    await reporter.page.waitForTimeout(400);
    const at = await change();
    await reporter.page.waitForTimeout(then);
    return { at, tape: await recorded(reporter) };
  };
  const found = { languages: [] as object[], handovers: [] as object[], down: [] as object[], up: [] as object[], coughs: [] as object[] };

  // The original as loud as it comes, and 14 dB lower under an interpreter: of these every level is told.
  await hears.selectOption('ru');
  await reporter.hearsOnly('output', 'b-principal');
  const full = (await reporter.hears('output'))['b-principal'];
  const under = (tape: readonly Moment[], from: number, to: number, who: Name = 'b-principal') => Math.max(...levels(tape, who, from, to)) - full;

  // An interpreter goes on air, coughs, and goes off.
  const onAir = one.page.locator('[data-act=on-air]');
  for (let i = 0; i < times; i++) {
    const on = await taped(() => press(onAir), 900);
    const low = levels(on.tape, 'b-principal', on.at + 600, on.at + 1300).sort((a, b) => a - b);
    const depth = (low[Math.floor(low.length / 2)] ?? NaN) - full;
    const fell = ramp(on.tape, 'b-principal', full, full + depth);
    found.down.push({ depth, after: fell.begins - on.at, lasts: fell.lasts });

    const key = one.page.locator('[data-act=cough]');
    const cough = await taped(async () => {
      await key.dispatchEvent('pointerdown');
      return performance.timeOrigin + performance.now();
    }, 700);
    await key.dispatchEvent('pointerup');
    found.coughs.push({ loudest: under(cough.tape, cough.at + 100, Infinity), voice: Math.min(...levels(cough.tape, 'interpreter-ru', cough.at, Infinity)) });
    await reporter.hearsOnly('channel', 'interpreter-ru');

    const off = await taped(() => press(onAir), 900);
    const rose = ramp(off.tape, 'b-principal', full + depth, full);
    found.up.push({ after: rose.begins - off.at, lasts: rose.lasts, loudest: under(off.tape, off.at, Infinity) });
  }

  // The microphone goes from one partner to the other while the speaker changes.
  await press(onAir);
  await reporter.hearsOnly('channel', 'interpreter-ru');
  const partners = [
    { person: one, name: 'interpreter-ru', speaker: 'b-delegate' },
    { person: two, name: 'interpreter-zh', speaker: 'b-principal' },
  ] as const;
  for (let i = 0; i < times; i++) {
    const [from, to] = [partners[i % 2]!, partners[(i + 1) % 2]!];
    await from.person.page.locator('[data-act=offer-handover]').click();
    const accept = to.person.page.locator('[data-act=accept-handover]');
    await accept.waitFor();
    const { at, tape } = await taped(async () => {
      const [pressed] = await Promise.all([press(accept), protocol.act('give-floor', { seat: from.speaker })]);
      return pressed;
    }, 700);
    const originals = Math.max(under(tape, at, Infinity), under(tape, at, Infinity, 'b-delegate'));
    found.handovers.push({ silence: heardFrom(tape, to.name).from - heardFrom(tape, from.name).to, after: heardFrom(tape, to.name).from - at, loudest: originals });
    await reporter.hearsOnly('channel', to.name);
  }

  // The listener goes from one interpretation to another.
  await actors[2]!.act('go-on-air', { into: 'en' });
  const languages = [
    { hears: 'ru', name: partners[times % 2]!.name },
    { hears: 'en', name: 'interpreter-en' },
  ] as const;
  for (const l of languages.toReversed()) {
    await hears.selectOption(l.hears);
    await reporter.hearsOnly('channel', l.name);
  }
  for (let i = 0; i < times; i++) {
    const [from, to] = [languages[i % 2]!, languages[(i + 1) % 2]!];
    const { at, tape } = await taped(() => choose(hears, to.hears), 700);
    const [last, first] = [heardFrom(tape, from.name).to, heardFrom(tape, to.name).from];
    found.languages.push({ after: first - at, silence: first - last, loudest: Math.max(under(tape, at, Infinity), under(tape, at, Infinity, 'b-delegate')) });
    await reporter.hearsOnly('channel', to.name);
  }

  for (const [what, all] of Object.entries(found)) {
    for (const each of all) for (const [name, value] of Object.entries(each)) expect(value, `${what}: ${name} of ${JSON.stringify(all)}`).not.toBeNaN();
  }
  for (const a of actors) a.leave();
  for (const p of [one, two, reporter]) await p.leave();
  protocol.close();
  await server.stop();
  keep('turns', found);
});
