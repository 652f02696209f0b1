// The way over TCP beside the relay: it passes on what comes, byte for byte.
import { connect, createServer, type Server, type Socket } from 'node:net';
import { relayHost } from './relay.ts';

export class TcpRelay {
  /** Connections that were made. */
  made = 0;
  #open = new Set<Socket>();
  #ways = new Set<readonly [from: Socket, to: Socket]>();
  #cut = false;

  private constructor(private readonly server: Server) {}

  static async open(port: number): Promise<TcpRelay> {
    const server = createServer();
    const relay = new TcpRelay(server);
    server.on('connection', (client) => {
      relay.made++;
      const behind = connect(port, '127.0.0.1');
      for (const way of [
        [client, behind],
        [behind, client],
      ] as const) {
        const [from, to] = way;
        relay.#open.add(from);
        relay.#ways.add(way);
        from.setNoDelay(true);
        if (!relay.#cut) from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => (to.destroy(), relay.#open.delete(from), relay.#ways.delete(way)));
      }
    });
    await new Promise<void>((ready, failed) => {
      server.once('error', failed);
      server.listen(port, relayHost, ready);
    });
    return relay;
  }

  /** While it is true nothing passes, and nobody is told; then all passes that was sent meanwhile, as TCP sends it again. */
  set cut(on: boolean) {
    if (on === this.#cut) return;
    this.#cut = on;
    for (const [from, to] of this.#ways) {
      if (on) from.unpipe(to).pause();
      else from.pipe(to);
    }
  }

  close(): void {
    for (const socket of this.#open) socket.destroy();
    this.server.close();
  }
}
