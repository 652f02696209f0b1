// Making an offer and having it answered: what WHIP (RFC 9725) and WHEP share.

import { own, refusalOf } from "./problem";

/** Where to knock, and as whom. */
export interface Door {
  readonly url: string;
  /** "SUMMIT.SEAT.CREDENTIAL"; absent for the public. */
  readonly authorization?: string;
}

/** An answered connection. */
export interface Answered {
  /** The resource to DELETE when it is no longer wanted. */
  readonly resource: string | undefined;
}

const gatherAtMost = 400;

/**
 * Waits for the local candidates, but not long: the server's address is in its
 * answer, and it learns this side's from the first packet.
 */
async function gathered(pc: RTCPeerConnection): Promise<void> {
  if (pc.iceGatheringState === "complete") return;
  await new Promise<void>((done) => {
    const timer = setTimeout(done, gatherAtMost);
    pc.addEventListener("icegatheringstatechange", () => {
      if (pc.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      done();
    });
  });
}

/** Offers, posts and takes the answer. Nothing trickles. */
export async function negotiate(pc: RTCPeerConnection, door: Door): Promise<Answered> {
  const wanted = await pc.createOffer();
  await pc.setLocalDescription({ type: "offer", sdp: askForLostSound(wanted.sdp ?? "") });
  await gathered(pc);
  const offer = pc.localDescription?.sdp ?? "";
  let response: Response;
  try {
    response = await fetch(door.url, {
      method: "POST",
      headers: { "Content-Type": "application/sdp", ...credentials(door) },
      body: offer,
    });
  } catch {
    throw own("no-connection");
  }
  if (!response.ok) throw await refusalOf(response);
  const location = response.headers.get("Location");
  const resource = location === null ? undefined : new URL(location, new URL(door.url, window.location.href)).href;
  const answer = await response.text();
  if (pc.signalingState === "closed") {
    hangUp(door, resource);
    throw own("connection-lost");
  }
  await pc.setRemoteDescription({ type: "answer", sdp: answer });
  return { resource };
}

/**
 * Asks for retransmission of lost sound: Chromium can do it for Opus (RFC 4585
 * generic NACK) and takes it from its own offer, but does not offer it.
 */
export function askForLostSound(sdp: string): string {
  const line = /^a=rtpmap:(\d+) opus\/48000\/2\r?$/gim;
  return sdp.replace(line, (rtpmap, type: string) =>
    sdp.includes(`a=rtcp-fb:${type} nack`) ? rtpmap : `${rtpmap.trimEnd()}\r\na=rtcp-fb:${type} nack${rtpmap.endsWith("\r") ? "\r" : ""}`,
  );
}

/** Frees the server's side; nobody waits for it. */
export function hangUp(door: Door, resource: string | undefined): void {
  if (resource === undefined) return;
  void fetch(resource, { method: "DELETE", headers: credentials(door), keepalive: true }).catch(() => undefined);
}

function credentials(door: Door): Record<string, string> {
  return door.authorization === undefined ? {} : { Authorization: `Liqa ${door.authorization}` };
}

/** What of a codec is looked at here. */
export interface CodecLike {
  readonly mimeType: string;
  readonly sdpFmtpLine?: string;
}

/**
 * The codecs to offer for pictures, best first: H.264 (the broadcast's), then
 * VP9, each followed by what repairs it. VP8 and AV1 are left out: the record
 * cannot hold them.
 */
export function pictureCodecs<C extends CodecLike>(all: readonly C[]): C[] {
  const is = (name: string) => (c: C) => c.mimeType.toLowerCase() === `video/${name}`;
  const single = (c: C) => c.sdpFmtpLine?.includes("packetization-mode=1") ?? false;
  const baseline = (c: C) => /profile-level-id=42[0-9a-f]{4}/i.test(c.sdpFmtpLine ?? "");
  const h264 = all.filter(is("h264")).filter(single);
  return [
    ...h264.filter(baseline),
    ...h264.filter((c) => !baseline(c)),
    ...all.filter(is("vp9")).filter((c) => !c.sdpFmtpLine || c.sdpFmtpLine.includes("profile-id=0")),
    ...all.filter(is("rtx")),
  ];
}
