import { describe, expect, test } from "vitest";
import type { SlotSize } from "../src/protocol/live";
import { nextSizes, type Sizes } from "../src/state/sizes";

/** What is told over time, of sizes measured at instants. */
function timeline(...measured: readonly (readonly [now: number, sizes: Record<string, SlotSize>])[]): (Sizes | undefined)[] {
  let told: Sizes = {};
  let smaller: number | undefined;
  return measured.map(([now, sizes]) => {
    const next = nextSizes(told, sizes, smaller, now);
    smaller = next.smaller;
    if (next.tell) told = next.tell;
    return next.tell;
  });
}

describe("the sizes of pictures", () => {
  test("are told in steps of 16 pixels, upwards, and 0 for what is not shown", () => {
    expect(timeline([0, { "picture-1": [633.5, 356.2], "picture-2": [0, 0] }])).toEqual([{ "picture-1": [640, 368], "picture-2": [0, 0] }]);
  });

  test("are not told again while they are the same", () => {
    expect(timeline([0, { "picture-1": [640, 360] }], [100, { "picture-1": [639, 361] }])[1]).toBeUndefined();
  });

  test("are told at once when one has grown", () => {
    const told = timeline([0, { "picture-1": [0, 0] }], [100, { "picture-1": [640, 368] }]);
    expect(told[1]).toEqual({ "picture-1": [640, 368] });
  });

  test("are told a second later when one has shrunk, if it stays so", () => {
    const told = timeline(
      [0, { "picture-1": [640, 368] }],
      [100, { "picture-1": [160, 96] }],
      [600, { "picture-1": [640, 368] }],
      [700, { "picture-1": [160, 96] }],
      [1_200, { "picture-1": [160, 96] }],
      [1_700, { "picture-1": [160, 96] }],
    );
    expect(told.slice(1)).toEqual([undefined, undefined, undefined, undefined, { "picture-1": [160, 96] }]);
  });

  test("never exceed what the server knows", () => {
    expect(timeline([0, { "picture-1": [20_000, 9_000] }])).toEqual([{ "picture-1": [8192, 8192] }]);
  });
});
