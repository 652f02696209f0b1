// The green room's checks: what this browser and these devices can do, and the
// sentence for what they cannot. Nothing here asks a device; it is told.

import type { Role } from "../protocol/view.gen";

/** What a role needs of the device it sits at. */
export interface Needs {
  readonly microphone: boolean;
  readonly camera: boolean;
}

export function needs(role: Role): Needs {
  switch (role) {
    case "principal":
    case "delegate":
    case "note-taker":
      return { microphone: true, camera: true };
    case "interpreter":
      return { microphone: true, camera: false };
    default:
      return { microphone: false, camera: false };
  }
}

/** Why a device was not given; the names of getUserMedia's errors in the domain's words. */
export type DeviceFault = "refused" | "none" | "busy" | "lost" | "unknown";

export function deviceFault(name: string): DeviceFault {
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "refused";
    case "NotFoundError":
    case "OverconstrainedError":
      return "none";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "unknown";
  }
}

/** What has been found out so far. */
export interface Findings {
  readonly secure: boolean;
  readonly webrtc: boolean;
  readonly capture: boolean;
  /** Whether the browser can send H.264 or VP9. */
  readonly codec: boolean;
  readonly microphone: "asking" | "ready" | DeviceFault;
  readonly camera: "asking" | "ready" | DeviceFault;
  /** The microphone's rate in Hz, when known; a headset on its telephone profile falls to 16,000 or less. */
  readonly rate?: number;
  /** The microphone's name, as the device gives it. */
  readonly microphoneName?: string;
  /** Whether any sound has come from the microphone since it was opened. */
  readonly heard: boolean;
  /** Whether the person wears a headset, as they say. */
  readonly headset: boolean;
}

/** One sentence of the check, worst first. */
export interface Remark {
  readonly weight: "stops" | "warns" | "hints";
  readonly code: RemarkCode;
  /** For the sentence: a device's name. */
  readonly device?: string;
}

export const remarkCodes = [
  "not-secure",
  "no-webrtc",
  "no-capture",
  "no-codec",
  "microphone-refused",
  "microphone-none",
  "microphone-busy",
  "microphone-lost",
  "microphone-unknown",
  "camera-refused",
  "camera-none",
  "camera-busy",
  "camera-lost",
  "camera-unknown",
  "narrow-headset",
  "headset-needed",
  "not-heard",
] as const;
export type RemarkCode = (typeof remarkCodes)[number];

/** The sentences to show; the person may enter when none stops them. */
export function remarks(role: Role, f: Findings): readonly Remark[] {
  const need = needs(role);
  const out: Remark[] = [];
  if (!f.secure) return [{ weight: "stops", code: "not-secure" }];
  if (!f.webrtc && role !== "press-officer") return [{ weight: "stops", code: "no-webrtc" }];
  if ((need.microphone || need.camera) && !f.capture) return [{ weight: "stops", code: "no-capture" }];
  if (need.microphone) out.push(...microphoneRemarks(role, f));
  if (need.camera) {
    if (!f.codec) out.push({ weight: "stops", code: "no-codec" });
    // A seat without a camera is still a seat: the others see its name.
    if (f.camera !== "asking" && f.camera !== "ready") out.push({ weight: "warns", code: `camera-${f.camera}` });
  }
  return out;
}

function microphoneRemarks(role: Role, f: Findings): Remark[] {
  if (f.microphone === "asking") return [];
  if (f.microphone !== "ready") {
    // Whoever is here to speak cannot come in without a microphone.
    const weight = role === "interpreter" || role === "principal" ? "stops" : "warns";
    return [{ weight, code: `microphone-${f.microphone}` }];
  }
  const out: Remark[] = [];
  const device = f.microphoneName ?? "";
  if (narrow(f)) out.push({ weight: role === "interpreter" ? "stops" : "warns", code: "narrow-headset", device });
  if (role === "interpreter" && !f.headset) out.push({ weight: "stops", code: "headset-needed" });
  if (!f.heard) out.push({ weight: "hints", code: "not-heard", device });
  return out;
}

/** A Bluetooth headset whose microphone is open carries speech like a telephone, both ways. */
export function narrow(f: Pick<Findings, "rate" | "microphoneName">): boolean {
  return (f.rate !== undefined && f.rate <= 16_000) || /hands-?free|\bHFP\b|\bHSP\b|headset head unit/i.test(f.microphoneName ?? "");
}

export function mayEnter(role: Role, f: Findings): boolean {
  const need = needs(role);
  const asking = (need.microphone && f.microphone === "asking") || (need.camera && f.camera === "asking");
  return !asking && remarks(role, f).every((r) => r.weight !== "stops");
}

/**
 * How a microphone is opened. An interpreter listens while speaking, and echo
 * cancellation would cut them off; whoever wears a headset needs none either.
 */
export function processing(role: Role, headset: boolean): Pick<MediaTrackConstraints, "echoCancellation" | "noiseSuppression" | "autoGainControl"> {
  const on = role !== "interpreter" && !headset;
  return { echoCancellation: on, noiseSuppression: on, autoGainControl: on };
}
