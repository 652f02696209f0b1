// The loudness of media elements, moved by ramps. Elements and not Web Audio:
// Chromium plays a remote stream only through an element.

import { along, steady, toward, type Ramp } from "../state/mix";

const step = 20;

/** One element's volume. */
export class Volume {
  #ramp: Ramp;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly element: Pick<HTMLMediaElement, "volume">,
    start: number,
  ) {
    this.#ramp = steady(start);
    this.#apply(start);
  }

  /** Goes to a loudness between 0 and 1 within the ramp's time. */
  to(gain: number): void {
    this.#ramp = toward(this.#ramp, gain, performance.now());
    this.#timer ??= setInterval(() => this.#move(), step);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #move(): void {
    const at = along(this.#ramp, performance.now());
    this.#apply(at);
    if (at === this.#ramp.to) this.stop();
  }

  #apply(at: number): void {
    // Never muted: a browser pauses an element that is unmuted without a gesture.
    this.element.volume = at;
  }
}
