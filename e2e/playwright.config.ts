import { defineConfig } from '@playwright/test';

// Every story starts its own server and its own browsers, one of each person:
// a fake camera and microphone belong to a whole Chromium, and take half a core.
// On two cores that leaves room for one story at a time, or for two that have
// one browser and mostly wait: those are tried two by two, while axe has the rest.
const light = /(greenroom|headset|texts)\.spec\.ts/;

export default defineConfig({
  testDir: 'stories',
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  // A story is about real time, and the machine may have other work: one that
  // fails is told once more, and listed as flaky. What must never happen is not
  // hidden by that (support/never.ts).
  retries: 1,
  timeout: 120_000,
  reporter: [['list']],
  expect: { timeout: 15_000 },
  projects: [{ name: 'light', testMatch: light }, { name: 'busy', testIgnore: light }],
});
