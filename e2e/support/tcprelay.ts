// The way over TCP beside the relay: it passes on what comes, byte for byte.
import { connect, createServer, type Server, type Socket } from 'node:net';
import { relayHost } from './relay.ts';

export class TcpRelay {
  /** Connections that were made. */
  made = 0;
  #open = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async open(port: number): Promise<TcpRelay> {
    const server = createServer();
    const relay = new TcpRelay(server);
    server.on('connection', (client) => {
      relay.made++;
      const behind = connect(port, '127.0.0.1');
      for (const [from, to] of [
        [client, behind],
        [behind, client],
      ] as const) {
        relay.#open.add(from);
        from.setNoDelay(true);
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => (to.destroy(), relay.#open.delete(from)));
      }
    });
    await new Promise<void>((ready, failed) => {
      server.once('error', failed);
      server.listen(port, relayHost, ready);
    });
    return relay;
  }

  close(): void {
    for (const socket of this.#open) socket.destroy();
    this.server.close();
  }
}
