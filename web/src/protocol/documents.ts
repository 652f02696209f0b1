// Handing documents in, fetching and withdrawing them.

import type { Standing } from "./standing";
import { authorization } from "./standing";
import { own, refusalOf } from "./problem";
import type { Terms } from "../state/terms";
import type { Audience, ItemId, Purpose, Text } from "./view.gen";

/** What is said of a document when it is handed in. */
export interface About {
  readonly title: Text;
  readonly file: string;
  readonly to: Audience;
  readonly item?: ItemId;
  readonly as?: Purpose;
}

/** Where documents are handed in and fetched. The gallery has one of its own. */
export interface Shelf {
  handIn(about: About, file: Blob): Promise<void>;
  fetch(id: string): Promise<Blob>;
  /** What is in a term list. */
  terms(id: string): Promise<Terms>;
  withdraw(id: string): Promise<void>;
}

/** The server's shelf, for one seat. Every error is a Refusal. */
export function serversShelf(standing: Standing): Shelf {
  const headers = { Authorization: `Liqa ${authorization(standing)}` };
  async function call(path: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`/api/documents${path}`, { ...init, headers });
    } catch (why) {
      throw own("no-connection", String(why));
    }
    if (!response.ok) throw await refusalOf(response);
    return response;
  }
  return {
    async handIn(about, file) {
      const form = new FormData();
      form.set("about", JSON.stringify(about));
      form.set("file", file, about.file);
      await call("", { method: "POST", body: form });
    },
    async fetch(id) {
      return (await call(`/${id}`, {})).blob();
    },
    async terms(id) {
      return (await call(`/${id}/terms`, {})).json() as Promise<Terms>;
    },
    async withdraw(id) {
      await call(`/${id}`, { method: "DELETE" });
    },
  };
}
