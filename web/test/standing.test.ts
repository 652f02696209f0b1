import { describe, expect, test } from "vitest";
import { authorization, harmless, kept, parseLink, redeem, standingFor, type Shelf } from "../src/protocol/standing";
import { Refusal } from "../src/protocol/problem";

class Drawer implements Shelf {
  readonly #things = new Map<string, string>();
  getItem = (key: string) => this.#things.get(key) ?? null;
  setItem = (key: string, value: string) => void this.#things.set(key, value);
  removeItem = (key: string) => void this.#things.delete(key);
}

const secret = "abcdefghijklmnopqrstuvwx23";
const link = parseLink(`#kq3xv7t2m5rwzd4h.a-principal.${secret}`)!;

const answers = (status: number, body: object) =>
  (() => Promise.resolve(new Response(JSON.stringify(body), { status }))) as unknown as typeof fetch;

describe("a link", () => {
  test("is read with its secret, and without it once redeemed", () => {
    expect(link).toEqual({ summit: "kq3xv7t2m5rwzd4h", seat: "a-principal", secret });
    expect(parseLink(harmless(link))).toEqual({ summit: "kq3xv7t2m5rwzd4h", seat: "a-principal" });
  });

  test.each(["", "#", "#only", "#a.b.c", "#A.b", "#a.b.<script>", `#a.b.${secret}.more`])("is not read out of %j", (text) => {
    expect(parseLink(text)).toBeUndefined();
  });
});

describe("a standing", () => {
  test("is made new for a link that was never opened here, and kept once redeemed", async () => {
    const shelf = new Drawer();
    const fresh = (await standingFor(shelf, link))!;
    expect(fresh.redeemed).toBe(false);
    expect(fresh.credential).toMatch(/^[0-9a-f]{64}$/);
    const redeemed = await redeem(shelf, fresh, secret, answers(200, { role: "principal" }));
    expect(redeemed).toMatchObject({ redeemed: true, role: "principal" });
    expect(await standingFor(shelf, parseLink(harmless(link))!)).toEqual(redeemed);
    expect(authorization(redeemed)).toBe(`kq3xv7t2m5rwzd4h.a-principal.${fresh.credential}`);
  });

  test("keeps its credential when the answer is lost, so that asking again succeeds", async () => {
    const shelf = new Drawer();
    const first = (await standingFor(shelf, link))!;
    await redeem(shelf, first, secret, () => Promise.reject(new TypeError("network"))).catch(() => undefined);
    expect((await standingFor(shelf, link))!.credential).toBe(first.credential);
  });

  test("is made anew for a reissued link", async () => {
    const shelf = new Drawer();
    const old = await redeem(shelf, (await standingFor(shelf, link))!, secret, answers(200, {}));
    const reissued = (await standingFor(shelf, { ...link, secret: "z".repeat(26) }))!;
    expect(reissued.credential).not.toBe(old.credential);
    expect(reissued.redeemed).toBe(false);
  });

  test("is nothing on a device that never had the seat", async () => {
    expect(await standingFor(new Drawer(), parseLink(harmless(link))!)).toBeUndefined();
  });

  test("keeps no secret of the link", async () => {
    const shelf = new Drawer();
    await redeem(shelf, (await standingFor(shelf, link))!, secret, answers(200, {}));
    expect(JSON.stringify(kept(shelf, link))).not.toContain(secret);
  });

  test("says why it was refused", async () => {
    const shelf = new Drawer();
    const fresh = (await standingFor(shelf, link))!;
    const why = await redeem(shelf, fresh, secret, answers(409, { code: "link-used", detail: "…" })).catch((e: unknown) => e);
    expect(why).toBeInstanceOf(Refusal);
    expect(why).toMatchObject({ code: "link-used" });
  });
});
