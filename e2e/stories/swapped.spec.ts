// The other stories' checks, where they must fail: each delegation's seat is
// opened on the other's device.
import { expect, test } from '@playwright/test';
import { Meeting } from '../support/meeting.ts';

test('what the stories look for fails when two sources are swapped', async () => {
  const meeting = await Meeting.begin();
  const [a, b] = await Promise.all([meeting.person('a-principal', { as: 'b-principal' }), meeting.person('b-principal', { as: 'a-principal' })]);
  await meeting.opens('opening');
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
  await meeting.end();
});
