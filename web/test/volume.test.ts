import { beforeEach, describe, expect, test, vi } from "vitest";
import { Volume } from "../src/media/volume";
import { hushTime, rampTime } from "../src/state/mix";

/** A chain that can be shut, and the gains that have been put into it. */
function chain(open: boolean) {
  const params: { value: number; log: string[] }[] = [];
  let voice = () => {};
  const self = {
    open,
    params,
    taken: 0,
    turn(to: boolean) {
      self.open = to;
      voice();
    },
    join: (v: () => void) => ((voice = v), () => true),
    put: (_: MediaStreamTrack, gain: number) => {
      if (!self.open) return undefined;
      const param = {
        value: gain,
        log: [] as string[],
        cancelScheduledValues: () => param,
        setValueAtTime: (to: number, at: number) => (param.log.push(`${to.toFixed(2)} at ${at.toFixed(2)}`), param),
        linearRampToValueAtTime: (to: number, at: number) => (param.log.push(`to ${to.toFixed(2)} by ${at.toFixed(2)}`), param),
      };
      params.push(param);
      return { gain: param as unknown as AudioParam, now: 5, take: () => void self.taken++ };
    },
  };
  return self;
}

const track = {} as MediaStreamTrack;
const element = () => ({ volume: 1, muted: false });

beforeEach(() => {
  vi.useFakeTimers();
});

describe("a sound", () => {
  test("goes through the chain, with its element muted, from the loudness it has at once", () => {
    const c = chain(true);
    const e = element();
    new Volume(e, 0.2, undefined, c).of(track);
    expect([e.muted, c.params.at(-1)!.value]).toEqual([true, 0.2]);
  });

  test("goes at once when it is told so, and comes back by the usual ramp", () => {
    const c = chain(true);
    const v = new Volume(element(), 1, undefined, c);
    v.of(track);
    const { log } = c.params.at(-1)!;
    log.length = 0;
    v.to(0, hushTime);
    vi.advanceTimersByTime(hushTime);
    v.to(1);
    expect(log).toEqual(["1.00 at 5.00", "to 0.00 by 5.01", "0.00 at 5.00", `to 1.00 by ${(5 + rampTime / 1000).toFixed(2)}`]);
  });

  test("is moved by one ramp on the chain's own clock, in a page nobody looks at too", () => {
    const c = chain(true);
    const v = new Volume(element(), 1, undefined, c);
    v.of(track);
    const { log } = c.params.at(-1)!;
    log.length = 0;
    v.to(0.2);
    expect(log).toEqual(["1.00 at 5.00", `to 0.20 by ${(5 + rampTime / 1000).toFixed(2)}`]);
    vi.advanceTimersByTime(rampTime / 2);
    v.to(1);
    expect(log.slice(2)).toEqual(["0.60 at 5.00", `to 1.00 by ${(5 + rampTime / 1000).toFixed(2)}`]);
    log.length = 0;
    v.to(1); // the same wish again
    expect(log).toEqual([]);
  });

  test("is played by its element, by the same ramp, where there is no chain", () => {
    const e = element();
    const v = new Volume(e, 1, undefined, chain(false));
    v.of(track);
    v.to(0.2);
    vi.advanceTimersByTime(rampTime / 2);
    expect([e.muted, Math.round(e.volume * 10)]).toEqual([false, 6]);
    vi.advanceTimersByTime(rampTime);
    expect(e.volume).toBe(0.2);
    v.to(1.6);
    vi.advanceTimersByTime(rampTime + 40);
    expect(e.volume).toBe(1); // an element goes no higher
  });

  test("changes over when the chain opens or falls silent, as loud as it was, and starts its element again", () => {
    const c = chain(false);
    const e = element();
    const again = vi.fn();
    const v = new Volume(e, 0.2, again, c);
    v.of(track);
    c.turn(true);
    expect([e.muted, c.params.at(-1)!.value]).toEqual([true, 0.2]);
    c.turn(false);
    expect([e.muted, e.volume, c.taken]).toEqual([false, 0.2, 1]);
    expect(again).toHaveBeenCalledOnce();
    v.stop();
  });

  test("is taken out of the chain when it ends, and an element without sound is never muted", () => {
    const c = chain(true);
    const e = element();
    const v = new Volume(e, 1, undefined, c);
    expect(e.muted).toBe(false);
    v.of(track);
    v.stop();
    expect(c.taken).toBe(1);
  });
});
