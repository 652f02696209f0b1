import { describe, expect, test } from "vitest";
import { view } from "../src/fixtures/scenes";
import type { Instant } from "../src/protocol/view.gen";
import { conferring, inOrder, screenSeen, times, word } from "../src/state/apart";

const at = { elapsed: 1412, item: 2, coverage: "closed" } as const;

describe("beside the table", () => {
  test("who confers is told, and not the person themselves", () => {
    const seen = view({ ...at, me: "a-adviser", huddle: ["a-minister", "a-adviser"] });
    expect(conferring(seen).map((s) => s.id)).toEqual(["a-minister"]);
  });

  test("a private word is told from the side one is on", () => {
    const called = view({ ...at, me: "a-principal", word: { from: "technician", answered: false } });
    expect(word(called)).toMatchObject({ state: "calls", with: { en: "Wei Zhang" } });
    expect(word({ ...called, me: { ...called.me, seat: "technician" as typeof called.me.seat } })).toMatchObject({
      state: "waiting",
      with: { en: "Helena Brandt" },
    });
    const answered = view({ ...at, me: "a-principal", word: { from: "technician", answered: true } });
    expect(word(answered)?.state).toBe("between");
    expect(word(view({ ...at, me: "a-principal" }))).toBeUndefined();
  });

  test("nobody is shown their own screen", () => {
    expect(screenSeen(view({ ...at, me: "a-adviser", screen: "b-minister" }))?.seat).toBe("b-minister");
    expect(screenSeen(view({ ...at, me: "b-minister", screen: "b-minister" }))).toBeUndefined();
  });

  test("a delegation's clock runs while it has the floor, and the other stands", () => {
    const seen = view({ ...at, me: "a-adviser", floor: "b-principal" });
    const now = Date.parse(seen.now);
    const [a, b] = times(seen, now);
    expect([a!.running, b!.running]).toEqual([false, true]);
    expect(b!.item).toBe(seen.speaking[1]!.itemSeconds + 95);
    const [later, still] = [times(seen, now + 10_000)[1]!, times(seen, now + 10_000)[0]!];
    expect(later.whole - b!.whole).toBe(10);
    expect(still.whole).toBe(a!.whole);
  });

  test("documents of the item in session come first", () => {
    const { documents } = view({ ...at, me: "a-adviser" });
    expect(inOrder(documents, "opening").map((d) => d.item)).toEqual(["opening", undefined]);
    const newer = { ...documents[1]!, at: "2030-01-01T00:00:00Z" as Instant, id: "9" };
    expect(inOrder([...documents, newer], undefined).map((d) => d.id[0])).toEqual(["9", "2", "1"]);
  });
});
