// What of a session description is read or changed here, as text, and which
// codecs are offered. Nothing here touches a connection.

/** The credentials of one ICE agent (RFC 8445 §5.3). */
export interface Credentials {
  readonly ufrag: string;
  readonly password: string;
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

/** What of a codec is looked at here. */
export interface CodecLike {
  readonly mimeType: string;
  readonly sdpFmtpLine?: string;
}

const named = (name: string) => (c: CodecLike) => c.mimeType.toLowerCase() === name;

/**
 * The codecs to offer for pictures, best first: H.264 (the broadcast's), then
 * VP9, each followed by what repairs it. VP8 and AV1 are left out: the record
 * cannot hold them.
 */
export function pictureCodecs<C extends CodecLike>(all: readonly C[]): C[] {
  const single = (c: C) => c.sdpFmtpLine?.includes("packetization-mode=1") ?? false;
  const baseline = (c: C) => /profile-level-id=42[0-9a-f]{4}/i.test(c.sdpFmtpLine ?? "");
  const h264 = all.filter(named("video/h264")).filter(single);
  return [
    ...h264.filter(baseline),
    ...h264.filter((c) => !baseline(c)),
    ...all.filter(named("video/vp9")).filter((c) => !/profile-id=[1-9]/.test(c.sdpFmtpLine ?? "")),
    ...all.filter(named("video/rtx")),
  ];
}

/**
 * The codecs to offer for sound: Opus, and before it, where the browser has
 * it, Opus with each packet's predecessors in it (RED, RFC 2198).
 */
export function soundCodecs<C extends CodecLike>(all: readonly C[]): C[] {
  return [...all.filter(named("audio/red")), ...all.filter(named("audio/opus"))];
}

/** The credentials of a description or fragment: its first, since all media share one transport. */
export function credentialsOf(sdp: string): Credentials | undefined {
  const value = (name: string) => new RegExp(`^a=${name}:(\\S+)`, "m").exec(sdp)?.[1];
  const [ufrag, password] = [value("ice-ufrag"), value("ice-pwd")];
  return ufrag === undefined || password === undefined ? undefined : { ufrag, password };
}

/**
 * The fragment that asks for an ICE restart (RFC 9725 §4.3.3, RFC 8840 §9).
 * It names no candidates: the server learns this side's address from the first
 * check, which may come from anywhere by then.
 */
export function restartFragment(offer: string): string {
  const own = credentialsOf(offer);
  const group = /^a=group:BUNDLE .*$/m.exec(offer)?.[0].trimEnd();
  const media = /^m=(audio|video) /m.exec(offer)?.[1] ?? "audio";
  const mid = /^a=mid:(\S+)/m.exec(offer)?.[1] ?? "0";
  return [
    ...(group === undefined ? [] : [group]),
    `m=${media} 9 UDP/TLS/RTP/SAVPF 0`,
    `a=mid:${mid}`,
    `a=ice-ufrag:${own?.ufrag ?? ""}`,
    `a=ice-pwd:${own?.password ?? ""}`,
    "",
  ].join("\r\n");
}

/**
 * The answer of before with the credentials and candidates that the server
 * gave for the restart; undefined when it gave none.
 */
export function restarted(answer: string, fragment: string): string | undefined {
  const theirs = credentialsOf(fragment);
  if (theirs === undefined) return undefined;
  const candidates = fragment.split(/\r?\n/).filter((l) => l.startsWith("a=candidate:"));
  const lines: string[] = [];
  let placed = candidates.length === 0;
  for (const line of answer.split(/\r?\n/)) {
    if (line.startsWith("a=ice-ufrag:")) lines.push(`a=ice-ufrag:${theirs.ufrag}`);
    else if (line.startsWith("a=ice-pwd:")) lines.push(`a=ice-pwd:${theirs.password}`);
    else if (candidates.length > 0 && line.startsWith("a=candidate:")) {
      // The new ones stand where the first of the old ones stood.
      if (!placed) lines.push(...candidates);
      placed = true;
    } else lines.push(line);
  }
  return lines.join("\r\n");
}
