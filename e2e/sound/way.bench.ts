// What the way of a voice does to it, from the file in the microphone to the
// last node before the listener's loudspeaker: the original, through a booth,
// and through a booth that takes from that booth. The interpreters are wires:
// what they hear is their microphone.
import { test, type Page } from '@playwright/test';
import { cpus } from 'node:os';
import { delay, way } from './analyse.ts';
import { keep } from './kept.ts';
import { chain, listens, Scene, sent, settings, start, take } from './scene.ts';

/** Lets the signal be said; gives how many packets a second a page sent. */
async function counted(page: Page): Promise<number> {
  const [before, from] = [await sent(page), Date.now()];
  await page.waitForTimeout(listens);
  return (1000 * ((await sent(page)) - before)) / (Date.now() - from);
}

test('the way of a voice', async () => {
  const scene = await Scene.open();
  const pages = await chain(scene);
  const { mouth, zh, ru, en, booth, relay } = pages;
  const browser = zh.context().browser()!.version();
  const began = await Promise.all(Object.values(pages).map(start));
  const packets = await counted(mouth);
  const at = { mouth: await take(mouth, 'mouth'), original: await take(zh, 'ear'), booth: await take(ru, 'ear'), relay: await take(en, 'ear') };
  const loops = { boothMouth: await take(booth, 'mouth'), boothEar: await take(booth, 'ear'), relayMouth: await take(relay, 'mouth'), relayEar: await take(relay, 'ear') };
  for (const p of [mouth, ru, en, booth, relay]) await p.close();

  const compared = [];
  for (const seat of ['treated', 'dtx'] as const) {
    const page = await scene.speaks(seat, { dtx: seat === 'dtx', headset: seat !== 'treated' });
    await page.waitForTimeout(5_000);
    await Promise.all([start(page), start(zh)]);
    const packets = await counted(page);
    const { echoCancellation, noiseSuppression } = await settings(page);
    compared.push({ seat, packets, echoCancellation, noiseSuppression, spoken: await take(page, 'mouth'), heard: await take(zh, 'ear') });
    await page.close();
  }
  await scene.close();
  // Nothing is worked out before the last recording: the network is in this process too.
  keep('way', {
    processor: cpus()[0]?.model,
    processors: cpus().length,
    browser,
    outputLatency: began[1]?.outputLatency,
    ways: { original: { packets, ...way(at.mouth, at.original) }, booth: way(at.mouth, at.booth), relay: way(at.mouth, at.relay) },
    // Each hop by itself, without the loop between an interpreter's ear and mouth.
    hops: { speakerToBooth: delay(at.mouth, loops.boothEar), boothToListener: delay(loops.boothMouth, at.booth), boothToRelay: delay(loops.boothMouth, loops.relayEar), relayToListener: delay(loops.relayMouth, at.relay) },
    ...Object.fromEntries(compared.map(({ seat, spoken, heard, ...known }) => [seat, { ...known, ...way(spoken, heard) }])),
  });
});
