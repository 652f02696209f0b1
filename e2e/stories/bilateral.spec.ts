import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { officer, type Wire } from '../support/officer.ts';
import { Person } from '../support/person.ts';
import { Server, type Convened } from '../support/server.ts';

const yaml = readFileSync(join(import.meta.dirname, '../support/summit.yaml'), 'utf8');

test.describe.configure({ mode: 'serial' });

let server: Server;
let summit: Convened;
let protocol: Wire;
let a: Person;
let b: Person;
let booth: Person;
let reporter: Person;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  server = await Server.start();
  summit = await server.convene(yaml);
  protocol = await officer(server, summit.links['officer']!);
  [a, b, booth, reporter] = await Promise.all([
    Person.arrive('a-principal'),
    Person.arrive('b-principal'),
    Person.arrive('interpreter-ru'),
    Person.arrive(),
  ]);
  await Promise.all([
    a.open(summit.links['a-principal']!),
    b.open(summit.links['b-principal']!),
    booth.open(summit.links['interpreter-ru']!),
    reporter.open(summit.links['reporter']!),
  ]);
  await protocol.sending('a-principal', 'b-principal', 'interpreter-ru');
  await protocol.present('reporter');
});

test.afterAll(async () => {
  await Promise.all([a, b, booth, reporter].map((p) => p?.leave()));
  protocol?.close();
  await server?.stop();
});

test('before an item nothing flows between the delegations', async () => {
  await a.hearsNobody('picture-1');
  expect(['dark', 'nothing']).toContain(await a.sees('picture-1'));
  await reporter.hearsNobody('picture-1');
});

test('each principal sees and hears the other', async () => {
  await protocol.act('start-item', { item: 'opening' });
  await Promise.all([a.seesOnly('picture-1', 'b-principal'), b.seesOnly('picture-1', 'a-principal')]);
  await Promise.all([a.hearsOnly('picture-1', 'b-principal'), b.hearsOnly('picture-1', 'a-principal')]);
});
