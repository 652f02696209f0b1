// Opens the gallery in Debian's Chromium: what the screenshots and the
// accessibility check share.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { build, preview } from "vite";

/** How long no element may have come or gone for a scene to count as drawn, and how long that is waited for, in milliseconds. Meters and clocks go on. */
const still = 150;
const most = 1000;

/** The names of the gallery's scenes, as its own list shows them. */
export async function scenes(browser, base) {
  const page = await browser.newPage();
  await page.goto(`${base}/gallery.html`);
  await page.waitForSelector("html[data-ready]", { state: "attached" });
  const names = await page.locator("main li a:first-child").allTextContents();
  await page.close();
  return names;
}

/**
 * Runs work with a browser and the gallery's address, and puts both away. The
 * gallery is built first: its hundreds of modules, asked for one by one and by
 * every scene again, take longer than all else.
 */
export async function withGallery(work) {
  const root = new URL("..", import.meta.url).pathname;
  const outDir = await mkdtemp(join(tmpdir(), "liqa-gallery-"));
  let server, browser;
  try {
    await build({ root, logLevel: "error", build: { outDir, emptyOutDir: true, rolldownOptions: { input: join(root, "gallery.html") } } });
    server = await preview({ root, logLevel: "error", build: { outDir }, preview: { host: "127.0.0.1", port: 0 } });
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required"],
    });
    return await work(browser, server.resolvedUrls.local[0].replace(/\/$/, ""));
  } finally {
    await browser?.close();
    await server?.close();
    await rm(outDir, { recursive: true });
  }
}

/** A person's page. One that has shown a scene shows the next in half the time, as it has fetched and translated everything. */
export async function person(browser, { theme = "light", width = 1280, height = 720 } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce", colorScheme: theme });
  context.setDefaultTimeout(120_000); // it may be given what other work leaves of the machine
  return context.newPage();
}

/** Loads one scene and waits until it is drawn, fonts and pictures included; gives what the page has complained of. */
export async function open(page, base, scene, { lang = "en", theme = "light" } = {}) {
  const faults = [];
  page.removeAllListeners("pageerror").on("pageerror", (e) => faults.push(String(e)));
  page.removeAllListeners("console").on("console", (m) => m.type() === "error" && faults.push(m.text()));
  await page.goto(`${base}/gallery.html?scene=${scene}&lang=${lang}&theme=${theme}`);
  await page.waitForSelector("html[data-ready]", { state: "attached" });
  await page.waitForSelector("h1", { state: "attached" });
  await page.evaluate(() => document.fonts.ready);
  await page.evaluate(
    ([still, most]) =>
      new Promise((drawn) => {
        let quiet = setTimeout(drawn, still);
        const changes = new MutationObserver(() => {
          clearTimeout(quiet);
          quiet = setTimeout(drawn, still);
        });
        changes.observe(document, { subtree: true, childList: true });
        setTimeout(drawn, most);
      }),
    [still, most],
  );
  return faults;
}
