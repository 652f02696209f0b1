import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Exchange, SessionGone } from "../src/protocol/exchange";

// A session that is restarted where requests hang, are lost, or are answered.

const answer = "v=0\r\na=ice-ufrag:old\r\na=ice-pwd:oldoldoldoldoldoldoldold\r\n";
const fragment = (n: number) => `a=ice-ufrag:new${n}\r\na=ice-pwd:newnewnewnewnewnewnewnew\r\n`;

/** What the browser's connection does with descriptions, and no more. */
class FakePeer {
  signalingState: RTCSignalingState = "stable";
  localDescription: { sdp: string } | null = null;
  remote = "";
  offers = 0;

  createOffer() {
    this.offers++;
    return Promise.resolve({ sdp: `v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:mine${this.offers}\r\na=ice-pwd:minemineminemineminemine\r\n` });
  }
  setLocalDescription({ sdp }: { sdp: string }) {
    this.localDescription = { sdp };
    this.signalingState = "have-local-offer";
    return Promise.resolve();
  }
  setRemoteDescription({ sdp }: { sdp: string }) {
    this.remote = sdp;
    this.signalingState = "stable";
    return Promise.resolve();
  }
}

interface Asked {
  readonly method: string;
  readonly body: string;
  readonly credentials: string;
}
let asked: Asked[];
/** What becomes of the next requests: an answer, or none for ever. */
let fates: (Response | "hangs")[];

beforeEach(() => {
  vi.useFakeTimers();
  // The signal of a timeout is the browser's own clock's.
  vi.spyOn(AbortSignal, "timeout").mockImplementation((after) => {
    const ends = new AbortController();
    setTimeout(() => ends.abort(), after);
    return ends.signal;
  });
  asked = [];
  fates = [];
  vi.stubGlobal("window", { location: { href: "https://summit.example/s" } });
  vi.stubGlobal("fetch", (_: string, { method, body, credentials, signal }: RequestInit & Asked) => {
    asked.push({ method, body, credentials });
    const fate = fates.shift() ?? "hangs";
    return new Promise((done, failed) => {
      if (fate !== "hangs") done(fate);
      signal?.addEventListener("abort", () => failed(new Error("aborted")));
    });
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function opened(): Promise<[FakePeer, Exchange]> {
  const pc = new FakePeer();
  const exchange = new Exchange(pc as unknown as RTCPeerConnection, { url: "/api/whep" });
  fates = [new Response(answer, { status: 201, headers: { Location: "/api/sessions/1" } })];
  await exchange.open();
  asked = [];
  return [pc, exchange];
}

describe("a restart", () => {
  test("that was not answered is asked for again as it was, and the next one is another", async () => {
    const [pc, exchange] = await opened();
    const first = exchange.restart();
    const failed = expect(first).rejects.toMatchObject({ code: "no-connection" });
    await vi.advanceTimersByTimeAsync(2_500);
    await failed;
    expect(asked.length).toBe(2);
    fates = [new Response(fragment(1))];
    await exchange.restart();
    expect(new Set(asked.map((a) => a.body)).size).toBe(1);
    expect(asked[0]!.body).toContain("a=ice-ufrag:mine2");
    expect(pc.remote).toContain("a=ice-ufrag:new1");
    fates = [new Response(fragment(2))];
    await exchange.restart();
    expect(asked.at(-1)!.body).toContain("a=ice-ufrag:mine3");
    expect(pc.remote).toContain("a=ice-ufrag:new2");
  });

  test("that hangs on the connection of before goes by another within a moment", async () => {
    const [pc, exchange] = await opened();
    fates = ["hangs", new Response(fragment(1))];
    const restart = exchange.restart();
    await vi.advanceTimersByTimeAsync(250);
    await restart;
    expect(asked.map((a) => a.method)).toEqual(["PATCH", "PATCH"]);
    expect(asked[0]!.credentials).not.toBe(asked[1]!.credentials);
    expect(pc.remote).toContain("a=ice-ufrag:new1");
  });

  test("of a session that the server no longer has says so", async () => {
    const [, exchange] = await opened();
    fates = [new Response("", { status: 404 })];
    await expect(exchange.restart()).rejects.toBeInstanceOf(SessionGone);
  });
});
