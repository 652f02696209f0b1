// Receiving: one connection with the fixed slots of a seat, by WHEP. What
// flows in a slot changes; the connection never does.

import { Exchange, type Door } from "./exchange";
import { pictureCodecs, soundCodecs } from "./sdp";
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
  readonly #exchange: Exchange;

  constructor(door: Door, slots: readonly SlotName[]) {
    this.#exchange = new Exchange(this.pc, door);
    const pictures = pictureCodecs(RTCRtpReceiver.getCapabilities("video")?.codecs ?? []);
    const sounds = soundCodecs(RTCRtpReceiver.getCapabilities("audio")?.codecs ?? []);
    const tracks = new Map<SlotName, MediaStreamTrack>();
    const receivers = new Map<SlotName, RTCRtpReceiver>();
    for (const slot of slots) {
      const transceiver = this.pc.addTransceiver(isPicture(slot) ? "video" : "audio", { direction: "recvonly" });
      const codecs = isPicture(slot) ? pictures : sounds;
      if (codecs.length > 0) transceiver.setCodecPreferences(codecs);
      tracks.set(slot, transceiver.receiver.track);
      receivers.set(slot, transceiver.receiver);
    }
    this.tracks = tracks;
    this.receivers = receivers;
  }

  open(): Promise<void> {
    return this.#exchange.open();
  }

  restart(): Promise<void> {
    return this.#exchange.restart();
  }

  close(): void {
    // What the server has ended, or lost, it frees by itself.
    const held = this.pc.connectionState === "connected";
    this.pc.close();
    if (held) this.#exchange.end();
  }
}
