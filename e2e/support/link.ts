// One direction of a way through the relay: packets that are lost at random,
// wait, and queue before a narrow place.

/** How long packets queue before a narrow place before they are dropped, in milliseconds. */
const queue = 300;

export class Link {
  /** Of packets, from 0 to 1. */
  loss = 0;
  /** Milliseconds on the way. */
  delay = 0;
  /** bit/s; 0: no narrow place. */
  rate = 0;
  #free = 0;
  #chance = 1;

  /** Carries a packet of so many bytes, unless it is lost. */
  carry(bytes: number, deliver: () => void): void {
    if (this.loss > 0 && this.#random() < this.loss) return;
    const now = performance.now();
    let at = now + this.delay;
    if (this.rate > 0) {
      const begins = Math.max(now, this.#free);
      if (begins - now > queue) return;
      // With what IP and UDP add to it.
      this.#free = begins + ((bytes + 28) * 8000) / this.rate;
      at = this.#free + this.delay;
    }
    if (at - now < 0.5) deliver();
    else setTimeout(deliver, at - now);
  }

  /** The same losses in every run. */
  #random(): number {
    this.#chance = (this.#chance * 48_271) % 2_147_483_647;
    return this.#chance / 2_147_483_647;
  }
}
