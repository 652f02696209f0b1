// Where the time goes between a mouth and an ear: a speaker and an interpreter,
// each with a microphone of their own, and who hears each. The network tells
// when the packet with the beginning of a chirp passes it: what is silent is
// small there.
import { expect, test, type Page } from '@playwright/test';
import type { Way } from '../support/relay.ts';
import { chirps, delay, median, type Tape } from './analyse.ts';
import { keep } from './kept.ts';
import { alone, came, listens, Scene, start, take } from './scene.ts';

/** Bytes of UDP that no packet of digital silence has, and every one of a chirp. */
const loud = 150;

/** When loud packets pass in one direction of the ways that a person has, in milliseconds since 1970. */
function passing(ways: readonly Way[], direction: 'up' | 'down'): number[] {
  const times: number[] = [];
  for (const way of ways) {
    way[direction].seen = (bytes) => {
      if (bytes >= loud) times.push(performance.timeOrigin + performance.now());
    };
  }
  return times;
}

interface Line {
  readonly mouth: Tape;
  readonly inlet: Tape;
  readonly ear: Tape;
  readonly up: readonly number[];
  readonly down: readonly number[];
  /** Milliseconds that sound waited in the jitter buffer, in the mean. */
  readonly waited: number;
}

/** The stretches of the way of each chirp, in milliseconds; each the mean of all chirps, which begin at all places of a frame. */
function stretches({ mouth, inlet, ear, up, down, waited }: Line) {
  const entered = chirps(mouth, inlet);
  const all = chirps(mouth, ear).flatMap(({ said, heard }) => {
    const first = (times: readonly number[], after: number) => times.find((t) => t > after && t < after + 200);
    const leaves = first(up, said);
    const comes = leaves === undefined ? undefined : first(down, leaves - 0.5);
    const enters = entered.find((e) => Math.abs(e.said - said) < 5)?.heard;
    return leaves === undefined || comes === undefined || enters === undefined ? [] : [{ sending: leaves - said, network: comes - leaves, receiving: enters - comes, chain: heard - enters }];
  });
  expect(all.length, 'chirps that could be followed').toBeGreaterThan(2);
  const mean = (of: keyof (typeof all)[number]) => all.reduce((sum, s) => sum + s[of], 0) / all.length;
  return { delay: delay(mouth, ear), chirps: all.length, sending: mean('sending'), network: mean('network'), receiving: mean('receiving'), waited, chain: mean('chain') };
}

/** Milliseconds that what a page is sent waits in its jitter buffers, from one look to the next. */
async function waiting(page: Page): Promise<() => Promise<number>> {
  const before = await came(page);
  return async () => {
    const all = (await came(page)).flatMap((s) => {
      const b = before.find((o) => o.id === s.id);
      return b && s.packets - b.packets > 500 && s.emitted > b.emitted ? [(1000 * (s.waited - b.waited)) / (s.emitted - b.emitted)] : [];
    });
    return median(all);
  };
}

test('the stretches between mouth and ear', async () => {
  const scene = await Scene.open();
  const others = await scene.browser();
  const speaker = await scene.speaks('product');
  const booth = await scene.speaks('i-ru');
  await scene.onAir(booth);
  const [zh, ru] = [await scene.enter(others, 'hears-zh', { mode: 'ears' }), await scene.enter(others, 'hears-ru', { mode: 'ears' })];
  await alone(ru);
  await speaker.waitForTimeout(8_000); // buffers find their length
  const lines = [
    { name: 'original', mouth: speaker, seat: 'product', ear: zh, hears: 'hears-zh' },
    { name: 'booth', mouth: booth, seat: 'i-ru', ear: ru, hears: 'hears-ru' },
  ].map((l) => ({ ...l, up: passing(scene.ways.get(l.seat)!, 'up'), down: passing(scene.ways.get(l.hears)!, 'down') }));
  await Promise.all([speaker, booth, zh, ru].map(start));
  const waited = await Promise.all(lines.map((l) => waiting(l.ear)));
  await speaker.waitForTimeout(listens);
  const found = [];
  for (const [i, l] of lines.entries()) {
    const tapes = { mouth: await take(l.mouth, 'mouth'), inlet: await take(l.ear, 'inlet'), ear: await take(l.ear, 'ear') };
    found.push([l.name, { ...tapes, up: l.up, down: l.down, waited: await waited[i]!() }] as const);
  }
  await scene.close();
  keep('delay', Object.fromEntries(found.map(([name, line]) => [name, stretches(line)])));
});
