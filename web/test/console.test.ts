import { describe, expect, test } from "vitest";
import { scenes, view, type Scene } from "../src/fixtures/scenes";
import type { Booth, SeatId, View } from "../src/protocol/view.gen";
import { floorLanguage, handover, incomingOf, interpreterConsole, microphoneOpen, partner, warnings } from "../src/state/console";
import { distress } from "../src/state/distress";
import { keep, kept, loudness, moved, narrowest, picture, plain, reading, set, usualPicture } from "../src/state/hearing";
import { preselected, preselectNext, putAt, relays, type Relay } from "../src/state/incoming";
import { command, commands, focusOf, free, remap, shown, usual, type Press } from "../src/state/keys";
import { PeakHold } from "../src/state/peak";
import { keepPinned, pinnedBefore, signs } from "../src/state/sign";

const scene = (name: string, change: Partial<Scene> = {}): View => view({ ...scenes[name]!, ...change });
const stand = (v: View) => interpreterConsole(v, undefined, floorLanguage(v));

describe("a handover", () => {
  test("may be offered by who is on air, and is withdrawn by them", () => {
    const v = scene("interpreter");
    expect(handover(v, stand(v))).toBe("may-offer");
    const offered = scene("interpreter-offered", { me: "ru-1" });
    expect(handover(offered, stand(offered))).toBe("offered");
  });

  test("is for the partner to take, who still hears that the other is on air", () => {
    const v = scene("interpreter-offered");
    expect(handover(v, stand(v))).toBe("to-me");
    expect(stand(v)).toMatchObject({ onAir: false, partnerOnAir: true, lamp: "off" });
    expect(partner(v, stand(v))).toBe("ru-1");
  });

  test("is nobody's while nobody is on air", () => {
    const v = scene("interpreter-off");
    expect(handover(v, stand(v))).toBe("none");
  });
});

describe("the lamp", () => {
  const lamp = (booth: Partial<Booth>, me = "ru-1") => stand(scene("interpreter", { me, booth })).lamp;

  test("tells on air, cough, live and not heard, no sound arriving, and off apart", () => {
    const also = "ru-2" as SeatId;
    expect([lamp({}), lamp({ cough: true }), lamp({ also }, "ru-2"), lamp({ stalled: true }), lamp({}, "ru-2")]).toEqual([
      "on-air",
      "cough",
      "unheard",
      "stalled",
      "off",
    ]);
  });

  test("tells a cough while the key is down, before the server does, and the microphone is closed", () => {
    const v = scene("interpreter");
    const held = interpreterConsole(v, undefined, floorLanguage(v), true);
    expect([held.lamp, held.onAir, microphoneOpen(held)]).toEqual(["cough", true, false]);
    expect(interpreterConsole(scene("interpreter-off"), undefined, undefined, true).lamp).toBe("off");
  });

  test("and both live is a warning to both of them", () => {
    const both = ["ru-1", "ru-2"].map((me) => scene("interpreter", { me, booth: { also: "ru-2" as SeatId } }));
    expect(both.map((v) => warnings(v, stand(v), Date.parse(v.now)))).toEqual([["both-live"], ["both-live"]]);
    expect(both.map((v) => partner(v, stand(v)))).toEqual(["ru-2", "ru-1"]);
    // Live is live: the microphone comes back without anybody pressing anything.
    expect(both.map((v) => microphoneOpen(stand(v)))).toEqual([true, true]);
  });
});

describe("a busy output", () => {
  const output = (booth: Partial<Booth>) => stand(scene("interpreter-off", { booth })).outputs[0];

  test("is locked where the rules would refuse it, and taken where they would not", () => {
    expect(output({ busy: ["en"], mayGoOnAir: ["ru"] })).toMatchObject({ busy: true, policy: "locked" });
    expect(output({ busy: ["en"], mayGoOnAir: ["en", "ru"] })).toMatchObject({ busy: true, policy: "overrides" });
    expect(output({})).toMatchObject({ busy: false, policy: "free" });
  });
});

describe("a bidirectional booth", () => {
  const off = scene("interpreter-off", { booth: { bidirectional: true, outgoing: ["ru", "en"] }, floor: "b-principal" });
  const chosen = (c: ReturnType<typeof stand>) => c.outputs.find((o) => o.chosen)?.language;

  test("speaks away from the floor, and the key turns it", () => {
    expect(floorLanguage(off)).toBe("ru");
    expect(chosen(stand(off))).toBe("en");
    expect(stand(off).turnsTo).toBe("ru");
    expect(chosen(interpreterConsole(off, { language: "ru", floor: "ru" }, "ru"))).toBe("ru");
  });

  test("follows the floor again when it changes", () => {
    expect(chosen(interpreterConsole(off, { language: "ru", floor: "ru" }, "en"))).toBe("ru");
    expect(chosen(interpreterConsole(off, { language: "en", floor: "ru" }, "en"))).toBe("ru");
  });

  test("turns nowhere when it is none", () => {
    expect(stand(scene("interpreter")).turnsTo).toBeUndefined();
  });
});

describe("what an interpreter works from", () => {
  test("is the floor, or the channel that the server names", () => {
    expect(incomingOf(scene("interpreter").me)).toEqual({ from: "floor" });
    expect(incomingOf(scene("interpreter-bidirectional").me)).toEqual({ from: "channel", language: "ar" });
  });

  test("is never their own booth's channel, and each channel keeps its key", () => {
    const off = scene("interpreter-off");
    const me = (mayHear: string[]) => ({ me: { ...off.me, mayHear } });
    const at = (c: ReturnType<typeof stand>, mayHear: string[], first?: string[]) => relays(me(mayHear), c, first).map((r) => [r.language, r.key]);
    expect(at(stand(off), ["en", "ar", "ru", "zh", "fr"])).toEqual([["ar", 0], ["zh", 1], ["fr", 2], ["en", undefined], ["ru", undefined]]);
    expect(at(stand(off), ["en", "ar", "ru", "zh", "fr"], ["fr", "en"])).toEqual([["fr", 0], ["en", 1], ["ar", 2], ["zh", undefined], ["ru", undefined]]);
    const onAir = scene("interpreter");
    expect(at(stand(onAir), ["en", "ar", "zh"], ["fr", "en", "zh"])).toEqual([["zh", 1], ["ar", 2]]);
  });

  test("is put at another key in exchange for what was there", () => {
    const order = ["ar", "zh", "fr", "ru"];
    expect([putAt(order, 0, "ru"), putAt(order, 2, "ar"), putAt(order, 1, "zh")]).toEqual([["ru", "zh", "fr"], ["fr", "zh", "ar"], ["ar", "zh", "fr"]]);
  });

  test("has one source that is pre-selected, never the one that is heard", () => {
    const channels: Relay[] = [{ language: "ar", key: 0 }, { language: "ru", key: 1 }];
    const next = (now: string, wanted?: string) => preselected(now, wanted, channels);
    expect([next(""), next("", "ru"), next("ru"), next("ru", "ru"), next("ru", "ar"), next("", "gone")]).toEqual(["ar", "ru", "", "", "ar", "ar"]);
    expect(preselected("", undefined, [])).toBeUndefined();
  });

  test("is pre-selected in turn, past the one that is heard", () => {
    const channels: Relay[] = [{ language: "ar", key: 0 }, { language: "ru", key: 1 }];
    const after = (now: string, wanted?: string) => preselectNext(now, wanted, channels);
    expect([after(""), after("", "ru"), after("ar", ""), after("ar", "ru")]).toEqual(["ru", "ar", "ru", ""]);
    expect(preselectNext("", undefined, [])).toBeUndefined();
  });

  test("is warned of when the pivot falls silent", () => {
    const v = scene("interpreter", { incoming: { from: "ar", byHand: false } });
    expect(warnings(v, stand(v), Date.parse(v.now))).toEqual(["pivot-silent"]);
    const relayed = scene("interpreter-bidirectional");
    expect(warnings(relayed, stand(relayed), Date.parse(relayed.now))).toEqual([]);
  });
});

describe("the keys", () => {
  const press = (code: string, change: Partial<Press> = {}): Press => ({ code, ctrlKey: false, altKey: false, metaKey: false, repeat: false, on: "else", ...change });

  test("are one for every command, and none twice", () => {
    expect(new Set(Object.values(usual)).size).toBe(commands.length);
    expect(command(press("Space"))).toBe("cough");
    expect(commands.map((c) => command(press(usual[c])))).toEqual([...commands]);
  });

  test("leave those of the browser and of text alone", () => {
    expect(command(press("KeyR", { ctrlKey: true }))).toBeUndefined();
    expect(command(press("KeyM", { on: "text" }))).toBeUndefined();
    expect(command(press("KeyM", { repeat: true }))).toBeUndefined();
  });

  test("of a foot or hand switch work while one types, and no others do", () => {
    const mine = remap(remap(usual, "cough", "F13"), "toggle-microphone", "F24");
    const typing = (code: string) => command(press(code, { on: "text" }), mine);
    expect(["F13", "F24", "F12", "KeyH", "Space"].map(typing)).toEqual(["cough", "toggle-microphone", undefined, undefined, undefined]);
    expect(command(press("F13", { on: "text", repeat: true }), mine)).toBeUndefined(); // held down, it types on
    expect(["F13", "F20", "F24"].every(free)).toBe(true);
  });

  test("work while a dial has the focus, but for those that turn it", () => {
    const onDial = (code: string) => command(press(code, { on: "slider" }));
    expect([onDial("KeyM"), onDial("Space"), onDial("ArrowUp")]).toEqual(["toggle-microphone", "cough", undefined]);
    expect([{ tagName: "INPUT", type: "range" }, { tagName: "DIV", role: "separator" }, { tagName: "TEXTAREA" }, { tagName: "SELECT" }, { tagName: "INPUT", type: "text" }, { tagName: "BUTTON" }, undefined].map(focusOf)).toEqual(
      ["slider", "slider", "text", "text", "text", "else", "else"],
    );
  });

  test("can be another, a foot switch's too, and no command loses its own", () => {
    const mine = remap(usual, "cough", "F13");
    expect([command(press("F13"), mine), command(press("Space"), mine)]).toEqual(["cough", undefined]);
    const swapped = remap(usual, "handover", "KeyM");
    expect([command(press("KeyM"), swapped), command(press("KeyH"), swapped)]).toEqual(["handover", "toggle-microphone"]);
  });

  test("are not those that one moves about by", () => {
    expect(["Tab", "Escape", "Enter", "ShiftLeft", ""].map(free)).toEqual([false, false, false, false, false]);
    expect(remap(usual, "cough", "Tab")).toBe(usual);
  });

  test("are shown as they are printed", () => {
    expect(["KeyM", "Digit2", "ArrowUp", "Numpad4", "F13", "Semicolon"].map(shown)).toEqual(["M", "2", "↑", "Num 4", "F13", ";"]);
  });
});

describe("the headphones", () => {
  test("stay within their range", () => {
    expect(moved({ ...plain, balance: -1 }, "balance", -1).balance).toBe(-1);
    expect(set(plain, "balance", 99).balance).toBe(1);
    expect(moved(plain, "volume", -1).volume).toBe(0.95);
    expect([moved({ ...plain, bass: -11 }, "bass", -1).bass, moved(plain, "treble", 1).treble, set(plain, "volume", 9).volume]).toEqual([-12, 2, 2]);
  });

  test("are read as they stand", () => {
    const at = { volume: 0.8, balance: -0.3, bass: -4, treble: 6 };
    expect((["volume", "balance", "bass", "treble"] as const).map((dial) => reading(at, dial))).toEqual(["80\u202f%", "−30\u202f%", "−4 dB", "+6 dB"]);
    expect(reading(plain, "bass")).toBe("0 dB");
  });

  test("leave the speaker's picture between a quarter of the width and all of it", () => {
    expect([picture(0), picture(0.501), picture(3)]).toEqual([narrowest, 0.5, 1]);
  });

  test("balance incoming against partner without raising either", () => {
    expect(loudness(plain)).toEqual({ incoming: 1, partner: 1 });
    expect(loudness({ ...plain, balance: 1 })).toEqual({ incoming: 0, partner: 1 });
    expect(loudness({ ...plain, balance: -0.5, volume: 0.8 })).toEqual({ incoming: 0.8, partner: 0.4 });
  });

  test("and keys are kept on the device for each interpreter, and nonsense is not", () => {
    const store = new Map<string, string>();
    const shelf = { getItem: (k: string) => store.get(k) ?? null, setItem: (k: string, v: string) => void store.set(k, v) };
    const usually = { hearing: plain, keys: usual, picture: usualPicture, channels: [] };
    const mine = { hearing: { ...plain, balance: -0.5 }, keys: remap(usual, "cough", "F13"), picture: 0.4, channels: ["zh", "ar"], next: "", comfortable: -24 };
    keep(shelf, "ru-1", mine);
    expect(kept(shelf, "ru-1")).toEqual(mine);
    expect(kept(shelf, "ru-2")).toEqual(usually);
    store.set("liqa/console/ru-1", JSON.stringify({ hearing: { volume: "x", balance: 40 }, keys: { cough: "KeyM" }, picture: "wide", channels: ["zh", 3, "zh"], next: 7, comfortable: null }));
    expect(kept(shelf, "ru-1")).toEqual({ ...usually, hearing: { ...plain, balance: 1 }, channels: ["zh"] });
    store.set("liqa/console/ru-1", "{");
    expect(kept(shelf, "ru-1")).toEqual(usually);
  });
});

test("a meter's mark holds the highest level for a second and a half and then sinks", () => {
  const hold = new PeakHold();
  expect([hold.take(-6, 0), hold.take(-40, 1_000), hold.take(-40, 2_500), hold.take(-20, 2_500), hold.take(-50, 3_900)]).toEqual([-6, -6, -26, -20, -20]);
});

test("staff is told of a booth in distress, and of a wrong channel only when it lasts", () => {
  const booth = (change: Partial<Booth>) => [{ ...scene("interpreter").booths[0]!, ...change }];
  const codes = (booths: readonly Booth[], now = 0) => distress(booths, now).map((d) => d.code);
  expect(codes(booth({ stalled: true, insufficient: scene("interpreter").now }))).toEqual(["stalled", "insufficient"]);
  const since = Date.parse(scene("interpreter").now);
  const wrong = booth({ ownLanguage: scene("interpreter").now });
  expect([codes(wrong, since + 19_000), codes(wrong, since + 20_000)]).toEqual([[], ["own-language"]]);
  const v = scene("interpreter");
  const mine = { ...v, booths: wrong };
  expect([19_000, 20_000].map((ms) => warnings(mine, stand(mine), since + ms))).toEqual([[], ["own-language"]]);
});

test("a sign-language picture is offered while somebody signs, and stays pinned", () => {
  expect([scene("principal"), scene("principal-sign")].map((v) => signs(v.slots))).toEqual([false, true]);
  const store = new Map<string, string>();
  const shelf = { getItem: (k: string) => store.get(k) ?? null, setItem: (k: string, v: string) => void store.set(k, v), removeItem: (k: string) => void store.delete(k) };
  keepPinned(shelf, true);
  expect(pinnedBefore(shelf)).toBe(true);
  keepPinned(shelf, false);
  expect(pinnedBefore(shelf)).toBe(false);
});
