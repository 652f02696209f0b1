// Plays the open takes of the recording in a <video>, by the clock of the room:
// hls.js where the browser has Media Source Extensions, else the browser's own
// HLS.

import type Hls from "hls.js";
import { instantAt, spanOf, timeOf, type Stretch } from "../state/moment";

/** A sound that a take can be heard in. */
export interface TakeSound {
  readonly id: number;
  /** "original", or the tag of a channel's language. */
  readonly name: string;
}

export interface Playback {
  /** The instant shown now, ms; undefined until it is known. */
  instant(): number | undefined;
  seek(instant: number): void;
  /** What can be played at the moment. */
  span(): { readonly from: number; readonly to: number } | undefined;
  sounds(): readonly TakeSound[];
  sound(): number;
  choose(sound: number): void;
  close(): void;
}

export type OpenTake = (video: HTMLVideoElement, playlist: string, failed: () => void) => Promise<Playback>;

/** Opens a take's playlist, paused at its first picture. */
export const openTake: OpenTake = async (video, playlist, failed) => {
  const { default: Player } = await import("hls.js");
  if (Player.isSupported()) return new StreamPlayback(new Player({ enableWorker: false, startPosition: 0 }), video, playlist, failed, Player);
  return new NativePlayback(video, playlist, failed);
};

class StreamPlayback implements Playback {
  #stretches: () => readonly Stretch[] = () => [];
  #wanted: number | undefined;
  #mended = false;

  constructor(
    private readonly hls: Hls,
    private readonly video: HTMLVideoElement,
    playlist: string,
    failed: () => void,
    { Events, ErrorTypes }: typeof Hls,
  ) {
    hls.on(Events.LEVEL_UPDATED, (_, { details }) => {
      this.#stretches = () =>
        details.fragments.flatMap((f) => (f.programDateTime === null ? [] : [{ start: f.start, duration: f.duration, at: f.programDateTime }]));
      if (this.#wanted !== undefined) this.seek(this.#wanted);
    });
    hls.on(Events.ERROR, (_, { fatal, type }) => {
      if (!fatal) return;
      if (type === ErrorTypes.MEDIA_ERROR && !this.#mended) {
        this.#mended = true;
        hls.recoverMediaError();
      } else failed();
    });
    hls.loadSource(playlist);
    hls.attachMedia(video);
  }

  instant() {
    return this.#wanted ?? instantAt(this.video.currentTime, this.#stretches());
  }

  seek(instant: number) {
    const time = timeOf(instant, this.#stretches());
    this.#wanted = time === undefined ? instant : undefined;
    if (time !== undefined) this.video.currentTime = time;
  }

  span() {
    return spanOf(this.#stretches());
  }

  sounds() {
    return this.hls.audioTracks.map((t, id) => ({ id, name: t.name }));
  }

  sound() {
    return this.hls.audioTrack;
  }

  choose(sound: number) {
    this.hls.audioTrack = sound;
  }

  close() {
    this.hls.destroy();
  }
}

/** A browser that plays HLS itself tells the instant of the first picture. */
class NativePlayback implements Playback {
  constructor(
    private readonly video: HTMLVideoElement & { getStartDate?: () => Date },
    playlist: string,
    failed: () => void,
  ) {
    video.src = playlist;
    video.addEventListener("error", failed, { once: true });
  }

  #stretches(): readonly Stretch[] {
    const at = this.video.getStartDate?.().getTime();
    return at === undefined || Number.isNaN(at) ? [] : [{ start: 0, duration: this.video.duration, at }];
  }

  instant() {
    return instantAt(this.video.currentTime, this.#stretches());
  }

  seek(instant: number) {
    const time = timeOf(instant, this.#stretches());
    if (time !== undefined) this.video.currentTime = time;
  }

  span() {
    return spanOf(this.#stretches());
  }

  sounds() {
    return [];
  }

  sound() {
    return -1;
  }

  choose() {}

  close() {
    this.video.removeAttribute("src");
    this.video.load();
  }
}
