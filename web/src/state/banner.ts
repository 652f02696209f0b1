// The one line that says what is happening to this seat right now. At most one
// is shown: the gravest. Nothing is shown when all is well.

import type { LinkState } from "../protocol/live";
import type { View } from "../protocol/view.gen";

/** How a media connection is. */
export type MediaState = "off" | "connecting" | "up" | "lost" | "refused";

export interface Situation {
  readonly link: LinkState;
  readonly sending: MediaState;
  readonly receiving: MediaState;
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
  "link-lost",
  "receiving-lost",
  "sending-lost",
  "media-refused",
  "microphone-lost",
  "camera-lost",
  "sound-held",
  "muted-by-officer",
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
  return ofLink(s) ?? ofMedia(s) ?? ofSeat(s) ?? ofRoom(s);
}

function ofLink({ link }: Situation): Banner | undefined {
  if (link.at === "ended") return { code: link.why, tone: "bad" };
  if (link.at === "waiting" || (link.at === "connecting" && link.attempt > 1)) return { code: "link-lost", tone: "bad" };
  if (link.at === "connecting") return { code: "link-connecting", tone: "calm" };
  return undefined;
}

function ofMedia(s: Situation): Banner | undefined {
  if (s.receiving === "refused" || s.sending === "refused") return { code: "media-refused", tone: "bad" };
  if (s.receiving === "lost") return { code: "receiving-lost", tone: "bad" };
  if (s.sending === "lost") return { code: "sending-lost", tone: "bad" };
  if (s.device !== "ok") return { code: s.device, tone: "bad" };
  if (s.soundHeld) return { code: "sound-held", tone: "attention" };
  return undefined;
}

function ofSeat({ view }: Situation): Banner | undefined {
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
