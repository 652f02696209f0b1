import { defineConfig } from '@playwright/test';

// Every story starts its own server and its own browsers, one of each person:
// a fake camera and microphone belong to a whole Chromium. On two cores that
// leaves room for one story at a time.
export default defineConfig({
  testDir: 'stories',
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  // A story is about real time, and the machine may have other work: one that
  // fails is told once more, and listed as flaky. Where a second chance would
  // hide what must never happen, the story has none (bilateral.spec.ts).
  retries: 1,
  timeout: 120_000,
  reporter: [['list']],
  expect: { timeout: 15_000 },
});
