// A headset that falls back to its telephone profile, as the technician's wall
// has it.
import { expect, test } from '@playwright/test';
import { microphoneOf, rate } from '../support/media.ts';
import { Meeting, technician } from '../support/meeting.ts';

/** Milliseconds: a busy machine is slow to come to it. */
const patient = 45_000;

/** Seconds of something like speech: noise that is louder below and comes in syllables; above a frequency there is nothing. */
function babble(seconds: number, end: number): Float32Array {
  const out = new Float32Array(seconds * rate);
  let seed = 1;
  let slow = 0;
  for (let i = 0; i < out.length; i++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const white = seed / 2 ** 31 - 1;
    slow += (white - slow) * 0.35;
    out[i] = (0.6 * slow + 0.12 * white) * (0.55 + 0.45 * Math.sin((2 * Math.PI * 4 * i) / rate));
  }
  if (end >= rate / 2) return out;
  // A windowed sinc: flat up to the edge, and 60 dB less some 300 Hz above it.
  const half = 240;
  const taps = Array.from({ length: 2 * half + 1 }, (_, k) => {
    const x = k - half;
    const sinc = x === 0 ? (2 * end) / rate : Math.sin((2 * Math.PI * end * x) / rate) / (Math.PI * x);
    return sinc * (0.42 + 0.5 * Math.cos((Math.PI * x) / half) + 0.08 * Math.cos((2 * Math.PI * x) / half));
  });
  return out.map((_, i) => {
    let sum = 0;
    for (let k = 0; k < taps.length; k++) sum += taps[k]! * (out[(i + k - half + out.length) % out.length] ?? 0);
    return sum;
  });
}

test('a headset that falls to 16 kHz is named, and no longer when it is replaced', async () => {
  test.setTimeout(180_000);
  const meeting = await Meeting.begin('summit.yaml', { more: [technician] });
  const narrow = babble(14, 7600);
  const whole = babble(12, rate / 2);
  const devices = microphoneOf(26, (i) => (i < narrow.length ? narrow[i] : whole[i - narrow.length]) ?? 0);
  const a = await meeting.person('a-principal', { devices });
  const desk = await meeting.beside(a, 'technician');
  await meeting.opens('talks', 'a-principal');
  const alarm = desk.page.locator('[data-alarm=narrowband][data-seat=a-principal]');
  await expect(alarm).toBeVisible({ timeout: patient });
  await expect(alarm).toContainText(/8\p{Cf}? kHz/u);
  await expect(alarm).toBeHidden({ timeout: patient });
  await meeting.end();
});
