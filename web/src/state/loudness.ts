// How loud it has been for long, at the output of the page. In dBFS: what
// reaches the ear depends on the device and the headphones, so that a limit
// means something only after the interpreter has said what is comfortable; it
// is never a claim about sound pressure.

/** Over how much time it is taken together, in milliseconds. */
export const over = 10 * 60_000;
/** Before it has gone on for so long nothing is said, in milliseconds. */
const soonest = 3 * 60_000;
/** dBFS that are taken for loud before the interpreter has said what is comfortable. */
const unsaid = -15;
/** By how many dB what is comfortable may be exceeded for long. */
const exceeded = 6;
/** What is quieter is no speech, dBFS. */
const speaks = -50;
/** Milliseconds that one cell stands for. */
const cell = 5_000;

/** The last minutes at the output: the same energy counts the same, whenever it came. */
export class Exposure {
  readonly #cells = new Float64Array(over / cell);
  #at = -1;
  #filled = 0;

  /** Takes in a mean square that lasted so many milliseconds; now on any clock that goes on. */
  add(power: number, lasted: number, now: number): void {
    const at = Math.floor(now / cell);
    if (this.#at < 0) this.#at = at;
    for (; this.#at < at; this.#at++) {
      this.#cells[(this.#at + 1) % this.#cells.length] = 0;
      this.#filled = Math.min(this.#cells.length, this.#filled + 1);
    }
    this.#cells[at % this.#cells.length]! += (power * lasted) / cell;
  }

  /** dBFS over the last minutes, quiet included. */
  get level(): number {
    let sum = 0;
    for (const power of this.#cells) sum += power;
    return 10 * Math.log10(sum / Math.max(1, this.#filled) + 1e-13);
  }

  /** Whether it has been too loud for long, by what is comfortable: dBFS, undefined where nobody has said. */
  tooLoud(comfortable: number | undefined): boolean {
    return this.#filled * cell >= soonest && this.level > (comfortable === undefined ? unsaid : comfortable + exceeded);
  }

  /** The level of the speech of the last half a minute, dBFS; undefined when there was none. */
  get speech(): number | undefined {
    let sum = 0;
    let cells = 0;
    for (let back = 0; back < 30_000 / cell; back++) {
      const power = this.#cells[(this.#at - back + this.#cells.length) % this.#cells.length] ?? 0;
      if (10 * Math.log10(power + 1e-13) < speaks) continue;
      sum += power;
      cells++;
    }
    return cells > 0 ? Math.round(10 * Math.log10(sum / cells)) : undefined;
  }
}
