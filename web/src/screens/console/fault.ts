// What the test before going on air has found, in words: for the interpreter,
// and for the technician who helps them.

import type { Fault } from "../../state/airtest";
import type { Speech } from "../../words/speech.svelte";

interface Figures {
  /** Hz. */
  readonly edge?: number | undefined;
  readonly hum?: number | undefined;
  /** dBFS. */
  readonly voice: number;
  readonly noise: number;
}

export function faultSays(speech: Speech, fault: Fault, { edge = 0, hum = 50, voice, noise }: Figures): string {
  if (fault === "narrow") return speech.t("air.fault.narrow", { edge: edge / 1000 });
  if (fault === "hum") return speech.t("air.fault.hum", { hertz: hum });
  if (fault === "noise") return speech.t("air.fault.noise", { below: Math.max(0, Math.round(voice - noise)) });
  return speech.t(`air.fault.${fault}`);
}
