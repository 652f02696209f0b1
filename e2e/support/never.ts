// What must never happen, not even once. Stories have a second try, as they are
// about real time on machines that may be busy; it does not hide this.
import { test } from '@playwright/test';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Checks; what has failed here once fails in every later try too. */
export async function never(check: () => Promise<void> | void): Promise<void> {
  const file = join(test.info().project.outputDir, 'never'); // emptied when the stories begin
  if (existsSync(file)) throw new Error(`It has happened before: ${readFileSync(file, 'utf8')}`);
  try {
    await check();
  } catch (fault) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, String(fault));
    throw fault;
  }
}
