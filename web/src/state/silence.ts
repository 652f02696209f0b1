// When a media connection has been silent for too long. What is too long
// depends on what it was like before: where a packet came every 20 ms, a
// second of nothing says more than where only the path is checked now and then.

/** Never sooner, however steady it was. A restart that was not needed interrupts nothing. */
export const leastPatience = 700;
/** Never later: a browser checks the path every 2.5 s where nothing else comes. */
export const mostPatience = 3_500;
/** How far back the longest pause is remembered, in milliseconds. */
const remembered = 4_000;
/** A clock that jumps by so much between two looks has stood still: the device slept, or the page was frozen. */
export const sleptFor = 3_000;

/** Told what has arrived; tells for how long nothing has. All times in milliseconds of one clock. */
export class Silence {
  #count = -1;
  #last: number;
  #looked: number;
  /** The pauses between arrivals as they were seen, and when each ended. */
  #pauses: { readonly length: number; readonly ended: number }[] = [];

  constructor(now: number) {
    this.#last = now;
    this.#looked = now;
  }

  /** A number that grows with everything that arrives. Tells what is new about the connection. */
  look(count: number, now: number): "heard" | "slept" | "nothing" {
    const slept = now - this.#looked > sleptFor;
    this.#looked = now;
    if (slept) {
      // Nobody was there to hear. What came before says nothing about now.
      this.#last = now;
      this.#pauses = [];
      this.#count = count;
      return "slept";
    }
    if (count === this.#count) return "nothing";
    // An interruption says nothing about how it is otherwise: what follows does.
    if (this.tooLong(now)) this.#pauses = [];
    else if (this.#count >= 0) this.#pauses.push({ length: now - this.#last, ended: now });
    this.#pauses = this.#pauses.filter((p) => now - p.ended < remembered);
    this.#count = count;
    this.#last = now;
    return "heard";
  }

  /** How long nothing has come. */
  lasts(now: number): number {
    return now - this.#last;
  }

  /** How long nothing may come before the connection is doubted. */
  get patience(): number {
    if (this.#pauses.length === 0) return mostPatience;
    const longest = Math.max(...this.#pauses.map((p) => p.length));
    return Math.min(mostPatience, Math.max(leastPatience, 1.5 * longest + 300));
  }

  tooLong(now: number): boolean {
    return this.lasts(now) > this.patience;
  }
}
