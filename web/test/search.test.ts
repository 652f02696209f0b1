import { describe, expect, test } from "vitest";
import { findAll, fold, marked, query, type Span } from "../src/state/search";
import { pairs, termsIn, type Terms } from "../src/state/terms";

/** What is found of a query in a text, as it is written there. */
const found = (typed: string, text: string) => findAll(query(typed), fold(text)).map(({ from, to }) => text.slice(from, to));

describe("what is typed is found however it is written", () => {
  test.each([
    ["السلام", "يَعُمُّ السَّلَامُ المنطقةَ", ["السَّلَامُ"]], // vowel signs
    ["السَّلام", "والسلام عليكم", ["السلام"]],
    ["محمد", "محمـــد ومُحَمَّدٌ", ["محمـــد", "مُحَمَّدٌ"]], // tatweel
    ["اتفاق", "إتفاق أو اتّفاق أو أتفاق أو آتفاق أو ٱتفاق", ["إتفاق", "اتّفاق", "أتفاق", "آتفاق", "ٱتفاق"]],
    ["مسوول", "المسؤول", ["مسؤول"]],
    ["مسؤول", "المسوول", ["مسوول"]],
    ["هييه", "هيئة", ["هيئة"]],
    ["مستشفي", "مستشفى", ["مستشفى"]],
    ["قمة", "القمه المشتركة", ["قمه"]],
    ["2026", "عام ٢٠٢٦ وسنة ۲۰۲۶", ["٢٠٢٦", "۲۰۲۶"]],
    ["٧٥", "75 مليارا", ["75"]],
    ["سلام", "\ufeb3\ufefc\ufee1", ["\ufeb3\ufefc\ufee1"]], // presentation forms, as some PDFs have them
    ["елка", "Ёлка и ёлки", ["Ёлка"]],
    ["мой", "мой и мои, и мо\u0438\u0306", ["мой", "мо\u0438\u0306"]],
    ["ECOLE", "une école, l’École", ["école", "École"]],
    ["strasse", "Die Straße", ["Straße"]],
    ["l'ecole", "l’école", ["l’école"]],
    ["long term", "long\n  term, long–term", ["long\n  term"]],
    ["ABC12", "ＡＢＣ１２ と", ["ＡＢＣ１２"]],
    ["能源", "关于能源合作和能源安全", ["能源", "能源"]],
    ["نص", "ن\u200dص", ["ن\u200dص"]],
    ["", "anything", []],
    ["ًٌ", "anything", []],
  ])("%s in %s", (typed, text, hits) => {
    expect(found(typed, text)).toEqual(hits);
  });

  test("what is not there is not found", () => {
    for (const [typed, text] of [["سلم", "سلام"], ["ее", "ей"], ["14", "١٥"], ["a", "б"]] as const) expect(found(typed, text)).toEqual([]);
  });
});

// A small generator of its own: the same texts at every run.
function dice(seed: number) {
  return (most: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return seed % most;
  };
}

const alphabet = [..."ابتسأإآؤئىةيكهل ـَُِّْ٠٣٩۴ Ёеёжй\u0306ßÅaz09–’«Ａ能源\n\u200f\ufefb\ufdf2𝟗😀"];

describe("of any text", () => {
  const throws = dice(7);
  const texts = Array.from({ length: 400 }, () => Array.from({ length: throws(60) }, () => alphabet[throws(alphabet.length)]).join(""));

  test("a piece is found where it was taken from", () => {
    for (const text of texts) {
      const hay = fold(text);
      const whole = [...text];
      const start = throws(Math.max(1, whole.length));
      const piece = whole.slice(start, start + 1 + throws(8)).join("");
      const needle = query(piece);
      const place = whole.slice(0, start).join("").length;
      if (needle === "" || /^\p{M}/u.test(piece)) continue;
      const starts = [];
      for (let i = hay.text.indexOf(needle); i >= 0; i = hay.text.indexOf(needle, i + 1)) starts.push(hay.at[i]!);
      expect(starts.some((s) => s >= place - 1 && s <= place + piece.length), `${JSON.stringify(piece)} in ${JSON.stringify(text)}`).toBe(true);
    }
  });

  test("hits are in order, apart, and fold to what was looked for", () => {
    for (const text of texts) {
      const hits = findAll("ا", fold(text));
      hits.reduce((last: Span, hit) => {
        expect(hit.from).toBeGreaterThanOrEqual(last.to);
        expect(hit.to).toBeGreaterThan(hit.from);
        expect(query(text.slice(hit.from, hit.to))).toContain("ا");
        return hit;
      }, { from: 0, to: 0 });
      expect(marked(text, hits).map((p) => p.text).join("")).toBe(text);
    }
  });

  test("folding twice changes nothing", () => {
    for (const text of texts) expect(fold(fold(text).text).text).toBe(fold(text).text);
  });
});

describe("terms", () => {
  const list: Terms = {
    languages: ["ar", "ru", "en-GB"],
    terms: [
      { words: { "ar": "مذكرة تفاهم", "ru": "меморандум о взаимопонимании", "en-GB": "memorandum of understanding" }, note: "not “agreement”" },
      { words: { "ar": "تفاهم", "ru": "взаимопонимание" } },
      { words: { "ar": "قمة", "ru": "саммит", "en-GB": "summit" } },
      { words: { "ar": "عُمان", "ru": "Оман" } },
      { words: { "en-GB": "only English" } },
    ],
  };
  const words = (text: string, from: string, to: string) => termsIn(text, pairs(list, from, to, "a")).map((f) => [text.slice(f.from, f.to), f.pair.to]);

  test("are those of the pair, in either direction, by the language without its region", () => {
    expect(pairs(list, "ar", "ru", "a").map((p) => p.to)).toHaveLength(4);
    expect(pairs(list, "en", "ar").map((p) => p.from)).toEqual(["memorandum of understanding", "summit"]);
    expect(pairs(list, "en", "ar")[0]).toEqual({ from: "memorandum of understanding", to: "مذكرة تفاهم", note: "not “agreement”", delegation: undefined });
    expect(pairs(list, "zh", "ar")).toEqual([]);
  });

  test("are found as they are spoken: with signs, prefixes and endings, the longer first", () => {
    expect(words("وقّعوا مُذكّرةَ تفاهُمٍ في القِمّة، وبالتفاهم", "ar", "ru")).toEqual([
      ["مُذكّرةَ تفاهُمٍ", "меморандум о взаимопонимании"],
      ["قِمّة", "саммит"],
      ["تفاهم", "взаимопонимание"],
    ]);
    expect(words("Саммиты и саммитах", "ru", "ar").map(([w]) => w)).toEqual(["Саммит", "саммит"]);
  });

  test("are not found inside other words", () => {
    expect(words("Романа и саммитированный", "ru", "ar")).toEqual([]);
    expect(words("العمانيون", "ar", "ru").map(([w]) => w)).toEqual(["عماني".slice(0, 4)]);
    expect(words("التفاهمات", "ar", "ru").map(([, to]) => to)).toEqual(["взаимопонимание"]);
    expect(words("متفاهم", "ar", "ru")).toEqual([]);
  });

  test("of Chinese need no spaces around them", () => {
    const zh: Terms = { languages: ["zh", "en"], terms: [{ words: { zh: "能源", en: "energy" } }] };
    expect(termsIn("关于能源合作", pairs(zh, "zh", "en")).map((f) => f.pair.to)).toEqual(["energy"]);
  });
});
