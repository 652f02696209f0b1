import { describe, expect, test } from "vitest";
import { sources } from "./sources";

// What every style of the screens must keep to.

const styles = sources(["src"], [".svelte", ".css"]).map(({ path, text }) => ({
  path,
  css: path.endsWith(".css") ? text : [...text.matchAll(/<style>([\s\S]*?)<\/style>/g)].map((m) => m[1]).join("\n"),
}));

describe("styles", () => {
  test("use logical properties only, so that every screen reads from the right too", () => {
    const physical =
      /(^|[\s{;])((margin|padding|border)-(left|right|top|bottom)[\w-]*|left|right|top|bottom|width|height|(min|max)-(width|height)|float|text-align:\s*(left|right))\s*:/m;
    const found = styles.filter(({ css }) => physical.test(css.replace(/@(media|container)[^{]*/g, ""))).map((s) => s.path);
    expect(found).toEqual([]);
  });

  test("name no colour outside the tokens", () => {
    const allowed = /rgb\(11 13 16 \/ \d+%\)/g;
    const found = styles
      .filter(({ path }) => !path.endsWith("tokens.css"))
      .filter(({ css }) => /#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(/i.test(css.replace(allowed, "")))
      .map((s) => s.path);
    expect(found).toEqual([]);
  });
});

test("no file is longer than 400 lines, the catalogues and what is generated aside", () => {
  const long = sources(["src", "test", "scripts"], [".ts", ".svelte", ".css", ".mjs"])
    .filter(({ path }) => !path.endsWith(".gen.ts") && !/words\/(en|ar|ru|zh)\.ts$/.test(path))
    .map(({ path, text }) => ({ path, lines: text.split("\n").length }))
    .filter(({ lines }) => lines > 400);
  expect(long).toEqual([]);
});
