import { defineConfig } from '@playwright/test';

// The measurements of sound; see docs/SOUND.md. No stories: they assert little,
// and want the machine to themselves.
export default defineConfig({
  testDir: '.',
  testMatch: '*.bench.ts',
  workers: 1,
  timeout: 600_000,
  reporter: [['list']],
});
