// The loudness of one sound, moved by ramps: in the page's chain, or by its
// element's own volume where there is none. The element plays in both cases,
// muted in the first: Chromium decodes a remote sound only for an element.

import { along, steady, toward, type Ramp } from "../state/mix";
import { listening, type Listening } from "./listening";

const step = 20;

type Element = Pick<HTMLMediaElement, "volume" | "muted">;
type Put = NonNullable<ReturnType<Listening["put"]>>;

export class Volume {
  #ramp: Ramp;
  #timer: ReturnType<typeof setInterval> | undefined;
  #track: MediaStreamTrack | undefined;
  #put: Put | undefined;
  readonly #leave: () => void;

  /** unmuted is called when the element has to play by itself again: some browsers pause it then. */
  constructor(
    private readonly element: Element,
    start: number,
    private readonly unmuted: () => void = () => undefined,
    private readonly chain: Pick<Listening, "join" | "put"> = listening(),
  ) {
    this.#ramp = steady(start);
    this.#leave = chain.join(() => this.#choose());
    this.#choose();
  }

  /** Takes what the element plays; undefined for an element without sound. */
  of(track: MediaStreamTrack | undefined): void {
    this.#track = track;
    this.#choose();
  }

  /** Goes to a loudness by a ramp of so many milliseconds; 1 is as it comes. An element alone goes no higher. */
  to(gain: number, lasts?: number): void {
    const before = this.#ramp;
    this.#ramp = toward(before, gain, performance.now(), lasts);
    if (this.#ramp !== before) this.#move();
  }

  stop(): void {
    this.#leave();
    this.#put?.take();
    this.#put = undefined;
    this.#rest();
  }

  /** Chain or element, as it is now. */
  #choose(): void {
    this.#put?.take();
    this.#put = this.#track && this.chain.put(this.#track, along(this.#ramp, performance.now()));
    const muted = this.#put !== undefined;
    const before = this.element.muted;
    this.element.muted = muted;
    this.#move();
    if (before && !muted) this.unmuted();
  }

  #move(): void {
    this.#rest();
    if (this.#put) {
      const { gain, now } = this.#put;
      const left = this.#ramp.begun + this.#ramp.lasts - performance.now();
      gain.cancelScheduledValues(now);
      gain.setValueAtTime(along(this.#ramp, performance.now()), now);
      if (left > 0) gain.linearRampToValueAtTime(this.#ramp.to, now + left / 1000);
      return;
    }
    this.#apply();
    if (along(this.#ramp, performance.now()) !== this.#ramp.to) this.#timer = setInterval(() => this.#apply(), step);
  }

  #apply(): void {
    const at = along(this.#ramp, performance.now());
    this.element.volume = Math.min(1, at);
    if (at === this.#ramp.to) this.#rest();
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
