// Sending: one microphone and at most one camera, by WHIP.

import { hangUp, negotiate, pictureCodecs, type Door } from "./sdp";

/** The most a camera sends, in bit/s: 640 × 360 needs no more. */
const pictureRate = 700_000;

/** One sending connection. It does not mend itself: whoever made it makes another. */
export class Sending {
  readonly pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  #resource: string | undefined;
  #microphone: RTCRtpSender | undefined;
  #camera: RTCRtpSender | undefined;

  constructor(
    private readonly door: Door,
    media: MediaStream,
  ) {
    const [sound] = media.getAudioTracks();
    const [picture] = media.getVideoTracks();
    if (sound) {
      this.#microphone = this.pc.addTransceiver(sound, { direction: "sendonly", streams: [media] }).sender;
    }
    if (picture) {
      const transceiver = this.pc.addTransceiver(picture, {
        direction: "sendonly",
        streams: [media],
        sendEncodings: [{ maxBitrate: pictureRate, maxFramerate: 30 }],
      });
      transceiver.setCodecPreferences(pictureCodecs(RTCRtpSender.getCapabilities("video")?.codecs ?? []));
      this.#camera = transceiver.sender;
    }
  }

  async open(): Promise<void> {
    this.#resource = (await negotiate(this.pc, this.door)).resource;
  }

  /** Another device of the same kind, without a new connection. */
  async replace(media: MediaStream): Promise<void> {
    await this.#microphone?.replaceTrack(media.getAudioTracks()[0] ?? null);
    await this.#camera?.replaceTrack(media.getVideoTracks()[0] ?? null);
  }

  close(): void {
    // What the server has ended, or lost, it frees by itself.
    const held = this.pc.connectionState === "connected";
    this.pc.close();
    if (held) hangUp(this.door, this.#resource);
    this.#resource = undefined;
  }
}
