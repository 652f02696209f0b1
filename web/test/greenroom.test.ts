import { describe, expect, test } from "vitest";
import { deviceFault, mayEnter, narrow, processing, remarks, type Findings } from "../src/state/greenroom";

const well: Findings = {
  secure: true,
  webrtc: true,
  capture: true,
  codec: true,
  microphone: "ready",
  camera: "ready",
  rate: 48_000,
  microphoneName: "Desk microphone",
  heard: true,
  headset: true,
};
const codes = (role: Parameters<typeof remarks>[0], change: Partial<Findings> = {}) => remarks(role, { ...well, ...change }).map((r) => `${r.weight} ${r.code}`);

describe("the green room", () => {
  test("says nothing when all is well, and lets everybody in", () => {
    for (const role of ["principal", "delegate", "interpreter", "officer", "reporter"] as const) {
      expect(codes(role)).toEqual([]);
      expect(mayEnter(role, well)).toBe(true);
    }
  });

  test("waits until the person has answered the browser's question", () => {
    expect(mayEnter("principal", { ...well, microphone: "asking", camera: "asking" })).toBe(false);
    expect(mayEnter("reporter", { ...well, microphone: "asking", camera: "asking" })).toBe(true);
  });

  test("says first what makes everything else pointless", () => {
    expect(codes("principal", { secure: false, webrtc: false, microphone: "refused" })).toEqual(["stops not-secure"]);
    expect(codes("reporter", { webrtc: false })).toEqual(["stops no-webrtc"]);
  });

  test("lets nobody speak without a microphone, but sits without a camera", () => {
    expect(codes("principal", { microphone: "refused" })).toEqual(["stops microphone-refused"]);
    expect(codes("delegate", { microphone: "none" })).toEqual(["warns microphone-none"]);
    expect(codes("principal", { camera: "busy" })).toEqual(["warns camera-busy"]);
    expect(mayEnter("principal", { ...well, camera: "busy" })).toBe(true);
  });

  test("asks an interpreter for a headset, and refuses one that carries speech like a telephone", () => {
    expect(codes("interpreter", { headset: false })).toEqual(["stops headset-needed"]);
    expect(codes("interpreter", { rate: 16_000 })).toEqual(["stops narrow-headset"]);
    expect(codes("principal", { rate: 16_000 })).toEqual(["warns narrow-headset"]);
  });

  test("hints that nothing has been heard, and does not stop for it", () => {
    expect(codes("principal", { heard: false })).toEqual(["hints not-heard"]);
    expect(mayEnter("principal", { ...well, heard: false })).toBe(true);
  });

  test("knows a wireless headset by its rate or its name", () => {
    expect(narrow({ microphoneName: "WH-1000 Hands-Free AG Audio" })).toBe(true);
    expect(narrow({ rate: 8_000 })).toBe(true);
    expect(narrow({ rate: 44_100, microphoneName: "Headset microphone" })).toBe(false);
  });
});

test("the browser's names for a refusal become the domain's", () => {
  expect(["NotAllowedError", "NotFoundError", "NotReadableError", "Strange"].map(deviceFault)).toEqual(["refused", "none", "busy", "unknown"]);
});

test("an interpreter's microphone and a headset's are sent untouched", () => {
  expect(processing("interpreter", false).echoCancellation).toBe(false);
  expect(processing("principal", true).noiseSuppression).toBe(false);
  expect(processing("principal", false).echoCancellation).toBe(true);
});
