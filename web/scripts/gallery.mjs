// Opens the gallery in Debian's Chromium: what the screenshots and the
// accessibility check share.

import { chromium } from "playwright-core";
import { createServer } from "vite";

/** The names of the gallery's scenes, as its own list shows them. */
export async function scenes(browser, base) {
  const page = await browser.newPage();
  await page.goto(`${base}/gallery.html`);
  await page.waitForSelector("html[data-ready]", { state: "attached" });
  const names = await page.locator("main li a:first-child").allTextContents();
  await page.close();
  return names;
}

/** Runs work with a browser and the gallery's address, and puts both away. */
export async function withGallery(work) {
  const server = await createServer({ root: new URL("..", import.meta.url).pathname, logLevel: "error", server: { port: 0 } });
  await server.listen();
  const base = server.resolvedUrls.local[0].replace(/\/$/, "");
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required"],
  });
  try {
    return await work(browser, base);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Opens one scene and waits until it is drawn, fonts and pictures included. */
export async function open(browser, base, scene, { lang = "en", theme = "light", width = 1280, height = 720 } = {}) {
  const page = await browser.newPage({ viewport: { width, height }, reducedMotion: "reduce", colorScheme: theme });
  const faults = [];
  page.on("pageerror", (e) => faults.push(String(e)));
  page.on("console", (m) => m.type() === "error" && faults.push(m.text()));
  await page.goto(`${base}/gallery.html?scene=${scene}&lang=${lang}&theme=${theme}`);
  await page.waitForSelector("html[data-ready]", { state: "attached" });
  await page.waitForSelector("h1", { state: "attached" });
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(700);
  return { page, faults };
}
