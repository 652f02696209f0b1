// The server is killed in the middle of an open item: everybody comes back by
// themselves, the press only when the officer says so.
import { expect, test } from '@playwright/test';
import { Meeting } from '../support/meeting.ts';
import { takes } from '../support/record.ts';

test('after a kill the meeting goes on, closed to the press until the officer resumes', async () => {
  const meeting = await Meeting.begin();
  const { server, summit } = meeting;
  const [a, b, reporter] = await Promise.all([meeting.person('a-principal'), meeting.person('b-principal'), meeting.person('reporter')]);
  await meeting.opens('opening', 'b-principal');
  await a.seesOnly('picture-1', 'b-principal');
  await reporter.seesOnly('picture-2', 'b-principal');
  await a.page.waitForTimeout(2000);

  await server.kill();
  const killed = Date.now();
  await server.run();
  await a.hearsOnly('picture-1', 'b-principal');
  console.log(`heard again ${Date.now() - killed} ms after the kill`);
  await a.seesOnly('picture-1', 'b-principal');
  await b.hearsOnly('picture-1', 'a-principal');

  const protocol = (meeting.protocol = await meeting.protocol.again());
  await protocol.present('reporter');
  expect(protocol.view?.room.coverage).toBe('closed');
  await reporter.page.waitForTimeout(2000);
  expect(await reporter.received()).toBe(0);
  await protocol.act('resume-coverage', { item: protocol.view?.room.item });
  await reporter.seesOnly('picture-2', 'b-principal');

  await protocol.act('end-item');
  await protocol.act('end-summit');
  // The take that was cut short has been finished; what followed is in others.
  await expect.poll(() => takes(server.data, 'open', summit.summit).filter((t) => t.ended > 0).length, { timeout: 10_000 }).toBe(2);
  const [cut] = takes(server.data, 'open', summit.summit);
  expect(killed - cut!.ended).toBeLessThan(1500);

  await meeting.end();
});
