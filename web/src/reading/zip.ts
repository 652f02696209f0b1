// The files of a zip archive (APPNOTE 6.3), as far as office documents use it:
// stored or deflated, no encryption, no Zip64. What an archive says of itself is
// not believed: an entry that grows beyond what is wanted is given up.

import { Unreadable } from "./paragraph";

const mostEntries = 5000;
/** The most that one entry may grow to, in bytes. */
export const mostBytes = 48 << 20;

interface Entry {
  readonly method: number;
  readonly size: number;
  readonly header: number;
}

export class Archive {
  readonly #entries = new Map<string, Entry>();
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #left = 2 * mostBytes; // of all entries together

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
    const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    try {
      this.#list(v, directory(v));
    } catch (why) {
      throw why instanceof RangeError ? new Unreadable("broken") : why;
    }
  }

  #list(v: DataView, { at, count }: { at: number; count: number }) {
    if (count > mostEntries) throw new Unreadable("too-long");
    for (let n = 0; n < count; n++) {
      if (v.getUint32(at, true) !== 0x02014b50) throw new Unreadable("broken");
      if ((v.getUint16(at + 8, true) & 1) !== 0) throw new Unreadable("locked");
      const name = v.getUint16(at + 28, true);
      const entry = { method: v.getUint16(at + 10, true), size: v.getUint32(at + 20, true), header: v.getUint32(at + 42, true) };
      this.#entries.set(new TextDecoder().decode(this.#bytes.subarray(at + 46, at + 46 + name)), entry);
      at += 46 + name + v.getUint16(at + 30, true) + v.getUint16(at + 32, true);
    }
  }

  /** The text of a file, in UTF-8; undefined when there is none of that name. */
  async text(name: string): Promise<string | undefined> {
    const entry = this.#entries.get(name);
    if (!entry) return undefined;
    const v = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
    if (entry.header + 30 > v.byteLength || v.getUint32(entry.header, true) !== 0x04034b50) throw new Unreadable("broken");
    const at = entry.header + 30 + v.getUint16(entry.header + 26, true) + v.getUint16(entry.header + 28, true);
    const packed = this.#bytes.subarray(at, at + entry.size);
    if (packed.length < entry.size || (entry.method !== 0 && entry.method !== 8)) throw new Unreadable("broken");
    return new TextDecoder().decode(entry.method === 0 ? packed : await this.#inflate(packed));
  }

  async #inflate(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let size = 0;
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
    try {
      for (;;) {
        const { done, value } = await stream.read();
        if (done) break;
        size += value.length;
        this.#left -= value.length;
        if (size > mostBytes || this.#left < 0) throw new Unreadable("too-long");
        parts.push(value);
      }
    } catch (why) {
      void stream.cancel().catch(() => undefined);
      throw why instanceof Unreadable ? why : new Unreadable("broken");
    }
    const whole = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

/** Where the central directory is, by the record at the end. */
function directory(v: DataView): { at: number; count: number } {
  for (let i = v.byteLength - 22; i >= Math.max(0, v.byteLength - 22 - 0xffff); i--) {
    if (v.getUint32(i, true) === 0x06054b50) return { at: v.getUint32(i + 16, true), count: v.getUint16(i + 10, true) };
  }
  throw new Unreadable("broken");
}
