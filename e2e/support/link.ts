// One direction of a way through the relay: packets that are lost, each by
// itself or in bursts, wait, and queue before a narrow place.

/** How long packets queue before a narrow place before they are dropped, in milliseconds. */
const queue = 300;

export class Link {
  /** Of packets, from 0 to 1. */
  loss = 0;
  /**
   * How many packets a burst of losses has, in the mean; 1: each is lost by itself.
   * More is Gilbert's model, the simplest of Gilbert and Elliott's: a good state that
   * loses nothing and a bad one that loses everything, left with 1/burst.
   */
  burst = 1;
  /** Told of every packet, and whether it is lost here, before it goes on. */
  seen: ((packet: Buffer, lost: boolean) => void) | undefined;
  /** Milliseconds on the way. */
  delay = 0;
  /** bit/s; 0: no narrow place. */
  rate = 0;
  #free = 0;
  #chance = 1;
  #bad = false;

  /** Carries a packet, unless it is lost. */
  carry(packet: Buffer, deliver: () => void): void {
    const lost = this.#lost();
    this.seen?.(packet, lost);
    if (lost) return;
    const now = performance.now();
    let at = now + this.delay;
    if (this.rate > 0) {
      const begins = Math.max(now, this.#free);
      if (begins - now > queue) return;
      // With what IP and UDP add to it.
      this.#free = begins + ((packet.length + 28) * 8000) / this.rate;
      at = this.#free + this.delay;
    }
    if (at - now < 0.5) deliver();
    else setTimeout(deliver, at - now);
  }

  #lost(): boolean {
    if (this.loss <= 0) return false;
    if (this.burst <= 1) return this.#random() < this.loss;
    const left = 1 / this.burst;
    this.#bad = this.#random() < (this.#bad ? 1 - left : (left * this.loss) / (1 - this.loss));
    return this.#bad;
  }

  /** The same losses in every run. */
  #random(): number {
    this.#chance = (this.#chance * 48_271) % 2_147_483_647;
    return this.#chance / 2_147_483_647;
  }
}
