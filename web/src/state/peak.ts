// The mark of a level meter: the highest level of late. It stays a while and
// then sinks.

/** Milliseconds. */
const stays = 1_500;
/** dB a second. */
const sinks = 20;

export class PeakHold {
  #level = -Infinity;
  #at = -Infinity;

  /** Takes in a level; tells where the mark stands at the moment now, in milliseconds. */
  take(level: number, now: number): number {
    const mark = this.#level - (Math.max(0, now - this.#at - stays) / 1000) * sinks;
    if (level < mark) return mark;
    this.#level = level;
    this.#at = now;
    return level;
  }
}
