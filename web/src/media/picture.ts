// Playing a pair: one sound and one picture in one media element, so that the
// browser keeps lips and words together.

import { listening } from "./listening";

/** A picture that has stood still for so long is no picture, in milliseconds. */
const still = 2_000;

/** How long a picture waits for its sound to be ready, in milliseconds. */
const soundWithin = 1_000;

/**
 * Puts a pair into an element. The picture joins when its first packet has come
 * and the sound can be played: a browser plays nothing of a stream whose picture
 * has not begun, or stands still, when it is attached; and a speaker without a
 * camera, or with none that the line has room for, must still be heard.
 */
export function attach(
  element: HTMLMediaElement,
  sound: MediaStreamTrack | undefined,
  picture: MediaStreamTrack | undefined,
): () => void {
  const media = new MediaStream(sound ? [sound] : []);
  let sounds = sound === undefined;
  const join = () => {
    if (picture && sounds && !picture.muted && !media.getVideoTracks().includes(picture)) media.addTrack(picture);
  };
  const canPlay = () => {
    sounds = true;
    join();
  };
  join();
  picture?.addEventListener("unmute", join);
  element.addEventListener("canplay", canPlay);
  const late = setTimeout(canPlay, soundWithin); // a sound that nothing comes of keeps no picture away
  element.srcObject = media;
  return () => {
    picture?.removeEventListener("unmute", join);
    element.removeEventListener("canplay", canPlay);
    clearTimeout(late);
    element.srcObject = null;
  };
}

/** Starts an element; tells whether the browser wants a press first. */
export async function start(element: HTMLMediaElement): Promise<"playing" | "held"> {
  try {
    await element.play();
    return "playing";
  } catch (fault) {
    return fault instanceof DOMException && fault.name === "NotAllowedError" ? "held" : "playing";
  }
}

/**
 * Sends the page's sound to a loudspeaker, and an element's own, where the
 * browser can: a muted element too, for Chromium cancels the echo of the
 * loudspeaker of the elements.
 */
export function speakThrough(element: HTMLMediaElement, speaker: string): void {
  listening().speaker(speaker);
  if ("setSinkId" in element && element.sinkId !== speaker) void element.setSinkId(speaker).catch(() => undefined);
}

/** Tells when a picture begins to move and when it has stood still. */
export function watchFrames(element: HTMLVideoElement, tell: (moving: boolean) => void): () => void {
  let last = -Infinity;
  let handle = 0;
  let moving = false;
  const set = (now: boolean) => {
    if (now !== moving) tell((moving = now));
  };
  const frame = () => {
    last = performance.now();
    set(true);
    handle = element.requestVideoFrameCallback(frame);
  };
  handle = element.requestVideoFrameCallback(frame);
  const timer = setInterval(() => {
    // A hidden page is given no frames; that says nothing about the picture.
    if (document.visibilityState === "visible") set(performance.now() - last < still);
    else last = performance.now();
  }, 500);
  return () => {
    clearInterval(timer);
    element.cancelVideoFrameCallback(handle);
  };
}
