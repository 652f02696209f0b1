// The layers in which a camera is sent (simulcast, RFC 8853): the server gives
// every receiver the one that its line and its screen can use.

/** One layer as RTCRtpSendParameters wants it. */
export interface Encoding {
  readonly rid?: string;
  readonly active: true;
  /** bit/s. */
  readonly maxBitrate: number;
  readonly maxFramerate: number;
  readonly scaleResolutionDownBy: number;
  readonly scalabilityMode?: string;
}

export interface CaptureSize {
  readonly width: number;
  readonly height: number;
}

/** The most that a picture of so many pixels is given, in bit/s: about 0.07 a pixel at 25 frames a second. */
export function pictureRate({ width, height }: CaptureSize): number {
  const pixels = width * height;
  const steps = [
    [1280 * 720, 1_500_000],
    [960 * 540, 1_000_000],
    [640 * 360, 600_000],
    [480 * 270, 400_000],
    [320 * 180, 200_000],
  ] as const;
  return steps.find(([from]) => pixels >= from)?.[1] ?? 120_000;
}

const frameRate = 30;

/** The smallest of several layers fits beside sound with redundancy into 300 kbit/s. */
const smallest = { maxBitrate: 100_000, maxFramerate: 15 } as const;

/**
 * How many layers a browser makes of a picture. From a smaller one Chromium
 * makes fewer than it is asked for, and leaves out the largest.
 */
export function layerCount({ width, height }: CaptureSize): 1 | 2 | 3 {
  const pixels = width * height;
  if (pixels >= 960 * 540) return 3;
  return pixels >= 480 * 270 ? 2 : 1;
}

const rids = ["f", "h", "q"] as const;

/**
 * The layers of a camera, the smallest first, because a browser whose line is
 * short stops the last first. One layer has no name: it is no simulcast.
 */
export function encodings(size: CaptureSize): Encoding[] {
  const count = layerCount(size);
  if (count === 1) return [{ active: true, maxBitrate: pictureRate(size), maxFramerate: frameRate, scaleResolutionDownBy: 1 }];
  return rids.slice(0, count).map((rid, i): Encoding => {
    const by = 2 ** i;
    const layer = { width: size.width / by, height: size.height / by };
    return {
      rid,
      active: true,
      maxBitrate: pictureRate(layer),
      maxFramerate: frameRate,
      ...(i === count - 1 ? smallest : {}),
      scaleResolutionDownBy: by,
      // Without it VP9 would put all layers into one stream.
      scalabilityMode: "L1T1",
    };
  }).reverse();
}

/** What an encoding becomes when the other side takes one only. */
export function alone<E extends RTCRtpEncodingParameters>(encoding: E, size: CaptureSize): E {
  return { ...encoding, active: true, scaleResolutionDownBy: 1, maxBitrate: pictureRate(size) };
}
