// Days before a summit its booth rehearses: two partners, recorded speeches known
// by what is in them, each other by tone, and one's own channel from a seat at the
// table. The summit has nothing of it, and is one key away when it begins.
import { expect, test } from '@playwright/test';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { officer, Wire } from '../support/officer.ts';
import { Person } from '../support/person.ts';
import { Server } from '../support/server.ts';
import { alike } from '../support/speech.ts';
import { record, recorded } from '../support/tape.ts';

const summitFile = `
language: en
title: {en: A bilateral}
place: {en: By video link}
time: ${new Date(Date.now() + 3 * 86_400_000).toISOString()}
zone: Europe/Zurich
publication: [en]
delegations:
  - {id: a, speaks: ru, name: {en: Delegation A}}
  - {id: b, speaks: zh, name: {en: Delegation B}}
booths:
  - {id: english, outgoing: [en], name: {en: English booth}}
seats:
  - {id: a-principal, role: principal, delegation: a, name: {en: Principal A}}
  - {id: b-principal, role: principal, delegation: b, name: {en: Principal B}}
  - {id: a-delegate, role: delegate, delegation: a, name: {en: Adviser A}}
  - {id: first, role: interpreter, booth: english, hears: ru, speaks: en, name: {en: First interpreter}}
  - {id: second, role: interpreter, booth: english, hears: ru, speaks: en, name: {en: Second interpreter}}
  - {id: officer, role: officer, hears: en, name: {en: Protocol officer}}
  - {id: reporter, role: reporter, hears: en, name: {en: Pool reporter}}
run-of-show:
  - {id: opening, coverage: open, planned: 5m, title: {en: Opening remarks}}
`;

const speeches = ['a-principal', 'b-principal'].map((seat) => resolve(import.meta.dirname, `../../demo/media/${seat}.ogg`));

test('a booth rehearses days before, and the summit has nothing of it', async () => {
  const server = await Server.start();
  const summit = await server.convene(summitFile);
  const [one, two] = await Promise.all([Person.arrive('interpreter-ru'), Person.arrive('interpreter-zh')]);
  const enter = async (person: Person, act: string) => {
    const beside = await person.beside(act);
    await beside.page.locator('[data-act=enter]').click({ timeout: 30_000 });
    return beside;
  };
  const rehearse = async (person: Person, seat: string) => {
    await person.page.goto(summit.links[seat]!);
    await person.page.locator('[data-act=open-seat]').click();
    return enter(person, 'rehearse');
  };
  try {
    const protocol = await officer(server, summit.links['officer']!);
    const [reporter, delegate] = await Promise.all(['reporter', 'a-delegate'].map((seat) => Wire.open(server, summit.links[seat]!)));
    for (const wire of [reporter!, delegate!]) await wire.act('arrive');
    await protocol.present('reporter', 'a-delegate');

    const [first, second] = await Promise.all([rehearse(one, 'first'), rehearse(two, 'second')]);
    await expect(first.page.locator('[data-rehearsal=goes-on]')).toBeVisible({ timeout: 30_000 });
    await first.page.locator('[data-tab=texts]').click();
    await expect(first.page.locator('[data-text]')).toHaveCount(2);

    // What is heard is one of the two recorded speeches, and not the other.
    await expect(async () => {
      await record(first);
      await first.page.waitForTimeout(2_500);
      const tape = await recorded(first);
      const likeness = speeches.map((file) => alike(tape, file));
      expect(Math.max(...likeness)).toBeGreaterThan(0.8);
      expect(Math.min(...likeness)).toBeLessThan(0.6);
    }).toPass({ timeout: 40_000 });

    await first.page.locator('[data-act=on-air]').click();
    await second.hearsOnly('partner', 'interpreter-ru');
    const listener = await enter(first, 'listen');
    await listener.hearsOnly('channel', 'interpreter-ru');
    await first.page.locator('[data-act=offer-handover]').click();
    await second.page.locator('[data-act=accept-handover]').click();
    await listener.hearsOnly('channel', 'interpreter-zh');
    await first.hearsOnly('partner', 'interpreter-zh');

    // Of the summit, nobody is there but who was before, and nothing is received, kept or shown.
    const rehearsal = new URL(first.page.url()).hash.slice(1).split('.')[0]!;
    expect(rehearsal).not.toBe(summit.summit);
    for (const wire of [protocol, reporter!, delegate!]) {
      expect(wire.view!.slots.filter((s) => s.carries)).toEqual([]);
      expect(wire.view!.room.item).toBeUndefined();
    }
    expect(protocol.view!.seats.flatMap((s) => s.sends)).toEqual([]);
    expect(await (await server.admin('GET', '/api/summits')).text()).not.toContain(rehearsal);
    expect((await fetch(`${server.url}/s/${rehearsal}`)).status).toBe(404);
    expect((await reporter!.call('POST', `/api/summits/${rehearsal}/whep?lang=en&player=plain`)).ok).toBe(false);
    const kept = join(server.data, 'record');
    expect(existsSync(kept) ? readdirSync(kept, { recursive: true }).filter((f) => String(f).includes(rehearsal)) : []).toEqual([]);

    // The summit begins: the rehearsal is over, and one key leads to one's own seat.
    await protocol.act('start-item', { item: 'opening' });
    await expect(second.page.locator('[data-notice=rehearsed]')).toBeVisible();
    await expect(first.page.locator('[data-notice=rehearsed]')).toBeVisible();
    await expect(first.page.locator('[data-act=to-summit]')).toBeFocused();
    await first.page.keyboard.press('Enter');
    await expect(first.page.locator('[data-act=enter]')).toBeVisible();
    expect(first.page.url()).toContain(`#${summit.summit}.first`);
    for (const wire of [protocol, reporter!, delegate!]) wire.close();
  } finally {
    await Promise.all([one.leave(), two.leave()]);
    await server.stop();
  }
});
