import { defineConfig } from '@playwright/test';

// The measurement of sound; see docs/SOUND.md. No story: it asserts little, and
// wants the machine to itself.
export default defineConfig({
  testDir: '.',
  testMatch: 'bench.ts',
  workers: 1,
  timeout: 330_000,
  reporter: [['list']],
});
