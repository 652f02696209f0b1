// A story's summit: its server, its protocol officer, and who has come.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Actor } from './actor.ts';
import { signatures, type Person as Name } from './media.ts';
import { officer, type Wire } from './officer.ts';
import { Person } from './person.ts';
import { Server, type Convened } from './server.ts';

/** Whose tone and colour somebody has: their seat's, where it has any. */
const nameOf = (seat: string) => (seat in signatures ? (seat as Name) : undefined);

export class Meeting {
  readonly #come: { leave(): unknown }[] = [];

  private constructor(
    readonly server: Server,
    readonly summit: Convened,
    readonly protocol: Wire,
  ) {}

  /** Begins at a server of its own, by a summit file that lies beside this one. */
  static async begin(file = 'summit.yaml'): Promise<Meeting> {
    const server = await Server.start();
    const summit = await server.convene(readFileSync(join(import.meta.dirname, file), 'utf8'));
    return new Meeting(server, summit, await officer(server, summit.links['officer']!));
  }

  /** Takes a seat with a browser. */
  async person(seat: string, as = nameOf(seat)): Promise<Person> {
    const person = await Person.arrive(as);
    this.#come.push(person);
    await person.open(this.summit.links[seat]!);
    return person;
  }

  /** Takes a seat without a browser. */
  async actor(seat: string, { as = nameOf(seat), seen = false }: { as?: Name | undefined; seen?: boolean } = {}): Promise<Actor> {
    if (as === undefined) throw new Error(`${seat} has no tone of its own`);
    const actor = await Actor.arrive(this.summit.links[seat]!, as, { seen });
    this.#come.push(actor);
    return actor;
  }

  async end(): Promise<void> {
    await Promise.all(this.#come.map((one) => one.leave()));
    this.protocol.close();
    await this.server.stop();
  }
}
