import { describe, expect, test } from "vitest";
import { alone, encodings, layerCount, pictureRate } from "../src/protocol/encodings";
import { askForLostSound, credentialsOf, pictureCodecs, restarted, restartFragment, soundCodecs } from "../src/protocol/sdp";

const offer = [
  "v=0",
  "a=group:BUNDLE 0 1",
  "m=audio 9 UDP/TLS/RTP/SAVPF 63 111",
  "a=ice-ufrag:Abcd",
  "a=ice-pwd:0123456789012345678901",
  "a=mid:0",
  "a=rtpmap:63 red/48000/2",
  "a=rtpmap:111 opus/48000/2",
  "m=video 9 UDP/TLS/RTP/SAVPF 96",
  "a=ice-ufrag:Abcd",
  "a=ice-pwd:0123456789012345678901",
  "a=mid:1",
  "",
].join("\r\n");

const answer = [
  "v=0",
  "a=ice-lite",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111",
  "a=ice-ufrag:old1",
  "a=ice-pwd:oldoldoldoldoldoldoldold",
  "a=mid:0",
  "a=candidate:1 1 udp 2130706431 192.0.2.1 7000 typ host",
  "a=candidate:2 1 tcp 1518280447 192.0.2.1 7000 typ host tcptype passive",
  "a=end-of-candidates",
  "m=video 9 UDP/TLS/RTP/SAVPF 96",
  "a=ice-ufrag:old1",
  "a=ice-pwd:oldoldoldoldoldoldoldold",
  "a=mid:1",
  "",
].join("\r\n");

describe("an ICE restart", () => {
  test("asks with the offer's new credentials", () => {
    expect(restartFragment(offer)).toBe(
      "a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=ice-ufrag:Abcd\r\na=ice-pwd:0123456789012345678901\r\n",
    );
  });

  test("makes of the answer of before one with the server's new credentials and addresses", () => {
    const fragment = "a=ice-lite\r\na=ice-ufrag:new1\r\na=ice-pwd:newnewnewnewnewnewnewnew\r\na=candidate:1 1 udp 2130706431 198.51.100.7 7001 typ host\r\na=end-of-candidates\r\n";
    const made = restarted(answer, fragment) ?? "";
    expect(made).not.toMatch(/old/);
    expect(made.match(/a=ice-ufrag:new1/g)).toHaveLength(2);
    expect(made.match(/a=candidate/g)).toEqual(["a=candidate"]);
    expect(made).toContain("198.51.100.7 7001");
    // All else is as it was, in the same place.
    expect(made.split("\r\n").filter((l) => /^[vm]=|^a=(mid|end|ice-lite)/.test(l))).toEqual(
      answer.split("\r\n").filter((l) => /^[vm]=|^a=(mid|end|ice-lite)/.test(l)),
    );
  });

  test("keeps the addresses when the server names none, and is none without credentials", () => {
    expect(restarted(answer, "a=ice-ufrag:new1\na=ice-pwd:newnewnewnewnewnewnewnew\n")).toContain("192.0.2.1 7000");
    expect(restarted(answer, "")).toBeUndefined();
    expect(credentialsOf(answer)).toEqual({ ufrag: "old1", password: "oldoldoldoldoldoldoldold" });
  });
});

describe("codecs", () => {
  const codec = (mimeType: string, sdpFmtpLine?: string) => ({ mimeType, ...(sdpFmtpLine ? { sdpFmtpLine } : {}) });

  test("of sound: redundancy before Opus, and nothing else", () => {
    const all = [codec("audio/opus"), codec("audio/G722"), codec("audio/red", "111/111"), codec("audio/CN")];
    expect(soundCodecs(all).map((c) => c.mimeType)).toEqual(["audio/red", "audio/opus"]);
    expect(soundCodecs(all.slice(0, 2)).map((c) => c.mimeType)).toEqual(["audio/opus"]);
  });

  test("of pictures: H.264 in its common profile, VP9 after it, and what repairs them", () => {
    const all = [
      codec("video/VP8"),
      codec("video/H264", "packetization-mode=1;profile-level-id=4d001f"),
      codec("video/H264", "packetization-mode=0;profile-level-id=42e01f"),
      codec("video/H264", "packetization-mode=1;profile-level-id=42e01f"),
      codec("video/VP9", "profile-id=2"),
      codec("video/VP9", "profile-id=0"),
      codec("video/rtx"),
    ];
    expect(pictureCodecs(all).map((c) => `${c.mimeType} ${c.sdpFmtpLine ?? ""}`.trim())).toEqual([
      "video/H264 packetization-mode=1;profile-level-id=42e01f",
      "video/H264 packetization-mode=1;profile-level-id=4d001f",
      "video/VP9 profile-id=0",
      "video/rtx",
    ]);
  });

  test("of pictures in a browser that has no H.264, and says other things of VP9", () => {
    const all = [codec("video/VP8", "max-fs=12288;max-fr=60"), codec("video/VP9", "max-fs=12288;max-fr=60"), codec("video/rtx"), codec("video/red")];
    expect(pictureCodecs(all).map((c) => c.mimeType)).toEqual(["video/VP9", "video/rtx"]);
  });

  test("lost sound is asked for once, also beside redundancy", () => {
    const asked = askForLostSound(offer);
    expect(asked.match(/a=rtcp-fb:111 nack\r\n/g)).toHaveLength(1);
    expect(askForLostSound(asked)).toBe(asked);
  });
});

describe("layers", () => {
  test("three of a large camera, two of a small one, one of the smallest", () => {
    expect([layerCount({ width: 1280, height: 720 }), layerCount({ width: 640, height: 360 }), layerCount({ width: 320, height: 180 })]).toEqual([3, 2, 1]);
    // A telephone held upright has as many pixels.
    expect(layerCount({ width: 720, height: 1280 })).toBe(3);
  });

  test("the smallest first, each half of the next, together within what a good line carries", () => {
    const layers = encodings({ width: 1280, height: 720 });
    expect(layers.map((l) => [l.rid, l.scaleResolutionDownBy])).toEqual([["q", 4], ["h", 2], ["f", 1]]);
    const rates = layers.map((l) => l.maxBitrate);
    expect(rates).toEqual(rates.toSorted((a, b) => a - b));
    expect(rates.reduce((a, b) => a + b)).toBeLessThan(2_500_000);
    // The smallest fits into 300 kbit/s beside sound and its redundancy.
    expect(rates[0]).toBeLessThanOrEqual(100_000);
    expect(encodings({ width: 640, height: 360 })[0]).toMatchObject({ rid: "h", maxBitrate: 100_000, maxFramerate: 15 });
    expect(layers.every((l) => l.scalabilityMode === "L1T1")).toBe(true);
  });

  test("a single one has no name", () => {
    expect(encodings({ width: 320, height: 180 })).toEqual([{ active: true, maxBitrate: 200_000, maxFramerate: 30, scaleResolutionDownBy: 1 }]);
  });

  test("a server that takes one gets the whole picture in it", () => {
    const [q] = encodings({ width: 1280, height: 720 });
    expect(alone(q!, { width: 1280, height: 720 })).toMatchObject({ scaleResolutionDownBy: 1, maxBitrate: pictureRate({ width: 1280, height: 720 }) });
  });
});
