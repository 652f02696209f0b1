// Sending: one microphone and at most one camera, by WHIP. The camera goes in
// layers where it is large enough; sound goes first where the line is short.

import { alone, encodings, layerCount, pictureRate, type CaptureSize } from "./encodings";
import { Exchange, type Door } from "./exchange";
import { pictureCodecs, soundCodecs } from "./sdp";

/** The most that a shared screen is given: in bit/s, and frames a second. */
const screenRate = 1_500_000;
const screenFrames = 8;

/** What a camera is taken for that does not say its size. */
const ordinary: CaptureSize = { width: 640, height: 360 };

function sizeOf(picture: MediaStreamTrack): CaptureSize {
  const { width, height } = picture.getSettings();
  return width && height ? { width, height } : ordinary;
}

/** One sending connection. Who made it restarts it, or makes another. */
export class Sending {
  readonly pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  readonly #exchange: Exchange;
  #microphone: RTCRtpSender | undefined;
  #camera: RTCRtpSender | undefined;
  #size = ordinary;

  /** A screen goes in one layer, sharp rather than smooth. */
  constructor(
    door: Door,
    media: MediaStream,
    private readonly of: "camera" | "screen" = "camera",
  ) {
    this.#exchange = new Exchange(this.pc, door);
    const [sound] = media.getAudioTracks();
    const [picture] = media.getVideoTracks();
    if (sound) this.#microphone = this.#sendSound(sound, media);
    if (picture) this.#camera = this.#sendPicture(picture, media);
  }

  async open(): Promise<void> {
    await this.#exchange.open();
    await this.#fit();
  }

  restart(): Promise<void> {
    return this.#exchange.restart();
  }

  /** Whether these devices can go over this connection: the same kinds, and as many layers. */
  takes(media: MediaStream): boolean {
    const [picture] = media.getVideoTracks();
    return (
      media.getAudioTracks().length > 0 === (this.#microphone !== undefined) &&
      (picture !== undefined) === (this.#camera !== undefined) &&
      (picture === undefined || layerCount(sizeOf(picture)) === layerCount(this.#size))
    );
  }

  /** Another device of the same kind, without a new connection. */
  async replace(media: MediaStream): Promise<void> {
    const [picture] = media.getVideoTracks();
    if (picture) this.#prepare(picture);
    await this.#microphone?.replaceTrack(media.getAudioTracks()[0] ?? null);
    await this.#camera?.replaceTrack(picture ?? null);
  }

  close(): void {
    // What the server has ended, or lost, it frees by itself.
    const held = this.pc.connectionState === "connected";
    this.pc.close();
    if (held) this.#exchange.end();
  }

  #sendSound(sound: MediaStreamTrack, media: MediaStream): RTCRtpSender {
    const transceiver = this.pc.addTransceiver(sound, {
      direction: "sendonly",
      streams: [media],
      sendEncodings: [{ priority: "high", networkPriority: "high" }],
    });
    const codecs = soundCodecs(RTCRtpSender.getCapabilities("audio")?.codecs ?? []);
    if (codecs.length > 0) transceiver.setCodecPreferences(codecs);
    return transceiver.sender;
  }

  #sendPicture(picture: MediaStreamTrack, media: MediaStream): RTCRtpSender {
    this.#prepare(picture);
    const codecs = pictureCodecs(RTCRtpSender.getCapabilities("video")?.codecs ?? []);
    const with_ = (sendEncodings: RTCRtpEncodingParameters[]) =>
      this.pc.addTransceiver(picture, { direction: "sendonly", streams: [media], sendEncodings });
    const low = { priority: "low", networkPriority: "low" } as const;
    const layers =
      this.of === "screen"
        ? [{ ...low, maxBitrate: screenRate, maxFramerate: screenFrames }]
        : encodings(this.#size).map((e) => ({ ...e, ...low }));
    let transceiver: RTCRtpTransceiver;
    try {
      transceiver = with_(layers);
    } catch {
      // A browser that cannot send layers, or not so.
      transceiver = with_([{ maxBitrate: pictureRate(this.#size), maxFramerate: 30 }]);
    }
    if (codecs.length > 0) transceiver.setCodecPreferences(codecs);
    return transceiver.sender;
  }

  #prepare(picture: MediaStreamTrack): void {
    this.#size = sizeOf(picture);
    // A person who speaks is rather smooth than sharp, a page of text the other way.
    if (picture.contentHint === "") picture.contentHint = this.of === "screen" ? "detail" : "motion";
  }

  /** A server that takes one layer gets the whole picture in it, and not the smallest layer. */
  async #fit(): Promise<void> {
    const sender = this.#camera;
    const parameters = sender?.getParameters();
    const [only, more] = parameters?.encodings ?? [];
    if (!sender || !parameters || !only || more !== undefined || (only.scaleResolutionDownBy ?? 1) === 1) return;
    parameters.encodings = [alone(only, this.#size)];
    await sender.setParameters(parameters);
  }
}
