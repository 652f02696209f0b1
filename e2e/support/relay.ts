// The network between the people of a story and the server's media port: it
// counts, loses and delays what passes, for each person apart. The server tells
// everybody the relay's address as its own.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

/** Where the relay stands; the server listens at 127.0.0.1. */
export const relayHost = '127.0.0.2';

/** One client's way through the relay. */
export interface Way {
  readonly port: number;
  /** Nothing passes while it is true. */
  cut: boolean;
  /** Milliseconds that pictures wait on the way to the server. */
  pictureDelay: number;
  /** Packets of sound or picture that went to the client. */
  toClient: number;
  /** Packets of sound or picture either way, by their synchronisation source. */
  readonly sources: Map<number, number>;
}

const opus = 111;

/** RTP, and not RTCP, STUN or DTLS (RFC 7983 §7, RFC 5761 §4). */
function isMedia(b: Buffer): boolean {
  const first = b[0] ?? 0;
  const second = b[1] ?? 0;
  return b.length >= 12 && first >= 128 && first < 192 && !(second >= 192 && second <= 223);
}

function count(way: Way, b: Buffer): void {
  const source = b.readUInt32BE(8);
  way.sources.set(source, (way.sources.get(source) ?? 0) + 1);
}

export class Relay {
  readonly ways = new Map<number, Way & { socket: Socket }>();
  /** The share of all packets that are lost, either way. */
  loss = 0;
  /** Called when a client is seen for the first time. */
  onWay: ((way: Way) => void) | undefined;
  #front: Socket;
  /** Packets that were still being delayed when the story ended go nowhere. */
  #closed = false;

  private constructor(
    front: Socket,
    readonly port: number,
  ) {
    this.#front = front;
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
    this.#front.close();
    for (const w of this.ways.values()) w.socket.close();
  }

  #out(b: Buffer, from: RemoteInfo): void {
    const way = this.#way(from);
    if (way.cut || Math.random() < this.loss) return;
    if (isMedia(b)) count(way, b);
    const send = () => !this.#closed && !way.cut && way.socket.send(b, this.port, '127.0.0.1');
    if (way.pictureDelay > 0 && isMedia(b) && (b[1]! & 0x7f) !== opus) setTimeout(send, way.pictureDelay);
    else send();
  }

  #way(from: RemoteInfo): Way & { socket: Socket } {
    let way = this.ways.get(from.port);
    if (!way) {
      const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
      const made = { port: from.port, cut: false, pictureDelay: 0, toClient: 0, sources: new Map<number, number>(), socket };
      socket.bind(0, '127.0.0.1');
      socket.on('message', (b) => {
        if (this.#closed || made.cut || Math.random() < this.loss) return;
        if (isMedia(b)) {
          made.toClient++;
          count(made, b);
        }
        this.#front.send(b, from.port, from.address);
      });
      this.ways.set(from.port, made);
      way = made;
      this.onWay?.(made);
    }
    return way;
  }
}
