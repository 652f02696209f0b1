// Whether this seat's own microphone is open. Muting is done here at once and
// told to the server afterwards; opening waits for the server's word, but for an
// interpreter who has just pressed the key.

import type { ActKind } from "../protocol/acts";
import type { View } from "../protocol/view.gen";
import { interpreterConsole, microphoneOpen } from "./console";
import { needs, type Needs } from "./greenroom";
import { speaksApart } from "./mix";

/**
 * Whether the microphone's track may carry sound now: while it reaches the
 * room, and while it is connected to nothing, so that its level can be seen. A
 * delegate's word to a neighbour is not sent to be discarded: it is not sent.
 */
export function open(view: Pick<View, "me" | "booths" | "privateWords"> | undefined, closing: boolean, pressed = false): boolean {
  if (!view || closing) return false;
  if (!view.me.connects) return true;
  if (talksApart(view)) return !view.me.muted;
  if (view.me.role === "interpreter") return pressed || microphoneOpen(interpreterConsole(view, undefined));
  return !view.me.muted && view.me.maySpeak;
}

/** How long after its answer an act may take to be seen in the view, in milliseconds. */
const seenWithin = 1_000;

/**
 * An interpreter's key, from its being pressed until the view shows so: the first
 * word does not wait for that. A page that begins, and finds its seat on air from
 * before, goes off air: who has loaded it anew goes on again by their own hand.
 */
export class MicrophoneKey {
  pressed = false;
  /** On air from before this page was. */
  stale = false;
  #seen = false;

  constructor(
    private readonly changed: () => void,
    private readonly goOffAir: () => void,
  ) {}

  /** Does an act; if it is one that goes on air, the key is down meanwhile. */
  async during<T>(kind: ActKind, act: () => Promise<T>): Promise<T> {
    if (kind !== "go-on-air" && kind !== "accept-handover") return act();
    this.#set(true);
    try {
      const answer = await act();
      setTimeout(() => this.#set(false), seenWithin);
      return answer;
    } catch (refused) {
      this.#set(false);
      throw refused;
    }
  }

  seen({ me, booths }: Pick<View, "me" | "booths">): void {
    const live = booths.some((b) => b.onAir === me.seat || b.also === me.seat);
    if (live) this.pressed = false;
    if (live && !this.#seen) this.goOffAir();
    this.stale = live && (this.stale || !this.#seen);
    this.#seen = true;
  }

  #set(on: boolean): void {
    this.pressed = on;
    this.changed();
  }
}

/** Whether its sound goes to its huddle or a private word; who calls is heard before it is answered. */
function talksApart(view: Pick<View, "me" | "privateWords">): boolean {
  return speaksApart(view) || view.privateWords.some((w) => w.seat === view.me.seat);
}

/**
 * What this seat's devices are opened for: what its role needs, and for an
 * officer or a technician, who speak to nobody else, a microphone while they
 * have a private word. It is not opened by being called, only by answering.
 */
export function needsNow(view: Pick<View, "me" | "privateWords">): Needs {
  const usual = needs(view.me.role);
  // An interpreter who may send a picture signs.
  const signs = view.me.role === "interpreter" && view.me.sends.includes("camera");
  const role = signs ? { ...usual, camera: true } : usual;
  return talksApart(view) && view.me.sends.includes("microphone") ? { ...role, microphone: true } : role;
}

/** What the one button of a speaker's screen says. */
export type Button = "on" | "off" | "off-by-officer" | "none";

export function button(view: Pick<View, "me">, has: boolean): Button {
  if (!has) return "none";
  if (!view.me.muted) return "on";
  return view.me.mutedByOfficer ? "off-by-officer" : "off";
}
