// One session of WHIP (RFC 9725) or WHEP over HTTP: offered, restarted on
// another network path, ended. Both are the same to HTTP.

import { namedIceServers } from "./iceservers";
import { own, refusalOf } from "./problem";
import { askForLostSound, restarted, restartFragment } from "./sdp";

/** Where to knock, and as whom. */
export interface Door {
  readonly url: string;
  /** "SUMMIT.SEAT.CREDENTIAL"; absent for the public. */
  readonly authorization?: string;
}

/** An offer that is not answered within so long is made again, in milliseconds. */
const answerWithin = 5_000;
/** A restart is asked for anew when it is not answered within so long. */
const restartWithin = 2_000;
/** A restart that is not answered within so long is asked for on another connection too: the first may hang. */
const askAgainAfter = 200;

/**
 * A browser that changes its network keeps its HTTP connection and waits on it
 * for long. Requests without credentials go by connections of their own; there
 * are no cookies here, so that it makes no other difference.
 */
const connections = ["same-origin", "omit"] as const satisfies readonly RequestCredentials[];
let preferred = 0;

/** The server no longer has the session: only a new one helps. */
export class SessionGone extends Error {
  override readonly name = "SessionGone";
}

export class Exchange {
  #resource: string | undefined;
  #answer = "";

  constructor(
    private readonly pc: RTCPeerConnection,
    private readonly door: Door,
  ) {}

  /** Offers, posts and takes the answer. Nothing trickles: the server's addresses are all in it. */
  async open(): Promise<void> {
    if (this.door.authorization !== undefined) {
      const named = await namedIceServers(this.door.url, this.door.authorization);
      if (named.length > 0) this.pc.setConfiguration({ ...this.pc.getConfiguration(), iceServers: named });
    }
    const offer = await this.#offer({});
    const response = await this.#send(preferred, "POST", this.door.url, offer, "application/sdp", {}, AbortSignal.timeout(answerWithin));
    if (!response.ok) throw await refusalOf(response);
    const location = response.headers.get("Location");
    this.#resource = location === null ? undefined : new URL(location, new URL(this.door.url, window.location.href)).href;
    this.#answer = await response.text();
    if (this.pc.signalingState === "closed") {
      this.end();
      throw own("connection-lost");
    }
    await this.pc.setRemoteDescription({ type: "answer", sdp: this.#answer });
  }

  /**
   * Restarts ICE: from whatever network there is now, to whatever address the
   * server has now. The media go on meanwhile where they still can. Throws
   * SessionGone when the server no longer has the session.
   *
   * What was not answered is asked for again as it was. The server may have
   * taken it, and answers the same; another offer would end the old path's
   * credentials there, by which media may still go.
   */
  async restart(): Promise<void> {
    if (this.#resource === undefined) throw new SessionGone();
    const unanswered = this.pc.signalingState === "have-local-offer" ? this.pc.localDescription?.sdp : undefined;
    const offer = unanswered ?? (await this.#offer({ iceRestart: true }));
    const fragment = await this.#ask(this.#resource, restartFragment(offer));
    const answer = restarted(this.#answer, fragment);
    if (answer === undefined) throw own("no-answer");
    if (this.pc.signalingState !== "have-local-offer") throw own("connection-lost");
    this.#answer = answer;
    await this.pc.setRemoteDescription({ type: "answer", sdp: answer });
  }

  /** Frees the server's side; nobody waits for it. */
  end(): void {
    const resource = this.#resource;
    this.#resource = undefined;
    if (resource === undefined) return;
    void fetch(resource, { method: "DELETE", headers: this.#credentials(), keepalive: true }).catch(() => undefined);
  }

  async #offer(options: RTCOfferOptions): Promise<string> {
    const wanted = await this.pc.createOffer(options);
    const sdp = askForLostSound(wanted.sdp ?? "");
    await this.pc.setLocalDescription({ type: "offer", sdp });
    return this.pc.localDescription?.sdp ?? sdp;
  }

  /** Asks for the restart, by a second connection too when the first says nothing for long. */
  async #ask(resource: string, fragment: string): Promise<string> {
    const ended = new AbortController();
    const limit = AbortSignal.any([ended.signal, AbortSignal.timeout(restartWithin)]);
    const by = async (connection: number, after: number): Promise<string> => {
      if (after > 0) await pause(after, ended.signal);
      // "*", since a restart whose answer was lost has changed the tag.
      const response = await this.#send(connection, "PATCH", resource, fragment, "application/trickle-ice-sdpfrag", { "If-Match": "*" }, limit);
      if ([404, 410, 412].includes(response.status)) {
        ended.abort();
        throw new SessionGone();
      }
      if (!response.ok) throw await refusalOf(response);
      // 204: the server has restarted already, and the other answer says how.
      if (response.status === 204) throw own("no-answer");
      preferred = connection;
      return response.text();
    };
    const other = (preferred + 1) % connections.length;
    try {
      return await Promise.any([by(preferred, 0), by(other, askAgainAfter)]);
    } catch (all) {
      const faults: unknown[] = all instanceof AggregateError ? all.errors : [all];
      throw faults.find((f) => f instanceof SessionGone) ?? faults[0];
    } finally {
      ended.abort();
    }
  }

  async #send(
    connection: number,
    method: string,
    url: string,
    body: string,
    type: string,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Response> {
    try {
      return await fetch(url, {
        method,
        headers: { "Content-Type": type, ...headers, ...this.#credentials() },
        credentials: connections[connection] ?? "same-origin",
        body,
        signal,
      });
    } catch {
      if (method === "POST") preferred = (connection + 1) % connections.length;
      throw own("no-connection");
    }
  }

  #credentials(): Record<string, string> {
    return this.door.authorization === undefined ? {} : { Authorization: `Liqa ${this.door.authorization}` };
  }
}

/** Waits, unless it is called off before. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((done, off) => {
    if (signal.aborted) return off(own("no-answer"));
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      off(own("no-answer"));
    });
  });
}
