// Takes pictures of the gallery: node scripts/shots.mjs [scene…]
// Each scene in Arabic and English, light and dark, at 1280 × 720 and 320 wide.

import { mkdir } from "node:fs/promises";
import { open, person, scenes, withGallery } from "./gallery.mjs";

const into = new URL("../shots/", import.meta.url).pathname;
const langs = (process.env.LANGS ?? "en,ar").split(",");
const themes = (process.env.THEMES ?? "light,dark").split(",");
const sizes = (process.env.SIZES ?? "1280x720,320x640").split(",").map((s) => s.split("x").map(Number));

await mkdir(into, { recursive: true });
await withGallery(async (browser, base) => {
  const names = process.argv.length > 2 ? process.argv.slice(2) : await scenes(browser, base);
  for (const theme of themes) {
    for (const [width, height] of sizes) {
      const page = await person(browser, { theme, width, height });
      for (const name of names) {
        for (const lang of langs) {
          const faults = await open(page, base, name, { lang, theme });
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          await page.screenshot({ path: `${into}${name}.${lang}.${theme}.${width}.png`, fullPage: width < 600 });
          if (overflow > 0) console.log(`${name} ${lang} ${width}: ${overflow} px wider than the screen`);
          for (const fault of faults) console.log(`${name} ${lang} ${width}: ${fault}`);
        }
      }
      await page.context().close();
    }
  }
});
