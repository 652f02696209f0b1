// Receiving: one connection with the fixed slots of a seat, by WHEP. What
// flows in a slot changes; the connection never does.

import { hangUp, negotiate, pictureCodecs, type Door } from "./sdp";
import type { SlotName } from "./view.gen";

/** Whether a slot carries pictures; all others carry sound. */
export function isPicture(slot: SlotName): boolean {
  return slot.startsWith("picture-") || slot === "screen" || slot === "sign";
}

/** One receiving connection. The tracks are there from the start, one for each slot. */
export class Receiving {
  readonly pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  readonly tracks: ReadonlyMap<SlotName, MediaStreamTrack>;
  readonly receivers: ReadonlyMap<SlotName, RTCRtpReceiver>;
  #resource: string | undefined;

  constructor(
    private readonly door: Door,
    slots: readonly SlotName[],
  ) {
    const pictures = pictureCodecs(RTCRtpReceiver.getCapabilities("video")?.codecs ?? []);
    const tracks = new Map<SlotName, MediaStreamTrack>();
    const receivers = new Map<SlotName, RTCRtpReceiver>();
    for (const slot of slots) {
      const transceiver = this.pc.addTransceiver(isPicture(slot) ? "video" : "audio", { direction: "recvonly" });
      if (isPicture(slot) && pictures.length > 0) transceiver.setCodecPreferences(pictures);
      tracks.set(slot, transceiver.receiver.track);
      receivers.set(slot, transceiver.receiver);
    }
    this.tracks = tracks;
    this.receivers = receivers;
  }

  async open(): Promise<void> {
    this.#resource = (await negotiate(this.pc, this.door)).resource;
  }

  close(): void {
    // What the server has ended, or lost, it frees by itself.
    const held = this.pc.connectionState === "connected";
    this.pc.close();
    if (held) hangUp(this.door, this.#resource);
    this.#resource = undefined;
  }
}
