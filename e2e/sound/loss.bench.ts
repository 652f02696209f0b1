// What decoders make up when packets are lost, each by itself and in bursts, on
// every way of everybody: at a booth, at its listener, and at the listener of a
// booth that takes from it.
import { test, type Page } from '@playwright/test';
import { keep } from './kept.ts';
import { came, chain, Scene } from './scene.ts';

/** How long each share is listened to, in seconds; bursts are rare. */
const seconds = (length: number) => (length > 1 ? 20 : 15);
/** Packets of a burst, in the mean: 70 ms of sound. */
const burst = 3.5;

/** The share of concealed sound in the stream that carries something, over so many seconds. */
async function concealed(pages: readonly Page[], seconds: number): Promise<number[]> {
  const before = await Promise.all(pages.map(came));
  await pages[0]!.waitForTimeout(seconds * 1000);
  const after = await Promise.all(pages.map(came));
  return after.map((now, i) => {
    const grown = now.map((s) => {
      const b = before[i]!.find((o) => o.id === s.id) ?? { packets: 0, samples: 0, concealed: 0 };
      return { packets: s.packets - b.packets, samples: s.samples - b.samples, concealed: s.concealed - b.concealed };
    });
    const [most] = grown.sort((x, y) => y.packets - x.packets);
    return most ? most.concealed / most.samples : 1;
  });
}

test('a channel that loses packets', async () => {
  const scene = await Scene.open();
  const { booth, ru, en } = await chain(scene);
  const points = [];
  for (const length of [1, burst]) {
    for (const loss of [0, 0.02, 0.05, 0.1, 0.17]) {
      if (length > 1 && loss === 0) continue;
      const made = { packets: 0, lost: 0, bursts: 0 };
      for (const link of [...scene.server.relay.ways.values()].flatMap((w) => [w.up, w.down])) {
        link.loss = loss;
        link.burst = length;
        let before = false;
        link.seen = (_, lost) => {
          made.packets++;
          if (lost) made.lost++;
          if (lost && !before) made.bursts++;
          before = lost;
        };
      }
      await booth.waitForTimeout(2_000);
      const [atBooth, atListener, atRelay] = await concealed([booth, ru, en], seconds(length));
      points.push({ loss, burst: length, made: made.lost / made.packets, madeBurst: made.lost / Math.max(1, made.bursts), booth: atBooth, listener: atListener, relay: atRelay });
    }
  }
  await scene.close();
  keep('loss', { seconds: seconds(1), secondsOfBursts: seconds(burst), points });
});
