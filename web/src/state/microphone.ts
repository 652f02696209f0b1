// Whether this seat's own microphone is open. Muting is done here at once and
// told to the server afterwards; opening waits for the server's word.

import type { View } from "../protocol/view.gen";
import { interpreterConsole, microphoneOpen } from "./console";
import { speaksApart } from "./mix";

/**
 * Whether the microphone's track may carry sound now: while it reaches the
 * room, and while it is connected to nothing, so that its level can be seen. A
 * delegate's word to a neighbour is not sent to be discarded: it is not sent.
 */
export function open(view: Pick<View, "me" | "booths" | "privateWords"> | undefined, closing: boolean): boolean {
  if (!view || closing) return false;
  if (!view.me.connects) return true;
  // A caller is heard before the private word is answered.
  if (speaksApart(view) || view.privateWords.some((w) => w.seat === view.me.seat)) return !view.me.muted;
  if (view.me.role === "interpreter") return microphoneOpen(interpreterConsole(view, undefined));
  return !view.me.muted && view.me.maySpeak;
}

/** What the one button of a speaker's screen says. */
export type Button = "on" | "off" | "off-by-officer" | "none";

export function button(view: Pick<View, "me">, has: boolean): Button {
  if (!has) return "none";
  if (!view.me.muted) return "on";
  return view.me.mutedByOfficer ? "off-by-officer" : "off";
}
