import { describe, expect, test } from "vitest";
import { leastPatience, mostPatience, Silence } from "../src/state/silence";

/** Looks every 250 ms at a connection on which something comes every so often. */
function steadily(every: number, from = 0, until = 10_000): Silence {
  const s = new Silence(from);
  for (let now = from; now <= until; now += 250) s.look(Math.floor(now / every), now);
  return s;
}

describe("silence", () => {
  test("is doubted soonest where packets came all the time", () => {
    expect(steadily(20).patience).toBe(leastPatience);
  });

  test("is doubted after some two seconds where something came every second", () => {
    const { patience } = steadily(1_000);
    expect(patience).toBeGreaterThanOrEqual(1_700);
    expect(patience).toBeLessThanOrEqual(2_400);
  });

  test("is given as long as the path's own checks need where nothing else comes", () => {
    expect(steadily(2_500).patience).toBe(mostPatience);
    expect(new Silence(0).patience).toBe(mostPatience);
  });

  test("lasts from the last arrival on", () => {
    const s = steadily(20);
    expect(s.look(501, 10_250)).toBe("heard");
    expect(s.look(501, 10_500)).toBe("nothing");
    expect(s.lasts(11_000)).toBe(750);
    expect(s.tooLong(10_250 + leastPatience)).toBe(false);
    expect(s.tooLong(10_251 + leastPatience)).toBe(true);
  });

  test("forgets how it was in between", () => {
    const s = steadily(1_000);
    for (let now = 10_250; now < 18_000; now += 250) s.look(now, now);
    expect(s.patience).toBe(leastPatience);
  });

  test("that was an interruption teaches nothing about what follows", () => {
    const s = steadily(20);
    s.look(500, 12_500);
    s.look(501, 15_000);
    for (let now = 15_250; now <= 16_000; now += 250) s.look(now, now);
    expect(s.patience).toBe(leastPatience);
  });

  test("is learnt where a steady connection has become a quiet one", () => {
    const s = steadily(20);
    for (let now = 10_250; now <= 20_000; now += 250) s.look(500 + Math.floor((now - 10_000) / 2_500), now);
    expect(s.patience).toBe(mostPatience);
  });

  test("is no silence when nobody could look", () => {
    const s = steadily(20);
    expect(s.look(500, 40_000)).toBe("slept");
    expect(s.tooLong(40_000)).toBe(false);
    // A device that has just woken up is not in a hurry to doubt.
    expect(s.patience).toBe(mostPatience);
  });
});
