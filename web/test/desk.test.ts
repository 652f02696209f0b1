import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Fault, Newsroom, Page, Readout } from "../src/protocol/desk";
import { ServerNewsroom } from "../src/protocol/desk";
import { own } from "../src/protocol/problem";
import type { Instant, SeatId, SummitId } from "../src/protocol/view.gen";
import { Autosave, pause, type Saved } from "../src/state/autosave";
import { blank, lacking, moved, newPart, opened, placed, standing, takenOver, written, type QuotationPart } from "../src/state/desk";
import { Edition } from "../src/state/edition.svelte";
import { clock, instantAt, spanOf, takeOf, tenth, timeOf } from "../src/state/moment";

const quotation = {
  seat: "b-principal" as SeatId,
  words: "we welcome this",
  original: "мы приветствуем это",
  spoken: "ru",
  rendering: "by-interpreter",
  from: "2026-11-23T09:03:32.300Z" as Instant,
  to: "2026-11-23T09:03:35.800Z" as Instant,
} as const;

const english: Readout = {
  language: "en",
  place: "Geneva",
  headline: "A and B meet",
  lead: "They met.",
  body: [
    { kind: "heading", text: "Remarks" },
    { kind: "quotation", quotation },
    { kind: "paragraph", text: "They agreed.", basis: "agreed-readout" },
    { kind: "external-quotation", external: { speaker: "A spokesman", words: "soon", date: "2026-11-22", source: { name: "A", address: "https://a.example.org" } } },
  ],
  picture: { digest: "d".repeat(64), alt: "Two people", caption: "The meeting", credit: "Pool" },
  sources: [{ name: "Recording" }, { name: "A", address: "https://a.example.org" }],
};
const empty = (language: string): Readout => ({ language, place: "", headline: "", lead: "", body: [], sources: [] });

describe("a readout on the desk", () => {
  test("is written as it was opened", () => {
    expect(written(opened(english), "en")).toEqual(english);
  });

  test("keeps an unbound moment as no moment", () => {
    const doc = opened(empty("en"));
    doc.parts.push(newPart("quotation"));
    const block = written(doc, "en").body?.[0];
    expect(block?.quotation?.from).toBe("0001-01-01T00:00:00Z");
    expect(opened(written(doc, "en")).parts[0]).toMatchObject({ kind: "quotation", from: undefined, to: undefined });
  });

  test("takes what a server leaves out for nothing written", () => {
    const doc = opened({ ...empty("ar"), body: null, sources: null });
    expect(blank(doc)).toBe(true);
    expect(standing(doc, null)).toBe("missing");
    expect(standing(opened(english), null)).toBe("draft");
    expect(standing(opened(english), {})).toBe("published");
    expect(standing(opened(english), { corrected: 2 })).toBe("corrected");
  });

  test("moves no part past an end", () => {
    expect([moved(0, -1, 3), moved(0, 1, 3), moved(2, 1, 3)]).toEqual([undefined, 1, undefined]);
  });
});

test("a fault stays with its part when the part has been moved since", () => {
  const doc = opened(english);
  const faults: Fault[] = [
    { where: "body/1", code: "not-open", says: "" },
    { where: "sources/0", code: "unnamed-source", says: "" },
    { where: "picture/alt", code: "picture-alt", says: "" },
    { where: "body", code: "too-long", says: "" },
  ];
  const map = placed(faults, doc);
  const [, quoted] = doc.parts;
  doc.parts.reverse();
  expect([...map.keys()]).toEqual([quoted!.key, doc.sources[0]!.key, "picture/alt", "body"]);
});

describe("taking over the structure of another language", () => {
  test("gives an empty page every part, without words", () => {
    const arabic = takenOver(opened(empty("ar")), opened(english), "ar");
    expect(arabic.parts.map((p) => p.kind)).toEqual(["heading", "quotation", "paragraph", "external-quotation"]);
    expect(arabic.parts[1]).toMatchObject({ seat: "b-principal", original: quotation.original, words: "", rendering: "" });
    expect(arabic.parts[1]).toMatchObject({ from: Date.parse(quotation.from), to: Date.parse(quotation.to) });
    expect(arabic.picture).toEqual({ digest: "d".repeat(64), alt: "", caption: "", credit: "Pool" });
    expect(lacking(arabic, opened(english))).toBe(0);
  });

  test("quotes the words as they were spoken on a page in that language", () => {
    const russian = takenOver(opened(empty("ru")), opened(english), "ru");
    expect(russian.parts[1]).toMatchObject({ words: quotation.original, rendering: "as-spoken" });
    expect(lacking(russian, opened(english))).toBe(0);
    // And back: the spoken words are the original of the next language.
    expect(takenOver(opened(empty("ar")), russian, "ar").parts[1]).toMatchObject({ original: quotation.original, words: "" });
  });

  test("keeps what has been written, in its place, and adds what is lacking", () => {
    const arabic = opened({
      ...empty("ar"),
      headline: "لقاء",
      body: [
        { kind: "paragraph", text: "نص", basis: "background" },
        { kind: "quotation", quotation: { ...quotation, words: "نرحب بذلك", original: "", from: "2026-11-23T09:03:31Z" as Instant } },
        { kind: "paragraph", text: "خاتمة", basis: "background" },
      ],
      sources: [{ name: "التسجيل" }],
    });
    expect(lacking(arabic, opened(english))).toBe(4); // the moment, the other quotation, the picture, a source
    const after = takenOver(arabic, opened(english), "ar");
    expect(after.headline).toBe("لقاء");
    expect(after.parts.map((p) => p.kind)).toEqual(["paragraph", "quotation", "external-quotation", "paragraph"]);
    expect(after.parts[1]).toMatchObject({ words: "نرحب بذلك", original: quotation.original, from: Date.parse(quotation.from) });
    expect(after.sources.map((s) => s.name)).toEqual(["التسجيل", "A"]);
    expect(lacking(after, opened(english))).toBe(0);
  });

  test("twice is once", () => {
    const once = takenOver(opened(empty("ar")), opened(english), "ar");
    const twice = takenOver(once, opened(english), "ar");
    expect(written(twice, "ar")).toEqual(written(once, "ar"));
  });
});

describe("a moment of the recording", () => {
  const began = Date.parse("2026-11-23T09:00:00Z");
  // A gap of a minute between two stretches: the player's time goes on, the room's clock jumps.
  const stretches = [
    { start: 0, duration: 4, at: began },
    { start: 4, duration: 4, at: began + 4_000 },
    { start: 8, duration: 4, at: began + 68_000 },
  ];

  test("is found by the room's clock, across a gap", () => {
    expect(instantAt(5.5, stretches)).toBe(began + 5_500);
    expect(instantAt(9, stretches)).toBe(began + 69_000);
    expect(timeOf(began + 69_000, stretches)).toBe(9);
    expect(timeOf(began + 30_000, stretches)).toBe(8); // in the gap: where the recording goes on
    expect(timeOf(began - 1, stretches)).toBe(0);
    expect(spanOf(stretches)).toEqual({ from: began, to: began + 72_000 });
    expect(timeOf(began, [])).toBeUndefined();
  });

  test("is in the last take begun before it", () => {
    const takes = [{ from: "2026-11-23T09:00:00Z" }, { from: "2026-11-23T10:00:00Z" }];
    expect(takeOf(Date.parse("2026-11-23T09:30:00Z"), takes)).toBe(takes[0]);
    expect(takeOf(Date.parse("2026-11-23T10:00:00Z"), takes)).toBe(takes[1]);
  });

  test("is read in the summit's zone, to a tenth of a second", () => {
    expect(clock(tenth(began + 3_349), "Europe/Zurich")).toBe("10:00:03.3");
    expect(clock(tenth(began + 3_350), "Asia/Shanghai")).toBe("17:00:03.4");
  });
});

describe("saving", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function saving(save: (text: string) => Promise<void>) {
    const states: Saved["at"][] = [];
    const shelf: { text?: string } = {};
    const autosave = new Autosave("", {
      save,
      shelve: (text) => ((shelf.text = text), true),
      unshelve: () => delete shelf.text,
      tell: ({ at }) => states.push(at),
    });
    return { autosave, states, shelf };
  }

  test("keeps every keystroke on the device, and sends the last", async () => {
    const sent: string[] = [];
    const { autosave, states, shelf } = saving((text) => (sent.push(text), Promise.resolve()));
    for (const text of ["a", "ab", "abc"]) {
      autosave.note(text);
      expect(shelf.text).toBe(text);
      await vi.advanceTimersByTimeAsync(pause / 2);
    }
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(pause);
    expect(sent).toEqual(["abc"]);
    expect(states.at(-1)).toBe("saved");
    expect(shelf.text).toBeUndefined();
  });

  test("tries again until the server has the text, and loses none of it", async () => {
    let up = false;
    const sent: string[] = [];
    const { autosave, states, shelf } = saving((text) => (up ? (sent.push(text), Promise.resolve()) : Promise.reject(own("no-connection"))));
    autosave.note("a");
    await vi.advanceTimersByTimeAsync(pause);
    expect([states.at(-1), shelf.text, autosave.safe]).toEqual(["failed", "a", true]);
    autosave.note("ab");
    await vi.advanceTimersByTimeAsync(pause);
    up = true;
    await vi.advanceTimersByTimeAsync(30_000);
    expect([states.at(-1), sent, shelf.text]).toEqual(["saved", ["ab"], undefined]);
  });

  test("sends what was written while it was sending", async () => {
    const sent: string[] = [];
    let answer = () => {};
    const { autosave, states } = saving((text) => (sent.push(text), new Promise((done) => (answer = done))));
    autosave.note("a");
    await vi.advanceTimersByTimeAsync(pause);
    autosave.note("ab");
    answer();
    await vi.advanceTimersByTimeAsync(0);
    expect(states.at(-1)).toBe("waiting");
    await vi.advanceTimersByTimeAsync(pause);
    answer();
    await vi.advanceTimersByTimeAsync(0);
    expect([sent, states.at(-1)]).toEqual([["a", "ab"], "saved"]);
  });

  test("goes out at once when it is asked to, and says whether the server has it", async () => {
    const { autosave } = saving(() => Promise.reject(own("no-connection")));
    expect(await autosave.flush()).toBe(true);
    autosave.note("a");
    expect(await autosave.flush()).toBe(false);
  });
});

/** A server that keeps drafts, and a shelf such as a browser's. */
function room(draft: Readout) {
  const server = { draft, saved: 0, faults: [] as Fault[] };
  const newsroom: Newsroom = {
    page: () => Promise.resolve<Page>({ draft: server.draft, faults: server.faults, published: null }),
    save: (_, next) => ((server.draft = next), server.saved++, Promise.resolve({ faults: server.faults })),
    publish: () => Promise.resolve({ done: false, refusal: own("no-answer"), faults: [{ where: "body/1", code: "not-open", says: "" }] }),
    take: () => Promise.resolve(""),
    picture: () => Promise.resolve(undefined),
    takes: () => Promise.resolve([]),
  };
  const kept = new Map<string, string>();
  const shelf = {
    getItem: (k: string) => kept.get(k) ?? null,
    setItem: (k: string, v: string) => void kept.set(k, v),
    removeItem: (k: string) => void kept.delete(k),
  };
  const edition = () => new Edition("en", newsroom, shelf, "k");
  return { server, kept, newsroom, edition };
}

describe("an edition", () => {
  test("goes on with what this device had not sent yet", async () => {
    const { server, kept, edition } = room(english);
    const first = edition();
    await first.open();
    first.document!.headline = "A and B met";
    first.note();
    first.close(); // the device dies before it was sent
    expect(kept.size).toBe(1);

    const second = edition();
    await second.open();
    expect(second.document?.headline).toBe("A and B met");
    expect(await second.flush()).toBe(true);
    expect(server.draft.headline).toBe("A and B met");
    expect(kept.size).toBe(0);
    second.close();
  });

  test("asks when the server's text has changed in the meantime, and keeps both until then", async () => {
    const { server, kept, edition } = room(english);
    const first = edition();
    await first.open();
    first.document!.headline = "Mine";
    first.note();
    first.close();
    server.draft = { ...english, headline: "Theirs" };

    const second = edition();
    await second.open();
    expect([second.document?.headline, second.found?.headline]).toEqual(["Theirs", "Mine"]);
    second.note();
    expect(kept.size).toBe(1);
    second.decide(true);
    await second.flush();
    expect(server.draft.headline).toBe("Mine");
    second.close();
  });

  test("puts back what was removed, and undoes what was taken over", async () => {
    const { edition } = room(english);
    const e = edition();
    await e.open();
    e.remove(1);
    expect(e.document?.parts).toHaveLength(3);
    e.putBack();
    expect((e.document?.parts[1] as QuotationPart).words).toBe(quotation.words);
    e.takeOver(opened({ ...empty("ar"), sources: [{ name: "B", address: "https://b.example.org" }] }), "ar");
    expect(e.document?.sources).toHaveLength(3);
    e.undoTakeOver();
    expect(e.document?.sources).toHaveLength(2);
  });

  test("saves before it publishes, and shows what the server refuses at its part", async () => {
    const { server, edition } = room(english);
    const e = edition();
    await e.open();
    e.document!.lead = "They have met.";
    e.note();
    const outcome = await e.publish("");
    expect([outcome.done, server.draft.lead]).toEqual([false, "They have met."]);
    expect([...e.faults.keys()]).toEqual([e.document!.parts[1]!.key]);
    e.close();
  });
});

test("the server's refusal to publish comes with its faults", async () => {
  const calls: [string, RequestInit][] = [];
  const answer = (body: unknown, status: number) => new Response(JSON.stringify(body), { status });
  const newsroom = new ServerNewsroom("s" as SummitId, "s.desk.c", (url, init) => {
    calls.push([String(url), init ?? {}]);
    return Promise.resolve(answer({ code: "not-ready", detail: "no", faults: [{ where: "lead", code: "empty", says: "" }] }, 422));
  });
  const outcome = await newsroom.publish("ar", "a name was misspelt");
  expect(outcome).toMatchObject({ done: false, refusal: { code: "not-ready" }, faults: [{ where: "lead" }] });
  expect(calls[0]?.[0]).toBe("/api/summits/s/readouts/ar/publish");
  expect(calls[0]?.[1]).toMatchObject({ method: "POST", body: '{"reason":"a name was misspelt"}', headers: { Authorization: "Liqa s.desk.c" } });
});
