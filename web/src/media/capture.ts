// The seat's own devices: opening them as the role needs, naming them, and
// noticing when one is pulled out.

import { pictureCodecs } from "../protocol/sdp";
import type { Role } from "../protocol/view.gen";
import { deviceFault, needs, processing, type DeviceFault, type Findings, type Needs } from "../state/greenroom";

/** Which devices a person has chosen; kept for the next visit. */
export interface Chosen {
  readonly microphone?: string;
  readonly camera?: string;
  readonly speaker?: string;
  readonly headset: boolean;
}

type Absent = DeviceFault | "not-needed";

export interface Opened {
  readonly media: MediaStream;
  readonly microphone: "ready" | DeviceFault | "not-needed";
  readonly camera: "ready" | DeviceFault | "not-needed";
}

const chosenKey = "liqa/devices";

export function chosenBefore(shelf: Pick<Storage, "getItem">): Chosen {
  try {
    const kept = JSON.parse(shelf.getItem(chosenKey) ?? "{}") as Partial<Chosen>;
    return { ...kept, headset: kept.headset === true };
  } catch {
    return { headset: false };
  }
}

export function keepChosen(shelf: Pick<Storage, "setItem">, chosen: Chosen): void {
  shelf.setItem(chosenKey, JSON.stringify(chosen));
}

function soundOf(role: Role, chosen: Chosen): MediaTrackConstraints {
  return {
    ...processing(role, chosen.headset),
    channelCount: { ideal: 1 },
    sampleRate: { ideal: 48_000 },
    ...(chosen.microphone ? { deviceId: { ideal: chosen.microphone } } : {}),
  };
}

function pictureOf(chosen: Chosen): MediaTrackConstraints {
  return {
    width: { ideal: 1280, max: 1280 },
    height: { ideal: 720, max: 720 },
    frameRate: { ideal: 25, max: 30 },
    ...(chosen.camera ? { deviceId: { ideal: chosen.camera } } : {}),
  };
}

/** Asks for one kind of device; a camera that cannot do 1280 × 720 is taken as it comes. */
async function one(constraints: MediaStreamConstraints): Promise<MediaStreamTrack | DeviceFault> {
  try {
    const [track] = (await navigator.mediaDevices.getUserMedia(constraints)).getTracks();
    return track ?? "none";
  } catch (fault) {
    return deviceFault(fault instanceof Error ? fault.name : "");
  }
}

/**
 * Opens what the role needs. Microphone and camera are asked for together, so
 * that the browser asks once; when that fails, each alone, so that a missing
 * camera does not cost the microphone.
 */
export async function open(role: Role, chosen: Chosen, need: Needs = needs(role)): Promise<Opened> {
  const media = new MediaStream();
  if (!need.microphone && !need.camera) return { media, microphone: "not-needed", camera: "not-needed" };
  if (need.microphone && need.camera) {
    try {
      const both = await navigator.mediaDevices.getUserMedia({ audio: soundOf(role, chosen), video: pictureOf(chosen) });
      return { media: both, microphone: "ready", camera: "ready" };
    } catch {
      // Which of the two it was is found out below.
    }
  }
  const sound: MediaStreamTrack | Absent = need.microphone ? await one({ audio: soundOf(role, chosen) }) : "not-needed";
  let picture: MediaStreamTrack | Absent = need.camera ? await one({ video: pictureOf(chosen) }) : "not-needed";
  if (picture === "none") picture = await one({ video: chosen.camera ? { deviceId: { ideal: chosen.camera } } : true });
  for (const track of [sound, picture]) if (typeof track !== "string") media.addTrack(track);
  return {
    media,
    microphone: typeof sound === "string" ? sound : "ready",
    camera: typeof picture === "string" ? picture : "ready",
  };
}

export function stop(media: MediaStream | undefined): void {
  for (const track of media?.getTracks() ?? []) track.stop();
}

/** A device to choose. */
export interface Device {
  readonly id: string;
  readonly name: string;
}

export interface Devices {
  readonly microphones: readonly Device[];
  readonly cameras: readonly Device[];
  readonly speakers: readonly Device[];
}

export async function devices(): Promise<Devices> {
  const all = await navigator.mediaDevices.enumerateDevices();
  const of = (kind: MediaDeviceKind) =>
    all.filter((d) => d.kind === kind && d.deviceId !== "").map((d): Device => ({ id: d.deviceId, name: d.label }));
  return { microphones: of("audioinput"), cameras: of("videoinput"), speakers: of("audiooutput") };
}

/** What this browser can do at all, before any device is asked for. */
export function environment(): Pick<Findings, "secure" | "webrtc" | "capture" | "codec"> {
  const webrtc = "RTCPeerConnection" in window;
  const codecs = webrtc ? (RTCRtpSender.getCapabilities("video")?.codecs ?? []) : [];
  return {
    secure: window.isSecureContext,
    webrtc,
    capture: navigator.mediaDevices !== undefined && "getUserMedia" in navigator.mediaDevices,
    codec: pictureCodecs(codecs).some((c) => !c.mimeType.endsWith("/rtx")),
  };
}
