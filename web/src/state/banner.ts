// The one line that says what is happening to this seat right now. At most one
// is shown: the gravest. Nothing is shown when all is well.

import type { LinkState } from "../protocol/live";
import type { View } from "../protocol/view.gen";

/** How a media connection is. */
export type MediaState = "off" | "connecting" | "up" | "lost" | "refused" | "full";

export interface Situation {
  readonly link: LinkState;
  readonly sending: MediaState;
  readonly receiving: MediaState;
  /** What this person says reaches others as long as the sending connection works. */
  readonly speaking: boolean;
  /** Pictures come smaller than they are shown, because the line carries no more. */
  readonly reduced: boolean;
  /** The device went away while it was in use. */
  readonly device: "ok" | "microphone-lost" | "camera-lost";
  /** The browser has not let sound start yet. */
  readonly soundHeld: boolean;
  readonly view: Pick<View, "me" | "room" | "summit" | "items"> | undefined;
}

export const bannerCodes = [
  "opened-elsewhere",
  "withdrawn",
  "link-connecting",
  "network-gone-unheard",
  "network-gone",
  "link-lost",
  "media-lost-unheard",
  "receiving-lost-heard",
  "receiving-lost",
  "sending-lost",
  "controls-lost",
  "media-refused",
  "server-full",
  "microphone-lost",
  "camera-lost",
  "sound-held",
  "muted-by-officer",
  "muted-on-return",
  "picture-reduced",
  "ended",
  "recess",
  "not-begun",
  "between-items",
  "not-for-you",
] as const;
export type BannerCode = (typeof bannerCodes)[number];

export interface Banner {
  readonly code: BannerCode;
  /** bad: something is broken; attention: the person may want to act; calm: how things are. */
  readonly tone: "bad" | "attention" | "calm";
}

/** The gravest thing to say, or nothing. */
export function banner(s: Situation): Banner | undefined {
  return ofEnd(s) ?? ofNetwork(s) ?? ofMedia(s) ?? ofLink(s) ?? ofSeat(s) ?? ofLine(s) ?? ofRoom(s);
}

function ofEnd({ link }: Situation): Banner | undefined {
  return link.at === "ended" ? { code: link.why, tone: "bad" } : undefined;
}

function linkLost({ link }: Situation): boolean {
  return link.at === "waiting" || (link.at === "connecting" && link.attempt > 1);
}

/** Nothing works that is wanted: it is the network, and whoever speaks is not heard. */
function ofNetwork(s: Situation): Banner | undefined {
  const media = [s.receiving, s.sending].filter((m) => m !== "off");
  const gone = linkLost(s) && media.length > 0 && media.every((m) => m === "lost" || m === "connecting");
  if (!gone) return undefined;
  return { code: s.speaking ? "network-gone-unheard" : "network-gone", tone: "bad" };
}

function ofMedia(s: Situation): Banner | undefined {
  if (s.receiving === "refused" || s.sending === "refused") return { code: "media-refused", tone: "bad" };
  if (s.receiving === "full" || s.sending === "full") return { code: "server-full", tone: "attention" };
  if (s.receiving === "lost") return { code: ofHearing(s), tone: "bad" };
  if (s.sending === "lost") return { code: "sending-lost", tone: "bad" };
  if (s.device !== "ok") return { code: s.device, tone: "bad" };
  if (s.soundHeld) return { code: "sound-held", tone: "attention" };
  return undefined;
}

/** Who hears nothing wants to know whether they are still heard. */
function ofHearing({ speaking, sending }: Situation): BannerCode {
  if (!speaking) return "receiving-lost";
  return sending === "up" ? "receiving-lost-heard" : "media-lost-unheard";
}

function ofLink(s: Situation): Banner | undefined {
  if (s.link.at === "connecting" && s.link.attempt === 1) return { code: "link-connecting", tone: "calm" };
  if (!linkLost(s)) return undefined;
  return s.receiving === "up" ? { code: "controls-lost", tone: "attention" } : { code: "link-lost", tone: "bad" };
}

/** Whether a picture comes smaller than it is shown because the line carries no more. */
export function reducedByLine({ slots }: Pick<View, "slots">): boolean {
  return slots.some((s) => s.reduced === "line");
}

function ofLine(s: Situation): Banner | undefined {
  return s.reduced ? { code: "picture-reduced", tone: "calm" } : undefined;
}

function ofSeat({ view }: Situation): Banner | undefined {
  if (view?.me.mutedOnReturn) return { code: "muted-on-return", tone: "attention" };
  return view?.me.mutedByOfficer ? { code: "muted-by-officer", tone: "attention" } : undefined;
}

function ofRoom({ view }: Situation): Banner | undefined {
  if (!view) return undefined;
  if (view.summit.phase === "ended") return { code: "ended", tone: "calm" };
  if (view.room.recess) return { code: "recess", tone: "calm" };
  if (!view.items.some((i) => i.state === "in-session")) {
    return { code: view.summit.phase === "announced" ? "not-begun" : "between-items", tone: "calm" };
  }
  if (!view.me.inRoom && inTheHall(view)) return { code: "not-for-you", tone: "calm" };
  return undefined;
}

function inTheHall(view: Pick<View, "me">): boolean {
  const { role, presence } = view.me;
  return presence === "present" && (role === "delegate" || role === "note-taker" || role === "principal");
}
