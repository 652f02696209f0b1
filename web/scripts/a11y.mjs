// Checks every scene of the gallery with axe-core, in English and light, and in
// Arabic and dark: node scripts/a11y.mjs [scene…]. Fails when a rule is broken.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { open, person, scenes, withGallery } from "./gallery.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let broken = 0;
let checked = 0;

/** Checks the scenes in one language and theme. */
async function check(browser, base, names, look) {
  const page = await person(browser, look);
  await page.addInitScript(axe);
  for (const name of names) {
    const faults = await open(page, base, name, look);
    const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    checked++;
    const fault = (text) => {
      broken++;
      console.log(`${name} (${look.lang}, ${look.theme}): ${text}`);
    };
    faults.forEach(fault);
    for (const v of violations) {
      fault(`${v.id}, ${v.help}`);
      for (const node of v.nodes.slice(0, 4)) console.log(`    ${node.target.join(" ")}\n    ${node.failureSummary?.split("\n").slice(1, 3).join(" ")}`);
    }
  }
  await page.context().close();
}

await withGallery(async (browser, base) => {
  const names = process.argv.length > 2 ? process.argv.slice(2) : await scenes(browser, base);
  await Promise.all([check(browser, base, names, { lang: "en", theme: "light" }), check(browser, base, names, { lang: "ar", theme: "dark" })]);
});
console.log(`${checked} screens checked, ${broken} faults`);
process.exit(broken > 0 ? 1 : 0);
