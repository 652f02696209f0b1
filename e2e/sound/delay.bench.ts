// Where the time goes between a mouth and an ear: a speaker and an interpreter,
// each with a microphone of their own, and who hears each. The network tells
// when the packet with the beginning of a chirp passes it: what is silent is
// small there.
import { expect, test, type Page } from '@playwright/test';
import { isMedia, type Way } from '../support/relay.ts';
import { chirps, delay, median, type Tape } from './analyse.ts';
import { keep } from './kept.ts';
import { alone, came, listens, Scene, start, take } from './scene.ts';

/** Bytes of UDP that no packet of digital silence has, and every one of a chirp. */
const loud = 150;

/** When loud packets of each stream pass in one direction of these ways, in milliseconds since 1970. */
function passing(ways: readonly Way[], direction: 'up' | 'down'): Map<number, number[]> {
  const streams = new Map<number, number[]>();
  for (const way of ways) {
    way[direction].seen = (packet) => {
      if (!isMedia(packet) || packet.length < loud) return;
      const source = packet.readUInt32BE(8);
      if (!streams.has(source)) streams.set(source, []);
      streams.get(source)!.push(Date.now());
    };
  }
  return streams;
}

interface Line {
  readonly mouth: Tape;
  readonly inlet: Tape;
  readonly ear: Tape;
  readonly up: ReadonlyMap<number, readonly number[]>;
  readonly down: ReadonlyMap<number, readonly number[]>;
  /** Milliseconds that sound waited in the jitter buffer, in the mean. */
  readonly waited: number;
}

const sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0);

/** When a stream is loud first after each of some instants: of the streams the one that always is after the same time. */
function follows(streams: ReadonlyMap<number, readonly number[]>, instants: readonly number[]): number[] {
  let best = { spread: Infinity, at: [] as number[] };
  for (const times of streams.values()) {
    const at = instants.map((i) => times.find((t) => t > i - 0.5 && t < i + 200) ?? NaN);
    const after = at.map((t, i) => t - instants[i]!);
    const spread = Math.max(...after) - Math.min(...after);
    if (spread < best.spread) best = { spread, at };
  }
  expect(best.at.length, 'a stream that has the chirps').toBe(instants.length);
  return best.at;
}

/** The stretches of the way of each chirp, in milliseconds; each the mean of all chirps, which begin at all places of a frame. */
function stretches({ mouth, inlet, ear, up, down, waited }: Line) {
  const entered = chirps(mouth, inlet);
  const all = chirps(mouth, ear).filter(({ said }) => entered.some((e) => Math.abs(e.said - said) < 5));
  const leaves = follows(up, all.map(({ said }) => said));
  const comes = follows(down, leaves);
  const mean = (of: (i: number) => number) => sum(all.map((_, i) => of(i))) / all.length;
  const enters = (i: number) => entered.find((e) => Math.abs(e.said - all[i]!.said) < 5)!.heard;
  return {
    delay: delay(mouth, ear),
    chirps: all.length,
    sending: mean((i) => leaves[i]! - all[i]!.said),
    network: mean((i) => comes[i]! - leaves[i]!),
    receiving: mean((i) => enters(i) - comes[i]!),
    waited,
    chain: mean((i) => all[i]!.heard - enters(i)),
  };
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
    { name: 'original', mouth: speaker, ear: zh, up: passing(await scene.ways(speaker, true), 'up'), down: passing(await scene.ways(zh, false), 'down') },
    { name: 'booth', mouth: booth, ear: ru, up: passing(await scene.ways(booth, true), 'up'), down: passing(await scene.ways(ru, false), 'down') },
  ];
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
