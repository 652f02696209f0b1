// Checks every scene of the gallery with axe-core, in Arabic and English, light
// and dark: node scripts/a11y.mjs [scene…]. Fails when a rule is broken.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { open, scenes, withGallery } from "./gallery.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let broken = 0;
let checked = 0;

await withGallery(async (browser, base) => {
  const names = process.argv.length > 2 ? process.argv.slice(2) : await scenes(browser, base);
  for (const name of names) {
    for (const [lang, theme] of [["en", "light"], ["ar", "dark"]]) {
      const { page, faults } = await open(browser, base, name, { lang, theme });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
      checked++;
      for (const fault of faults) {
        broken++;
        console.log(`${name} (${lang}, ${theme}): ${fault}`);
      }
      for (const v of violations) {
        broken++;
        console.log(`${name} (${lang}, ${theme}): ${v.id}, ${v.help}`);
        for (const node of v.nodes.slice(0, 4)) console.log(`    ${node.target.join(" ")}\n    ${node.failureSummary?.split("\n").slice(1, 3).join(" ")}`);
      }
      await page.close();
    }
  }
});
console.log(`${checked} screens checked, ${broken} faults`);
process.exit(broken > 0 ? 1 : 0);
