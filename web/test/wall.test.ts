import { describe, expect, test } from "vitest";
import { view } from "../src/fixtures/scenes";
import { watched } from "../src/fixtures/wall";
import type { Alarm } from "../src/protocol/wall";
import { follow, news, pieces, poor, span } from "../src/state/wall";
import { lasting, level, rate, size } from "../src/state/units";

const scene = view({ me: "technician", elapsed: 412, item: 1, coverage: "open" });

describe("the lines of the wall", () => {
  const first = watched(scene, "well");
  const { history: _, ...next } = { ...first.wall, tick: first.wall.tick + 1 };

  test("begin with the server's history and go on by themselves", () => {
    const after = follow(first, next);
    const before = first.lines["a-principal"]!["outRate"]!;
    expect(after.lines["a-principal"]!["outRate"]!.length).toBe(span);
    expect(after.lines["a-principal"]!["outRate"]!.slice(0, -1)).toEqual(before.slice(1));
    expect(after.lines["a-principal"]!["outRate"]!.at(-1)).toBe(first.wall.seats.find((r) => r.seat === "a-principal")!.out!.rate);
  });

  test("go on for channels, with nothing for what is not known", () => {
    const [known, unknown] = first.wall.channels;
    const after = follow(first, { ...next, channels: [{ ...known!, behind: 144 }, { ...unknown!, behind: -1 }] });
    expect([after.channels[known!.language]!.at(-1), after.channels[unknown!.language]!.at(-1)]).toEqual([144, null]);
  });

  test("have a gap where seconds were missed", () => {
    const late = follow(first, { ...next, tick: first.wall.tick + 4 }).server["cpu"]!;
    expect(late.slice(-4)).toEqual([null, null, null, first.wall.server.cpu]);
  });

  test("are drawn in pieces, on the right side of the box", () => {
    const [a, b] = pieces([1, 2, null, 3], 0, 4);
    expect([a?.split(" ").length, b?.split(" ").length]).toEqual([2, 2]);
    expect(Number(b!.split(",")[0])).toBeGreaterThan(99);
    expect(pieces([], 0, 1)).toEqual([]);
  });
});

test("an alarm is news once, whatever its figure does", () => {
  const a: Alarm = { code: "disk-low", since: scene.now, figure: 4 };
  expect(news([], [a])).toEqual({ began: [a], ended: [] });
  expect(news([a], [{ ...a, figure: 3 }])).toEqual({ began: [], ended: [] });
  expect(news([a], [])).toEqual({ began: [], ended: [a] });
});

test("a link is poor before it is an alarm", () => {
  const link = watched(scene, "well").wall.seats.find((r) => r.out)!.out!;
  expect([0, 3, 8].map((lost) => poor({ ...link, lost, delay: 20 }))).toEqual(["fine", "poor", "bad"]);
});

test("measures are in the reader's language", () => {
  expect([rate("en", 640), rate("en", 1840), rate("ru", 1840).replace(/\s/u, " ")]).toEqual(["640 kb/s", "1.8 Mb/s", "1,8 Мбит/c"]);
  expect([lasting("en", 45), lasting("en", 600), size("en", 4.12e11), level("en", -31.4)]).toEqual(["45 sec", "10 min", "412 GB", "−31 dB"]);
});
