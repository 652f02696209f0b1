// A real server for one story: its own folder, its own ports, killed or stopped
// as the story wants.
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createSocket } from 'node:dgram';
import { Relay, relayHost } from './relay.ts';
import { TcpRelay } from './tcprelay.ts';

const binary = resolve(import.meta.dirname, '../../bin/liqa');

/** A TCP port that is free on every address, for UDP too. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = await new Promise<number>((found, failed) => {
      const s = createServer();
      s.once('error', failed);
      s.listen(0, () => {
        const at = s.address();
        s.close(() => (typeof at === 'object' && at ? found(at.port) : failed(new Error('no port'))));
      });
    });
    const free = await new Promise<boolean>((done) => {
      const u = createSocket('udp4');
      u.once('error', () => done(false));
      u.bind(port, () => u.close(() => done(true)));
    });
    if (free) return port;
  }
}

export interface Convened {
  readonly summit: string;
  /** Links by seat. */
  readonly links: Readonly<Record<string, string>>;
}

export class Server {
  readonly dir = mkdtempSync(join(tmpdir(), 'liqa-e2e-'));
  readonly data = join(this.dir, 'data');
  readonly log = join(this.dir, 'log');
  url = '';
  #http = 0;
  #https = 0;
  #media = 0;
  #direct: string | undefined;
  #process: ChildProcess | undefined;

  /** Starts a server; its media go by the relay, unless an address is given at which it takes them itself. */
  static async start(direct?: string): Promise<Server> {
    const s = new Server();
    s.#direct = direct;
    [s.#http, s.#https, s.#media] = [await freePort(), await freePort(), await freePort()];
    s.url = `http://localhost:${s.#http}`;
    s.relay = await Relay.open(s.#media);
    await s.run();
    return s;
  }

  /** Everybody's network; see Relay. */
  relay!: Relay;

  /** A line of one's own to the pages and the live connection, at the address it gives; it can be cut. */
  async line(): Promise<{ readonly line: TcpRelay; address(link: string): string }> {
    const line = await TcpRelay.open(this.#http);
    this.#lines.push(line);
    return { line, address: (link) => link.replace(this.url, `http://${relayHost}:${this.#http}`) };
  }

  readonly #lines: TcpRelay[] = [];

  /** Starts the server, again after a kill. */
  async run(): Promise<void> {
    const config = join(this.dir, 'liqa.yaml');
    writeFileSync(
      config,
      [
        `data: ${this.data}`,
        `listen: {http: "localhost:${this.#http}", https: "localhost:${this.#https}"}`,
        this.#direct
          ? `media: {udp: "${this.#direct}:${this.#media}", tcp: "${this.#direct}:${this.#media}"}`
          : `media: {udp: "127.0.0.1:${this.#media}", tcp: "127.0.0.1:${this.#media}", addresses: ["${relayHost}"]}`,
        `limits: {calls-per-second: 500, calls-at-once: 2000, guesses-per-minute: 1000, public-players: 100, public-total: 100}`,
        `log: {level: debug}`,
      ].join('\n'),
    );
    const p = spawn(binary, ['serve', '--config', config], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = p;
    for (const stream of [p.stdout, p.stderr]) stream.on('data', (b: Buffer) => appendFileSync(this.log, b));
    const until = Date.now() + 15_000;
    while (Date.now() < until) {
      if (p.exitCode !== null) break;
      try {
        if ((await fetch(`${this.url}/healthz`)).ok) return;
      } catch {
        // Not listening yet.
      }
      await new Promise((r) => setTimeout(r, 50));
    }
    throw new Error(`the server did not start:\n${this.said()}`);
  }

  said(): string {
    try {
      return readFileSync(this.log, 'utf8');
    } catch {
      return '';
    }
  }

  /** Ends the process at once, as a power failure of the process does. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    this.relay.close();
    for (const l of this.#lines) l.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const p = this.#process;
    this.#process = undefined;
    if (!p || p.exitCode !== null) return;
    const gone = new Promise((r) => p.once('exit', r));
    p.kill(signal);
    await gone;
  }

  async admin(method: string, path: string, body?: string): Promise<Response> {
    const token = readFileSync(join(this.data, 'admin-token'), 'utf8').trim();
    return fetch(this.url + path, {
      method,
      headers: { Authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body }),
    });
  }

  async convene(yaml: string): Promise<Convened> {
    const res = await this.admin('POST', '/api/summits', yaml);
    if (res.status !== 201) throw new Error(`not convened: ${res.status} ${await res.text()}`);
    const made = (await res.json()) as { summit: string; links: { seat: string; link: string }[] };
    return { summit: made.summit, links: Object.fromEntries(made.links.map((l) => [l.seat, l.link])) };
  }
}
