// A principal whose browser is Firefox as Debian has it, without H.264, and one
// whose browser is Chromium: each hears the other; Firefox is seen; what it
// cannot show it says, and VP9 it shows.
import { expect, test } from '@playwright/test';
import { FirefoxPerson, outside } from '../support/firefox.ts';
import { Meeting } from '../support/meeting.ts';

/** Milliseconds: two browsers beside other work are slow to come to it. */
const patient = 60_000;

const address = outside();
test.skip(address === undefined, 'Firefox exchanges media only at a network address other than 127.0.0.1, and this machine has none.');

let meeting: Meeting;
let fox: FirefoxPerson;

test.afterEach(async () => {
  await fox?.leave();
  await meeting?.end();
});

test('who comes with Firefox hears and is heard, is seen, and is told what cannot be shown', async () => {
  test.setTimeout(240_000);
  meeting = await Meeting.begin('summit.yaml', { direct: address! });
  const { protocol } = meeting;
  let b;
  [fox, b] = await Promise.all([FirefoxPerson.arrive('a-principal'), meeting.person('b-principal')]);
  // When the page is loaded again, Chromium has no H.264 either.
  await b.context.addInitScript(() => {
    const all = RTCRtpSender.getCapabilities.bind(RTCRtpSender);
    RTCRtpSender.getCapabilities = (kind) => {
      const of = all(kind);
      return of && { ...of, codecs: of.codecs.filter((c) => c.mimeType !== 'video/H264' || !localStorage.getItem('without-h264')) };
    };
  });
  await fox.open(meeting.link('a-principal'));
  await protocol.until((v) => ['a-principal', 'b-principal'].every((id) => v.seats.some((s) => s.id === id && s.sends.includes('camera'))), patient);
  await protocol.act('start-item', { item: 'talks' });

  await b.hearsOnly('picture-1', 'a-principal', patient);
  await fox.hearsOnly('picture-1', 'b-principal');
  await b.seesOnly('picture-1', 'a-principal', patient);
  await fox.sees(`!!document.querySelector('[data-slate=no-codec]')`);

  await b.page.evaluate(() => localStorage.setItem('without-h264', 'yes'));
  await b.page.reload();
  await fox.seesOnly('picture-1', 'b-principal');
  await fox.sees(`!document.querySelector('[data-slate=no-codec]')`);
  await fox.hearsOnly('picture-1', 'b-principal');
  await b.hearsOnly('picture-1', 'a-principal', patient);
  expect((await b.sent()).find((s) => s.kind === 'video')?.codec).toBe('video/VP9');
});
