// The network between the people of a story and the server's media port: it
// counts, loses, delays and slows what passes, for each person apart, and
// forgets whose packets they are as a router does. The server tells everybody
// the relay's address as its own.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { Link } from './link.ts';

/** Where the relay stands; the server listens at 127.0.0.1. */
export const relayHost = '127.0.0.2';

/** One client's way through the relay. */
export interface Way {
  /** The client's own port. */
  readonly port: number;
  /** Nothing passes while it is true. */
  cut: boolean;
  /** Milliseconds that pictures wait on the way to the server. */
  pictureDelay: number;
  /** No picture passes on the way to the client while it is true; sound does. */
  picturesLost: boolean;
  /** What the way to the server, and that to the client, is like. */
  readonly up: Link;
  readonly down: Link;
  /** Packets of sound or picture that went to the client. */
  toClient: number;
  /** Packets of sound or picture either way, by their synchronisation source. */
  readonly sources: Map<number, number>;
  /** Goes on from another address, as seen by the server; what is sent to the old one is lost. */
  forget(): Promise<void>;
}

const opus = 111;
const red = 63;

/** RTP, and not RTCP, STUN or DTLS (RFC 7983 §7, RFC 5761 §4). */
export function isMedia(b: Buffer): boolean {
  const first = b[0] ?? 0;
  const second = b[1] ?? 0;
  return b.length >= 12 && first >= 128 && first < 192 && !(second >= 192 && second <= 223);
}

/** A way as the relay keeps it. */
class Path implements Way {
  cut = false;
  pictureDelay = 0;
  picturesLost = false;
  toClient = 0;
  readonly up = new Link();
  readonly down = new Link();
  readonly sources = new Map<number, number>();
  #socket!: Socket;

  private constructor(
    readonly port: number,
    private readonly back: (b: Buffer) => void,
    private readonly server: number,
  ) {}

  /** A way whose first packets wait until it has an address: a socket is bound in its own time. */
  static open(port: number, server: number, back: (b: Buffer) => void): Path {
    const path = new Path(port, back, server);
    path.#renew();
    return path;
  }

  async forget(): Promise<void> {
    const old = this.#socket;
    await this.#renew();
    old.close();
  }

  #renew(): Promise<void> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
    socket.on('message', (b) => {
      if (this.cut || socket !== this.#socket) return;
      if (isMedia(b)) {
        const type = b[1]! & 0x7f;
        if (this.picturesLost && type !== opus && type !== red) return;
        this.toClient++;
        this.#count(b);
      }
      this.down.carry(b, () => !this.cut && this.back(b));
    });
    this.#socket = socket;
    return new Promise((bound) => socket.bind(0, '127.0.0.1', bound));
  }

  out(b: Buffer): void {
    if (this.cut) return;
    if (isMedia(b)) this.#count(b);
    const send = () => !this.cut && !this.#closed && this.#socket.send(b, this.server, '127.0.0.1');
    const late = this.pictureDelay > 0 && isMedia(b) && (b[1]! & 0x7f) !== opus;
    this.up.carry(b, late ? () => setTimeout(send, this.pictureDelay) : send);
  }

  #count(b: Buffer): void {
    const source = b.readUInt32BE(8);
    this.sources.set(source, (this.sources.get(source) ?? 0) + 1);
  }

  #closed = false;

  close(): void {
    this.#closed = true;
    this.cut = true;
    this.#socket.close();
  }
}

export class Relay {
  readonly ways = new Map<number, Way>();
  /** The share of all packets that are lost, either way, whoever they are for. */
  loss = 0;
  /** Called when a client is seen for the first time. */
  onWay: ((way: Way) => void) | undefined;
  readonly #paths = new Map<number, Path>();
  /** Packets that were still on their way when the story ended go nowhere. */
  #closed = false;

  private constructor(
    private readonly front: Socket,
    readonly port: number,
  ) {
    front.on('message', (b, from) => this.#out(b, from));
  }

  static async open(port: number): Promise<Relay> {
    const front = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
    await new Promise<void>((ready, failed) => {
      front.once('error', failed);
      front.bind(port, relayHost, ready);
    });
    return new Relay(front, port);
  }

  close(): void {
    this.#closed = true;
    this.front.close();
    for (const p of this.#paths.values()) p.close();
  }

  #out(b: Buffer, from: RemoteInfo): void {
    if (Math.random() < this.loss) return;
    let path = this.#paths.get(from.port);
    if (!path) {
      path = Path.open(from.port, this.port, (back) => {
        if (!this.#closed && Math.random() >= this.loss) this.front.send(back, from.port, from.address);
      });
      this.#paths.set(from.port, path);
      this.ways.set(from.port, path);
      this.onWay?.(path);
    }
    path.out(b);
  }
}
