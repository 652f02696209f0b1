// The other stories' checks, where they must fail: each delegation's seat is
// opened on the other's device.
import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { officer } from '../support/officer.ts';
import { Person } from '../support/person.ts';
import { Server } from '../support/server.ts';

test('what the stories look for fails when two sources are swapped', async () => {
  const server = await Server.start();
  const summit = await server.convene(readFileSync(join(import.meta.dirname, '../support/summit.yaml'), 'utf8'));
  const protocol = await officer(server, summit.links['officer']!);
  const [a, b] = await Promise.all([Person.arrive('b-principal'), Person.arrive('a-principal')]);
  await Promise.all([a.open(summit.links['a-principal']!), b.open(summit.links['b-principal']!)]);
  await protocol.sending('a-principal', 'b-principal');
  await protocol.act('start-item', { item: 'opening' });
  // Everything runs: each sees and hears somebody, and it is not the other.
  await a.seesOnly('picture-1', 'a-principal');
  await a.hearsOnly('picture-1', 'a-principal');
  const failing = [
    a.seesOnly('picture-1', 'b-principal', 3000),
    a.hearsOnly('picture-1', 'b-principal', 3000),
    b.seesOnly('picture-1', 'a-principal', 3000),
    b.hearsOnly('picture-1', 'a-principal', 3000),
  ];
  for (const result of await Promise.allSettled(failing)) expect(result.status).toBe('rejected');
  await Promise.all([a.leave(), b.leave()]);
  protocol.close();
  await server.stop();
});
