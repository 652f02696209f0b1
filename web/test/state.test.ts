import { describe, expect, test } from "vitest";
import { scenes, view, type Scene } from "../src/fixtures/scenes";
import type { LinkState } from "../src/protocol/live";
import { askForLostSound, pictureCodecs } from "../src/protocol/sdp";
import { isPicture } from "../src/protocol/whep";
import { roomSlots, pressSlots, type Instant, type View } from "../src/protocol/view.gen";
import { clockText, sample, serverNow } from "../src/state/clock";
import { interpreterConsole, microphoneOpen } from "../src/state/console";
import { coverageBanner, widens } from "../src/state/coverage";
import { button, MicrophoneKey, needsNow, open } from "../src/state/microphone";
import { place } from "../src/state/place";
import { attendance, lists, sides } from "../src/state/roster";
import { lines } from "../src/state/show";
import { facing, tiles } from "../src/state/tiles";

const scene = (name: string, change: Partial<Scene> = {}): View => view({ ...scenes[name]!, ...change });
const live: LinkState = { at: "live" };

describe("the server's clock", () => {
  const at = (ms: number) => new Date(ms).toISOString() as Instant;

  test("is taken from the message that came soonest", () => {
    let offset = sample(undefined, at(100_000), 50_200); // 200 ms on the way
    offset = sample(offset, at(102_000), 52_050); // 50 ms
    offset = sample(offset, at(104_000), 54_900); // 900 ms: late, and not believed
    expect(Math.abs(serverNow(offset, 60_000) - 110_000)).toBeLessThan(60);
  });

  test("follows a server whose clock was set", () => {
    const offset = sample(sample(undefined, at(100_000), 50_000), at(40_000), 51_000);
    expect(serverNow(offset, 51_000)).toBe(40_000);
  });

  test.each([
    [0, "0:00"],
    [187, "3:07"],
    [3723, "1:02:03"],
    [-12, "−0:12"],
  ])("writes %d seconds as %s", (seconds, text) => expect(clockText(seconds)).toBe(text));
});

describe("the run of show", () => {
  test("runs the clock of the item in session, and expects the next ones after it", () => {
    const v = scene("officer-open");
    const now = Date.parse(v.now);
    const [first, second, third] = lines(v, now);
    expect(first).toMatchObject({ lasted: 412, left: 15 * 60 - 412 });
    expect(second?.expected).toBe(now + (15 * 60 - 412) * 1000);
    expect(third?.expected).toBe(second!.expected! + 45 * 60_000);
  });

  test("says by how much an item is over, and moves the next to now", () => {
    const v = scene("officer-open");
    const now = Date.parse(v.items[0]!.started!) + 16 * 60_000;
    const [first, second] = lines(v, now);
    expect(first).toMatchObject({ left: -60, part: 1 });
    expect(second?.expected).toBe(now);
  });

  test("expects the first item at the scheduled hour while that is ahead", () => {
    const v = scene("green-room");
    expect(lines(v, Date.parse(v.now))[0]?.expected).toBe(Date.parse(v.summit.scheduled));
  });
});

describe("the coverage banner", () => {
  const kind = (v: View) => coverageBanner(v.room, v.press, v.alarms).proof.kind;

  test("says clear only when closed and measured to be clear", () => {
    expect(kind(scene("officer-closed"))).toBe("clear");
    expect(kind(scene("officer-closed", { receiving: 2 }))).toBe("clearing");
    expect(kind(scene("officer-not-clear"))).toBe("not-clear");
    expect(kind(scene("officer-open"))).toBe("receiving");
  });

  test("never says clear without a measurement", () => {
    expect(coverageBanner(scene("officer-closed").room).proof.kind).toBe("clearing");
  });

  test("does not take a public that still receives in a pool item for right", () => {
    const v = scene("officer-pool");
    expect(coverageBanner(v.room, { ...v.press!, publicReceiving: 1 }).proof.kind).toBe("clearing");
  });

  test("asks before widening and never before narrowing", () => {
    const all = ["closed", "pool", "open"] as const;
    const asked = all.flatMap((from) => all.filter((to) => widens(from, to)).map((to) => `${from} ${to}`));
    expect(asked).toEqual(["closed pool", "closed open", "pool open"]);
  });
});

describe("pictures", () => {
  test("a pair is one tile, in the order of the slots", () => {
    const all = tiles(scene("delegate"));
    expect(all.map((t) => [t.picture, t.sound])).toEqual([
      ["picture-1", "original-1"],
      ["picture-2", "original-2"],
      ["picture-3", "original-3"],
      ["picture-4", undefined],
      ["picture-5", undefined],
      ["picture-6", undefined],
    ]);
    expect(all[0]).toMatchObject({ slate: "none", seat: { id: "b-principal" } });
  });

  test("a slot from which the picture was taken shows a slate at once", () => {
    const v = scene("principal-recess");
    expect(facing(v)).toMatchObject({ seat: { id: "b-principal" }, slate: "no-picture" });
  });

  test("a picture that this browser cannot show is said to be that", () => {
    const v = scene("delegate");
    const slots = v.slots.map(({ carries, ...s }) => (s.slot === "picture-1" ? { ...s, reduced: "codec" } : { ...s, ...(carries ? { carries } : {}) }));
    expect(tiles({ ...v, slots })[0]).toMatchObject({ seat: { id: "b-principal" }, slate: "no-codec" });
  });

  test("who has gone is said to be away, not to have no picture", () => {
    const v = scene("delegate", { others: { "b-principal": { presence: "away" } } });
    expect(tiles(v)[0]).toMatchObject({ slate: "not-here" });
  });

  test("at the least no slot says who speaks, and their names stand there all the same", () => {
    const { me, slots, ...v } = scene("delegate");
    const alone: View["slots"] = slots.map(({ slot }) => ({ slot, eligible: slot === "channel" ? [{ kind: "channel", language: "en" }] : [] }));
    const named = (change: Partial<View["me"]>, seats = v.seats) =>
      tiles({ slots: alone, seats, me: { ...me, pictures: "least", ...change } }).flatMap((t) => (t.seat ? [`${t.seat.id} ${t.slate}`] : []));
    const floor = (id: string) => v.seats.map((s) => ({ ...s, hasFloor: s.id === id, inRoom: true }));
    expect(named({})).toEqual(["b-principal no-picture", "a-principal no-picture"]);
    expect(named({}, floor("b-minister"))).toEqual(["b-minister no-picture", "a-principal no-picture"]);
    expect(named({}, floor("a-minister"))).toEqual(["b-principal no-picture", "a-minister no-picture"]);
    expect(named({}, floor(me.seat))).toEqual(["b-principal no-picture", "a-principal no-picture"]);
    expect(named({ pictures: "none" })).toEqual([]);
    expect(named({ role: "interpreter" })).toEqual([]);
  });

  test("the sections offered are the server's, sound and picture in place", () => {
    expect(roomSlots.filter(isPicture)).toEqual(["picture-1", "picture-2", "picture-3", "picture-4", "picture-5", "picture-6", "screen", "sign"]);
    expect(pressSlots.map((s) => (isPicture(s) ? "video" : "audio"))).toEqual(["audio", "video", "audio", "video", "audio", "video"]);
  });

  test("H.264 is offered first, then VP9, and nothing that the record cannot hold", () => {
    const all = [
      { mimeType: "video/VP8" },
      { mimeType: "video/rtx" },
      { mimeType: "video/VP9", sdpFmtpLine: "profile-id=0" },
      { mimeType: "video/VP9", sdpFmtpLine: "profile-id=2" },
      { mimeType: "video/AV1" },
      { mimeType: "video/H264", sdpFmtpLine: "packetization-mode=0;profile-level-id=42e01f" },
      { mimeType: "video/H264", sdpFmtpLine: "packetization-mode=1;profile-level-id=640c1f" },
      { mimeType: "video/H264", sdpFmtpLine: "packetization-mode=1;profile-level-id=42e01f" },
      { mimeType: "video/ulpfec" },
    ];
    expect(pictureCodecs(all).map((c) => `${c.mimeType} ${c.sdpFmtpLine ?? ""}`.trim())).toEqual([
      "video/H264 packetization-mode=1;profile-level-id=42e01f",
      "video/H264 packetization-mode=1;profile-level-id=640c1f",
      "video/VP9 profile-id=0",
      "video/rtx",
    ]);
  });
});

test("an offer asks for lost sound to be sent again", () => {
  const sdp = "m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\na=rtpmap:63 red/48000/2\r\n";
  const asked = askForLostSound(sdp);
  expect(asked).toContain("a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 nack\r\na=rtcp-fb:111 transport-cc\r\n");
  expect(askForLostSound(asked)).toBe(asked);
});

describe("the lists of people", () => {
  test("who lost the connection is still listed as present", () => {
    const l = lists(scene("officer-open").seats);
    expect(l.waiting.map((s) => s.id)).toEqual(["b-minister", "press-2", "press-3"]);
    expect(l.present.map((s) => s.id)).toContain("a-adviser");
    expect(l.expected.map((s) => s.id)).toEqual(["a-notes"]);
  });

  test("the sides stand as at the table, then staff, then press", () => {
    expect(sides(scene("officer-open")).map((s) => s.delegation?.id ?? s.kind)).toEqual(["a", "b", "staff", "press"]);
  });

  test("attendance counts the delegations only", () => {
    expect(attendance(scene("officer-open").seats)).toEqual({ here: 3, of: 6 });
  });
});

describe("the microphone", () => {
  test("is open in a huddle and a private word, whoever has the floor", () => {
    const quiet = view({ me: "a-adviser", elapsed: 1412, item: 2, coverage: "closed" });
    expect(open(quiet, false)).toBe(false);
    expect(open(view({ me: "a-adviser", elapsed: 1412, item: 2, coverage: "closed", recess: true, huddle: ["a-adviser"] }), false)).toBe(true);
    const word = (answered: boolean) => view({ me: "a-adviser", elapsed: 1412, item: 2, coverage: "closed", word: { from: "technician", answered } });
    expect([open(word(false), false), open(word(true), false)]).toEqual([false, true]);
    expect(open({ ...word(false), me: { ...quiet.me, seat: "technician" as typeof quiet.me.seat } }, false)).toBe(true);
  });

  test("is open in the room, and in the green room, where it goes nowhere", () => {
    expect(open(scene("principal"), false)).toBe(true);
    expect(open(scene("green-room"), false)).toBe(true);
  });

  test("of a technician is opened for a private word, and by being called only when answered", () => {
    const desk = scene("technician");
    const me = { ...desk.me, sends: ["microphone" as const] };
    const word = (seat: string, with_: string, answered: boolean) =>
      needsNow({ me, privateWords: [{ seat: seat as typeof me.seat, with: with_ as typeof me.seat, answered, since: desk.now }] }).microphone;
    expect(needsNow({ me, privateWords: [] }).microphone).toBe(false);
    expect(word("technician", "a-principal", false)).toBe(true);
    expect([word("officer", "technician", false), word("officer", "technician", true)]).toEqual([false, true]);
    expect(word("officer", "a-principal", true)).toBe(false);
  });

  test("closes at the press, before the server has been told", () => {
    expect(open(scene("principal"), true)).toBe(false);
  });

  test("sends nothing while it does not reach the room", () => {
    expect(open(scene("principal-recess"), false)).toBe(false);
    expect(open(scene("delegate"), false)).toBe(false);
    expect(open(scene("delegate", { floor: "a-adviser" }), false)).toBe(true);
    expect(open(scene("principal-muted"), false)).toBe(false);
  });

  test("of an interpreter is open on air only, and not during a cough", () => {
    const v = scene("interpreter");
    expect(open(v, false)).toBe(true);
    expect(open(scene("interpreter-off"), false)).toBe(false);
    // Who has just pressed the key speaks at once; a delegate's press opens nothing.
    expect(open(scene("interpreter-off"), false, true)).toBe(true);
    expect(open(scene("delegate"), false, true)).toBe(false);
    expect(open({ ...v, booths: [{ ...v.booths[0]!, cough: true }] }, false)).toBe(false);
  });

  test("of an interpreter opens at the press of the key, and closes when that is refused", async () => {
    const stood: boolean[] = [];
    const key = new MicrophoneKey(() => stood.push(key.pressed), () => expect.unreachable());
    key.seen(scene("interpreter-off"));
    await key.during("cough", () => Promise.resolve());
    expect(stood).toEqual([]);
    await expect(key.during("go-on-air", () => Promise.reject(new Error("booth-busy")))).rejects.toThrow("booth-busy");
    expect(stood).toEqual([true, false]);
    await key.during("accept-handover", () => Promise.resolve());
    expect(key.pressed).toBe(true);
    key.seen(scene("interpreter"));
    expect(key.pressed).toBe(false);
  });

  test("of an interpreter who is on air when the page begins is not opened, but put off air", () => {
    let off = 0;
    const key = new MicrophoneKey(() => undefined, () => off++);
    key.seen(scene("interpreter"));
    key.seen(scene("interpreter"));
    expect([off, key.stale]).toEqual([1, true]);
    key.seen(scene("interpreter-off"));
    key.seen(scene("interpreter"));
    expect([off, key.stale]).toEqual([1, false]);
  });

  test("button says who switched it off", () => {
    const v = scene("principal-muted");
    expect(button(v, true)).toBe("off");
    expect(button({ me: { ...v.me, mutedByOfficer: true } }, true)).toBe("off-by-officer");
    expect(button(v, false)).toBe("none");
  });
});

describe("the console", () => {
  test("shows where the booth speaks, and keeps the choice while off air", () => {
    const off = scene("interpreter-off");
    expect(interpreterConsole(off, { language: "ru", floor: undefined }).outputs.map((o) => [o.letter, o.language, o.chosen])).toEqual([
      ["A", "en", false],
      ["B", "ru", true],
    ]);
    const on = interpreterConsole(scene("interpreter"), { language: "ru", floor: undefined });
    expect(on).toMatchObject({ onAir: true, partnerOnAir: false });
    expect(on.outputs.find((o) => o.chosen)?.language).toBe("en");
    expect(microphoneOpen(on)).toBe(true);
  });

  test("tells the partner who waits that the other is on air", () => {
    expect(interpreterConsole(scene("interpreter", { me: "ru-2" }), undefined)).toMatchObject({ onAir: false, partnerOnAir: true });
  });
});

describe("a person's place", () => {
  test.each([
    ["green-room", "green-room"],
    ["waiting-room", "waiting-room"],
    ["principal", "principal"],
    ["delegate", "delegate"],
    ["interpreter", "interpreter"],
    ["officer-open", "officer"],
    ["reporter-closed", "reporter"],
    ["left", "left"],
    ["ended", "ended"],
  ])("in the scene %s is %s", (name, where) => expect(place(scene(name), live)).toBe(where));

  test("is nowhere when the seat is open elsewhere or withdrawn", () => {
    expect(place(scene("principal"), { at: "ended", why: "opened-elsewhere" })).toBe("opened-elsewhere");
  });
});
