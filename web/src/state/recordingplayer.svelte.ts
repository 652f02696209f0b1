// The player of the press desk: the open takes, one of them in the <video>, and
// its clock.

import type { OpenTake, Playback, TakeSound } from "../media/recording";
import type { Newsroom, Take } from "../protocol/desk";
import { takeOf, tenth } from "./moment";

const ask = 12_000;

export class RecordingPlayer {
  takes = $state.raw<readonly Take[]>([]);
  /** Whether the server has been asked yet. */
  asked = $state(false);
  take = $state.raw<Take>();
  /** The instant shown, ms. */
  now = $state<number>();
  span = $state.raw<{ readonly from: number; readonly to: number }>();
  playing = $state(false);
  failed = $state(false);
  sounds = $state.raw<readonly TakeSound[]>([]);
  sound = $state(-1);
  /** There is a picture to take a still of. */
  picture = $state(false);

  #video: HTMLVideoElement | undefined;
  #playback: Playback | undefined;
  #opening = 0;
  #opened = Promise.resolve();
  #until: number | undefined;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(
    private readonly newsroom: Pick<Newsroom, "takes">,
    private readonly openTake: OpenTake,
  ) {}

  /** Asks for the takes, and again for as long as more of them may come. */
  async refresh(more: () => boolean): Promise<void> {
    clearTimeout(this.#timer);
    try {
      this.takes = await this.newsroom.takes();
      this.asked = true;
    } catch {
      // The next time may do: what was known stays.
    }
    if (this.#closed) return;
    const last = this.takes.at(-1);
    const still = this.takes.find((t) => t.id === this.take?.id);
    if (still) this.take = still; // it may have ended since
    else if (this.takes[0]) this.choose(this.takes[0]);
    if (more() || !this.asked || (last && last.to === undefined)) this.#timer = setTimeout(() => void this.refresh(more), ask);
  }

  /** Gives the player its <video>. */
  show(video: HTMLVideoElement): () => void {
    this.#video = video;
    const tick = () => {
      this.#tell();
      this.#frame = requestAnimationFrame(tick);
    };
    this.#frame = requestAnimationFrame(tick);
    if (this.take) this.choose(this.take);
    return () => {
      this.#closed = true;
      cancelAnimationFrame(this.#frame);
      clearTimeout(this.#timer);
      this.#opening++;
      this.#playback?.close();
    };
  }

  /** Opens a take; at an instant, and playing, if so wished. */
  choose(take: Take, at?: number, playing = false): void {
    this.take = take;
    const video = this.#video;
    if (!video) return;
    const turn = ++this.#opening;
    this.#playback?.close();
    this.#playback = undefined;
    this.#until = undefined;
    this.failed = false;
    const failed = () => {
      if (turn === this.#opening) this.failed = true;
    };
    const open = async () => {
      if (turn !== this.#opening) return;
      const playback = await this.openTake(video, take.playlist, failed);
      if (turn !== this.#opening) return playback.close();
      this.#playback = playback;
      if (at !== undefined) playback.seek(at);
      if (playing) void video.play().catch(() => {});
    };
    // One after the other: closing the one before empties the <video>.
    this.#opened = this.#opened.then(open).catch(failed);
  }

  toggle(): void {
    this.#until = undefined;
    if (this.#video?.paused) void this.#video.play().catch(() => {});
    else this.#video?.pause();
  }

  /** Shows an instant, in whichever take it is, and stays there. */
  seek(instant: number): void {
    this.#until = undefined;
    this.#video?.pause();
    this.#go(instant);
  }

  /** Moves by so many milliseconds and goes on playing, if it was. */
  skip(by: number): void {
    this.#until = undefined;
    if (this.now !== undefined) this.#playback?.seek(this.now + by);
  }

  /** Plays from one instant to another, and stops there. */
  play(from: number, to: number): void {
    this.#go(from, true);
    this.#until = to;
  }

  /** The instant shown, on the tenth of a second. */
  get here(): number | undefined {
    return this.now === undefined ? undefined : tenth(this.now);
  }

  listen(sound: number): void {
    this.#playback?.choose(sound);
  }

  /** The picture shown now, as a JPEG. */
  still(): Promise<Blob | undefined> {
    const video = this.#video;
    if (!video?.videoWidth) return Promise.resolve(undefined);
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d")?.drawImage(video, 0, 0);
    return new Promise((done) => canvas.toBlob((blob) => done(blob ?? undefined), "image/jpeg", 0.92));
  }

  #go(instant: number, playing = false): void {
    const take = takeOf(instant, this.takes);
    if (take && (take.id !== this.take?.id || this.failed)) return this.choose(take, instant, playing);
    this.#playback?.seek(instant);
    if (playing) void this.#video?.play().catch(() => {});
  }

  #tell(): void {
    const video = this.#video;
    const playback = this.#playback;
    if (!video) return;
    this.now = playback?.instant();
    this.playing = !video.paused && !video.ended;
    this.picture = video.videoWidth > 0;
    const span = playback?.span();
    if (span?.from !== this.span?.from || span?.to !== this.span?.to) this.span = span;
    const sounds = playback?.sounds() ?? [];
    if (sounds.length !== this.sounds.length) this.sounds = sounds;
    this.sound = playback?.sound() ?? -1;
    if (this.#until !== undefined && this.now !== undefined && this.now >= this.#until) {
      this.#until = undefined;
      video.pause();
    }
  }
}
