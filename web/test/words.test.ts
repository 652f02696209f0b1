import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ar } from "../src/words/ar";
import { en } from "../src/words/en";
import { refusalText } from "../src/words/refusal";
import { ru } from "../src/words/ru";
import { nearest, Words, type Catalogue, type Key, type Plural, type Tongue } from "../src/words/words";
import { zh } from "../src/words/zh";
import { Refusal } from "../src/protocol/problem";
import type { Instant } from "../src/protocol/view.gen";
import { sources } from "./sources";

const catalogues: Readonly<Record<Tongue, Catalogue>> = { ar, en, ru, zh };
const keys = Object.keys(en) as Key[];
const holes = (message: string) => [...message.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
const forms = (message: string | Plural) => (typeof message === "string" ? [message] : Object.values(message));

describe.each(Object.entries(catalogues))("the catalogue of %s", (tongue, catalogue) => {
  test("has the keys of English, and no others", () => {
    expect(Object.keys(catalogue).sort()).toEqual([...keys].sort());
  });

  test("has exactly the plural forms of its language", () => {
    const wanted = [...new Intl.PluralRules(tongue).resolvedOptions().pluralCategories].sort();
    for (const key of keys) {
      const message: string | Plural = catalogue[key];
      if (typeof message !== "string") expect([key, Object.keys(message).sort()]).toEqual([key, wanted]);
    }
  });

  test("has the placeholders of English and no unknown one", () => {
    for (const key of keys) {
      const wanted = new Set(forms(en[key]).flatMap(holes));
      const used = new Set(forms(catalogue[key]).flatMap(holes));
      // A form such as "one minute" may say its number in words.
      for (const hole of wanted) if (hole !== "n") expect([key, [...used]]).toEqual([key, expect.arrayContaining([hole])]);
      for (const hole of used) expect([key, [...wanted]]).toEqual([key, expect.arrayContaining([hole])]);
    }
  });

  test("leaves nothing empty, and nothing of another language", () => {
    const scripts: Partial<Record<string, RegExp>> = { ar: /[\u0600-\u06ff]/, ru: /[\u0400-\u04ff]/, zh: /[\u4e00-\u9fff]/ };
    for (const key of keys) {
      for (const form of forms(catalogue[key])) {
        expect(form.trim(), key).not.toBe("");
        const script = scripts[tongue];
        // Some messages are only placeholders and punctuation.
        if (script && /\p{L}/u.test(form.replace(/\{\w+\}/g, ""))) expect(form, key).toMatch(script);
      }
    }
  });
});

test("every key is used in some screen, and what is used by parts exists", () => {
  const all = sources(["src/screens", "src/ui", "src/state", "src/words/refusal.ts"], [".svelte", ".ts"])
    .map((f) => f.text)
    .join("\n");
  const parts = [...all.matchAll(/[`]([a-z.-]*)\$\{[^`]*[`]/g)].map((m) => m[1] ?? "").filter((p) => p.includes("."));
  const stale = keys.filter((key) => !all.includes(`"${key}"`) && !parts.some((p) => key.startsWith(p)));
  expect(stale).toEqual([]);
});

test("every refusal of the rules has its sentence", () => {
  const go = readFileSync(new URL("../../internal/summit/refusal.go", import.meta.url), "utf8");
  const table = go.slice(go.indexOf("var sentences"));
  const codes = [...table.matchAll(/^\t"([a-z-]+)":/gm)].map((m) => m[1]);
  expect(codes.length).toBeGreaterThan(40);
  // Said to the administrator and to the server only, never on a screen.
  const elsewhere = new Set(["already-convened", "bad-description", "bad-hash", "hash-reused", "expires-past"]);
  expect(codes.filter((code) => !elsewhere.has(code ?? "") && !(`refused.${code}` in en))).toEqual([]);
});

describe("a message", () => {
  const words = (tongue: Tongue) => new Words(tongue, catalogues[tongue]);

  test("takes the form of its number", () => {
    const minutes = (tongue: Tongue, n: number) => words(tongue).t("item.minutes", { n });
    expect([1, 2, 15].map((n) => minutes("en", n))).toEqual(["1 minute", "2 minutes", "15 minutes"]);
    expect([1, 3, 15, 21].map((n) => minutes("ru", n))).toEqual(["1 минута", "3 минуты", "15 минут", "21 минута"]);
    expect([1, 2, 10, 45].map((n) => minutes("ar", n))).toEqual(["دقيقة واحدة", "دقيقتان", "10 دقائق", "45 دقيقة"]);
  });

  test("isolates what is put into it, so that a name does not turn a sentence round", () => {
    expect(words("ar").t("seat.more", { name: "Viktor" })).toContain("\u2068Viktor\u2069");
  });

  test("writes Western digits in every language", () => {
    for (const tongue of ["ar", "ru", "zh", "en"] as const) expect(words(tongue).number(2026).replace(/\D/g, "")).toBe("2026");
  });
});

describe("a date", () => {
  const at = "2026-12-23T21:30:00Z" as Instant;

  test("carries both families of Arabic months, and one where they are the same", () => {
    const words = new Words("ar", ar);
    expect(words.date(at, "Europe/Zurich")).toBe("الأربعاء 23 ديسمبر/ كانون الأول 2026");
    expect(words.date("2026-08-01T12:00:00Z" as Instant, "UTC")).toContain("أغسطس/ آب");
  });

  test("is the day in the summit's zone", () => {
    expect(new Words("en", en).date(at, "Asia/Shanghai")).toContain("24");
    expect(new Words("en", en).time(at, "Asia/Shanghai")).toBe("05:30");
  });
});

test("a zone is called what people call it, and a list has its language's comma", () => {
  const said = [ar, en, ru, zh].map((catalogue, i) => new Words((["ar", "en", "ru", "zh"] as const)[i]!, catalogue));
  expect(said.map((w) => w.zone("Europe/Zurich"))).toEqual(["توقيت سويسرا", "Switzerland Time", "Швейцария", "瑞士时间"]);
  expect(said.map((w) => w.zone("UTC"))).toEqual(["UTC", "UTC", "UTC", "UTC"]);
  expect(said[1]!.zone("No/Where")).toBe("No/Where");
  expect(said.map((w) => w.comma)).toEqual(["، ", ", ", ", ", "、"]);
});

test("the nearest language is the first that is spoken here", () => {
  expect(nearest(["fr-FR", "zh-Hans-CN", "en"])).toBe("zh");
  expect(nearest(["pt", ""])).toBe("en");
});

describe("a refusal", () => {
  const words = new Words("ru", ru);

  test("is said in the reader's language, with its hour in the summit's zone", () => {
    const refusal = new Refusal("booth-busy", "…", { name: "Анна", at: "2026-11-23T09:05:00Z" });
    const said = refusalText(words, refusal, "Europe/Zurich");
    expect(said.lang).toBe("ru");
    expect(said.text).toContain("10:05");
  });

  test("keeps the server's sentence when the code is not known here", () => {
    expect(refusalText(words, new Refusal("new-code", "A new reason."), "UTC")).toEqual({ text: "A new reason.", lang: "en" });
  });
});
