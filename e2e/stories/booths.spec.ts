// A bidirectional booth as its interpreter has it, by the keys: the speaker's
// picture made smaller, the direction turned, a channel that another booth has,
// a call and a chat, and a network that is lost. Told by tone at a listener's
// output.
import { expect, test } from '@playwright/test';
import type { Actor } from '../support/actor.ts';
import { Meeting } from '../support/meeting.ts';
import { never } from '../support/never.ts';
import type { Wire } from '../support/officer.ts';
import type { Person } from '../support/person.ts';
import type { Server } from '../support/server.ts';

test.describe.configure({ mode: 'serial' });

let meeting: Meeting;
let protocol: Wire;
let booth: Person;
let other: Actor;
let listener: Person;
let desk: Person;
/** The booth's line to the pages and the live connection; that for the media is in the relay. */
let pages: Awaited<ReturnType<Server['line']>>;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  meeting = await Meeting.begin('booths.yaml');
  ({ protocol } = meeting);
  pages = await meeting.server.line();
  [booth, other] = await Promise.all([
    meeting.person('interpreter-ru', { at: pages.address }),
    meeting.actor('interpreter-zh'),
    meeting.actor('b-principal'),
  ]);
  listener = await meeting.beside(booth, 'reporter');
  desk = await meeting.beside(booth, 'technician');
  await meeting.opens('opening', 'b-principal');
});

test.afterAll(() => meeting?.end());

const key = (what: string) => booth.page.keyboard.press(what);
/** The lamp's words; names in them are isolated, whichever way they are written. */
const lamp = async (words: string) =>
  expect
    .poll(async () => (await booth.page.locator('[data-lamp]').textContent())!.replace(/[\u2066-\u2069]/g, ''), { timeout: 15_000 })
    .toContain(words);
const output = (language: string) => booth.page.locator(`[data-output=${language}]`);

test('the speaker’s picture is as large as it was dragged or moved by keys, after a reload too', async () => {
  const splitter = booth.page.getByRole('separator');
  const at = async () => Number(await splitter.getAttribute('aria-valuenow'));
  const large = booth.page.locator('.stage .first');
  await expect(large).toBeVisible();
  const width = async () => (await large.boundingBox())!.width;
  const [before, wide] = [await at(), await width()];
  const box = (await splitter.boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await booth.page.mouse.move(x, y);
  await booth.page.mouse.down();
  await booth.page.mouse.move(x - 250, y, { steps: 5 });
  await booth.page.mouse.up();
  expect(await at()).toBeLessThan(before - 10);
  await expect.poll(width).toBeLessThan(wide - 30);
  const dragged = await at();
  await booth.page.mouse.move(x, y); // no longer held, it stays
  expect(await at()).toBe(dragged);

  await splitter.focus();
  await key('Home');
  await expect(splitter).toHaveAttribute('aria-valuenow', '25');
  await key('ArrowRight');
  await expect(splitter).toHaveAttribute('aria-valuenow', '30');
  await booth.page.reload();
  await expect(splitter).toHaveAttribute('aria-valuenow', '30');
  await expect(booth.page.locator('[data-act=on-air]')).toBeEnabled({ timeout: 20_000 });
});

test('one key turns the booth to its other language and back, off air and on', async () => {
  const chosen = (language: string) => expect(output(language)).toHaveAttribute('aria-pressed', 'true');
  await chosen('ru'); // away from the floor
  await key('d');
  await chosen('zh');
  await key('d');
  await chosen('ru');
  await key('m');
  await lamp('On air: Russian');
  await listener.hearsOnly('channel', 'interpreter-ru');
  await key('d');
  await lamp('On air: Chinese');
  await listener.page.locator('select[name=hears]').selectOption('zh');
  await listener.hearsOnly('channel', 'interpreter-ru');
  await key('d');
  await lamp('On air: Russian');
  await listener.page.locator('select[name=hears]').selectOption('ru');
  await listener.hearsOnly('channel', 'interpreter-ru');
});

test('two booths want one channel: who comes second is refused in words, and sees its light until it is free', async () => {
  await expect(other.act('go-on-air', { into: 'ru' })).rejects.toThrow('channel-busy');
  await key('m');
  await lamp('Off air');
  await other.act('go-on-air', { into: 'ru' });
  await expect(output('ru')).toContainText('busy, locked');
  await listener.hearsOnly('channel', 'interpreter-zh');
  await key('m');
  const refusal = booth.page.locator('[data-refusal=channel-busy]');
  await expect(refusal).toContainText('of another booth is on air into');
  await refusal.getByRole('button').click();
  // The other channel is free: both booths are on air.
  await key('d');
  await key('m');
  await lamp('On air: Chinese');
  await expect(output('ru')).toBeDisabled();
  await never(async () => expect((await listener.hears('channel'))['interpreter-ru']).toBeLessThan(-60));
  await other.act('go-off-air');
  await expect(output('ru')).not.toContainText('busy');
  await key('d');
  await lamp('On air: Russian');
  await listener.hearsOnly('channel', 'interpreter-ru');
});

test('a booth that cannot hear calls and writes to the technician, and its listeners are told when it lasts', async () => {
  const told = listener.page.locator('.hearing');
  const words = 'The interpreters cannot hear the speaker well enough.';
  await key('i');
  await expect(booth.page.locator('[data-warning=insufficient]')).toBeVisible();
  await expect(told).not.toContainText(words);

  await key('t');
  await expect(booth.page.locator('[data-warning=call-lit]')).toBeVisible();
  const row = desk.page.locator('[data-booth-row=first]');
  await row.locator('[data-act=answer-call]').focus();
  await desk.page.keyboard.press('Enter');
  await expect(booth.page.locator('[data-warning=call-seen]')).toContainText('Technician');
  const room = desk.page.locator('[data-chat-with=first]');
  await room.getByRole('textbox').fill('What do you hear?');
  await desk.page.keyboard.press('Enter');
  const panel = booth.page.getByRole('tabpanel');
  await expect(panel.getByRole('log')).toContainText('What do you hear?');
  await panel.getByRole('textbox').fill('A hum');
  await key('Enter');
  await expect(room.getByRole('log')).toContainText('A hum');
  // Put away by its button, the chat gives the focus back to what opened it.
  await room.page().getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await expect(row.locator('[data-act=clear-call]')).toBeFocused();

  await expect(told).toContainText(words);
  await booth.page.locator('[data-lamp]').click(); // out of the text
  await key('i');
  await expect(told).not.toContainText(words);
});

test('a booth whose network is lost: listeners have the original, and it is on air again by its own hand alone', async () => {
  const { relay } = meeting.server;
  await listener.hearsOnly('channel', 'interpreter-ru');
  const ways = [...(await booth.waysNow(relay, true)), ...(await booth.waysNow(relay, false))];
  expect(ways.length).toBe(2);
  for (const way of ways) way.cut = true;
  pages.line.cut = true;
  const interpreted = async () => {
    const levels = await listener.hears('output');
    return { original: levels['b-principal'] > -16, interpreter: levels['interpreter-ru'] > -60 };
  };
  await expect.poll(interpreted, { timeout: 20_000 }).toEqual({ original: true, interpreter: false });
  await protocol.until((v) => v.booths.find((b) => b.id === 'first')!.onAir === undefined);

  for (const way of ways) way.cut = false;
  pages.line.cut = false;
  await expect.poll(() => booth.banner(), { timeout: 30_000 }).toBe('');
  await expect(booth.page.locator('[data-act=on-air]')).toBeEnabled({ timeout: 20_000 });
  await protocol.sending('interpreter-ru');
  await booth.page.waitForTimeout(1_500);
  await never(async () => {
    await expect(booth.page.locator('[data-lamp]')).toHaveAttribute('data-lamp', 'off');
    expect(await interpreted()).toEqual({ original: true, interpreter: false });
  });
  await key('m');
  await listener.hearsOnly('channel', 'interpreter-ru');
});
