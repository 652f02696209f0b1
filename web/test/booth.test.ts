import { describe, expect, test } from "vitest";
import { scenes, view, type Scene } from "../src/fixtures/scenes";
import type { BoothId, Channel, DelegationId, SeatId, SlotName, View } from "../src/protocol/view.gen";
import { asksBooth, boothChats, callAct, callOf, fromBooth, newest, rings, staffChat, turn } from "../src/state/booth";
import { banner } from "../src/state/banner";
import { interpreterConsole, warnings } from "../src/state/console";
import { open } from "../src/state/microphone";
import { beside, speaksApart } from "../src/state/mix";

const scene = (name: string, change: Partial<Scene> = {}): View => view({ ...scenes[name]!, ...change });

describe("turns", () => {
  const booth = scene("interpreter").booths[0]!;
  const since = Date.parse(booth.shift!.since!);
  const after = (minutes: number) => turn(booth, since + minutes * 60_000);

  test("count whole minutes, and say who is next and when", () => {
    expect(after(4.9).at).toEqual({ seat: "ru-1", minutes: 4 });
    expect(after(21).next).toEqual({ seat: "ru-2", minutes: 4 });
    expect(after(24.2).next?.minutes).toBe(1);
    expect(after(40).next?.minutes).toBe(0);
  });

  test("are due when the reminder is, and not while nobody works", () => {
    expect([24.9, 25, 60].map((m) => after(m).due)).toEqual([false, true, true]);
    const { onAir: _onAir, ...off } = booth;
    expect(turn({ ...off, shift: { next: "ru-2" as SeatId } }, since)).toEqual({ at: undefined, next: { seat: "ru-2", minutes: undefined }, due: false });
  });
});

describe("calls", () => {
  test("ring at the other side until they are answered", () => {
    const staff = scene("technician-called");
    const call = callOf(staff.calls, "en-ru" as BoothId, "technician")!;
    expect([rings(call), callAct(call), fromBooth(staff, call), staffChat(staff)]).toEqual([true, "answer-call", true, "technician"]);
    const booth = scene("interpreter-asked-to-whisper");
    expect([rings(booth.calls[0]!), fromBooth(booth, booth.calls[0]!)]).toEqual([true, false]);
    const seen = scene("interpreter-turn").calls[0]!;
    expect([rings(seen), callAct(seen), callAct(undefined)]).toEqual([false, "clear-call", "call"]);
  });

  test("open the chat of the newest", () => {
    const call = scene("interpreter-turn").calls[0]!;
    const later = { ...call, with: "officer" as const, at: scene("ended").now };
    expect(newest([call, later])?.with).toBe("officer");
    expect(newest([])).toBeUndefined();
    expect(boothChats(scene("interpreter").chats)).toEqual(["booth", "technician", "officer"]);
  });
});

describe("whispering", () => {
  test("is asked of the booth until somebody has gone or declined", () => {
    expect(asksBooth(scene("interpreter-asked-to-whisper"))).toHaveLength(1);
    expect(asksBooth(scene("interpreter-asked-to-whisper", { whisper: { declined: true } }))).toHaveLength(0);
    expect(asksBooth(scene("interpreter-turn"))).toHaveLength(0);
    expect(asksBooth(scene("delegate-whispered"))).toHaveLength(0);
  });

  test("opens the microphone for the huddle and has a lamp of its own, whatever the booth does", () => {
    const v = scene("interpreter-whispers");
    const muted = { ...v, me: { ...v.me, muted: true } };
    expect([v, muted].map((x) => interpreterConsole(x, undefined).lamp)).toEqual(["whispers", "whispers-off"]);
    expect([v, muted].map((x) => open(x, false))).toEqual([true, false]);
    expect(speaksApart(v)).toBe(true);
  });

  test("is heard over the huddle's original, as loud as the listener has chosen", () => {
    const whispered = [{ slot: "partner" as SlotName, eligible: [{ kind: "microphone" as const, seat: "ru-2" as SeatId }] }];
    const member = scene("delegate-whispered");
    expect(beside({ ...member, slots: whispered }, 0.2, 1, 1)).toEqual({ private: 0.2, partner: 1 });
    expect(beside({ ...member, slots: [] }, 0.2, 1, 1)).toEqual({ private: 1, partner: 1 });
    // Whoever works in the booth hears the partner as the balance says, and a private word in full.
    expect(beside({ ...scene("interpreter"), slots: whispered }, 0.2, 0.7, 0.5)).toEqual({ private: 1, partner: 0.5 });
    expect(beside(scene("interpreter-whispers"), 0.2, 0.7, 0.5)).toEqual({ private: 0.7, partner: 0.7 });
    const here: DelegationId | undefined = scene("interpreter-whispers").me.whispers;
    expect(here).toBe("a");
  });
});

test("a pivot that only coughs is no news, one that falls silent is", () => {
  const v = scene("interpreter-bidirectional");
  const silent: Channel[] = v.channels.map((x) => (x.language === "ar" ? { ...x, carries: "silence" } : x));
  const pivot = (cough: boolean, stalled: boolean) => ({ ...v.booths[0]!, id: "ar" as BoothId, onAir: "x" as SeatId, into: "ar", cough, stalled });
  const told = (cough: boolean, stalled: boolean) => {
    const now = { ...v, channels: silent, booths: [...v.booths, pivot(cough, stalled)] };
    return warnings(now, interpreterConsole(now, undefined), 0).includes("pivot-silent");
  };
  expect([told(true, false), told(true, true), told(false, false)]).toEqual([false, true, true]);
});

test("who is brought back to the table with the microphone off is told why", () => {
  const v = scene("principal-muted");
  const said = (me: Partial<View["me"]>) =>
    banner({ link: { at: "live" }, sending: "up", receiving: "up", speaking: false, reduced: false, device: "ok", soundHeld: false, view: { ...v, me: { ...v.me, ...me } } })?.code;
  expect([said({ mutedOnReturn: true }), said({ mutedByOfficer: true }), said({})]).toEqual(["muted-on-return", "muted-by-officer", undefined]);
});
