// Why the server said no: RFC 9457 problem details with Liqa's stable code.

/** A refusal with its code, so that a screen can say it in the reader's language. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    /** Stable, for the catalogue: "not-admitted", "link-used" … */
    readonly code: string,
    /** The server's own English sentence; shown when the catalogue has no better. */
    readonly detail: string,
    readonly params: Readonly<Record<string, string>> = {},
    /** After how many milliseconds it may be tried again, when the server says so. */
    readonly after = 0,
  ) {
    super(detail || code);
  }
}

/** Codes that this side gives itself. */
export const ownCodes = ["no-connection", "connection-lost", "no-answer", "not-understood"] as const;
export type OwnCode = (typeof ownCodes)[number];

export function own(code: OwnCode, detail = ""): Refusal {
  return new Refusal(code, detail);
}

/** Reads a refusal out of a response that was not a success. */
export async function refusalOf(response: Response): Promise<Refusal> {
  const after = 1000 * (Number(response.headers.get("Retry-After")) || 0);
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    return new Refusal(`http-${response.status}`, response.statusText, {}, after);
  }
  return toRefusal(body, `http-${response.status}`, after);
}

/** Reads {code, detail, params} from whatever came over the wire. */
export function toRefusal(body: unknown, otherwise: string, after = 0): Refusal {
  if (typeof body !== "object" || body === null) return new Refusal(otherwise, "", {}, after);
  const b = body as Record<string, unknown>;
  const params: Record<string, string> = {};
  if (typeof b["params"] === "object" && b["params"] !== null) {
    for (const [k, v] of Object.entries(b["params"])) params[k] = String(v);
  }
  return new Refusal(
    typeof b["code"] === "string" && b["code"] !== "" ? b["code"] : otherwise,
    typeof b["detail"] === "string" ? b["detail"] : typeof b["title"] === "string" ? b["title"] : "",
    params,
    after,
  );
}
