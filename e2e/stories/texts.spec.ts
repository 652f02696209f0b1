// Texts for the booths: handed in days before by who has not been admitted, read
// beside the console, found however they are written, refused to the press, and
// gone when they are taken back.
import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { officer, Wire } from '../support/officer.ts';
import { Person } from '../support/person.ts';
import { Server } from '../support/server.ts';

const speech = `Уважаемые коллеги, этот саммит открывает новую главу.

وقّعنا اليومَ مُذكّرةَ تفاهُمٍ حول إدارة المياه، والسَّلامُ عليكم.

В 2026 году меморандум о взаимопонимании вступит в силу.`;

const terms = '\ufeffru;zh;примечание\r\nмеморандум о взаимопонимании;谅解备忘录;\r\nсаммит;峰会;не «встреча»\r\n';

test('a delegate hands texts in days before, the booth finds a word in them, a reporter is refused', async () => {
  test.setTimeout(90_000);
  const server = await Server.start();
  const summit = await server.convene(readFileSync(join(import.meta.dirname, '../support/summit.yaml'), 'utf8'));
  const booth = await Person.arrive('interpreter-zh');
  const delegate = await booth.another();
  try {
    await delegate.page.goto(summit.links['a-delegate']!);
    await delegate.page.locator('[data-act=open-seat]').click();
    await delegate.page.locator('[data-texts-before] > summary').click();
    const handIn = async (name: string, text: string | Buffer) => {
      const begin = delegate.page.locator('[data-act=begin-hand-in]');
      if (await begin.isVisible()) await begin.click();
      await delegate.page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
      await delegate.page.locator('[data-act=hand-in]').click();
    };
    await handIn('terms.csv', 'ru;zh\nсаммит\n');
    await expect(delegate.page.locator('.documents [role=alert]')).toContainText('\u20682\u2069'); // its line
    await handIn('terms.csv', terms);
    await expect(delegate.page.locator('[data-document]')).toHaveCount(1);
    await handIn('speech.txt', speech);
    await expect(delegate.page.locator('[data-document]')).toHaveCount(2);

    // A PDF as word processors make them: its letters are shaped, and lie as they are seen.
    const paper = await booth.another();
    await paper.page.setContent('<p dir="rtl" lang="ar">اتّفقَ الطرفان على إدارة الأنهار المشتركة.</p>');
    await handIn('note.pdf', await paper.page.pdf());
    await expect(delegate.page.locator('[data-document]')).toHaveCount(3);

    const protocol = await officer(server, summit.links['officer']!);
    await booth.open(summit.links['interpreter-zh']!);
    const page = booth.page;
    const field = page.locator('[data-find]');
    await page.locator('[data-tab=texts]').waitFor();
    await page.keyboard.press('Slash');
    await expect(field).toBeFocused();
    await expect(page.locator('[data-text]')).toHaveCount(3);

    // Typed without signs; written with them.
    await field.fill('مذكرة تفاهم');
    await expect(page.locator('[data-hits="1"]')).toBeVisible();
    await expect(page.locator('mark.now')).toHaveText('مُذكّرةَ تفاهُمٍ');
    await expect(page.locator('[data-paragraph="1"]')).toHaveAttribute('aria-current', 'true');
    expect(await page.locator('[data-paragraph="1"]').evaluate((p) => getComputedStyle(p).direction)).toBe('rtl');
    await field.fill('٢٠٢٦');
    await expect(page.locator('mark.now')).toHaveText('2026');
    // In a PDF too, in the order in which it is read.
    await field.fill('إداره الانهار');
    await expect(page.locator('mark.now')).toHaveText('إدارة الأنهار');

    // Back to the console: its keys are its own again, and the text keeps its place.
    await field.fill('саммит');
    await expect(page.locator('[data-term]')).toContainText(['峰会']);
    await expect(page.locator('mark.now')).toHaveText('саммит');
    await page.keyboard.press('Escape');
    await expect(field).not.toBeFocused();
    await page.keyboard.press('BracketRight');
    await page.keyboard.press('BracketRight');
    await expect(page.locator('[data-paragraph="2"]')).toHaveAttribute('aria-current', 'true');
    await expect(page.locator('[data-terms-here="1"]')).toContainText('谅解备忘录');
    await page.locator('[data-tab=show]').click();
    await page.locator('[data-tab=texts]').click();
    await expect(page.locator('[data-paragraph="2"]')).toHaveAttribute('aria-current', 'true');

    const reporter = await Wire.open(server, summit.links['reporter']!);
    await reporter.act('arrive');
    await protocol.present('reporter');
    for (const id of await delegate.page.locator('[data-document]').evaluateAll((all) => all.map((x) => x.getAttribute('data-document')))) {
      expect((await reporter.call('GET', `/api/documents/${id}`)).status).toBe(403);
      expect((await reporter.call('GET', `/api/documents/${id}/terms`)).status).toBe(403);
    }

    await delegate.page.locator('[data-document]', { hasText: 'speech' }).locator('[data-act=withdraw-document]').click();
    await expect(page.locator('[data-paragraph]')).toHaveCount(0);
    await expect(page.locator('[data-text]')).toHaveCount(2);
    reporter.close();
    protocol.close();
  } finally {
    await booth.leave();
    await server.stop();
  }
});
