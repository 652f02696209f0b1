// The TURN server that this server names, if it names one: by Link headers on
// OPTIONS, before the offer (RFC 9725 §4.6), since a browser gathers by it.

/** Reads Link headers of rel="ice-server". */
export function iceServers(links: string | null): RTCIceServer[] {
  const out: RTCIceServer[] = [];
  for (const [, url, rest] of (links ?? "").matchAll(/<((?:stuns?|turns?):[^>]+)>((?:\s*;\s*[a-z-]+="[^"]*")*)/g)) {
    const of = Object.fromEntries([...(rest ?? "").matchAll(/([a-z-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
    if (url === undefined || of["rel"] !== "ice-server") continue;
    out.push({ urls: url, ...(of["username"] ? { username: of["username"] } : {}), ...(of["credential"] ? { credential: of["credential"] } : {}) });
  }
  return out;
}

/** Credentials are good for twelve hours; a page asks anew well before. */
const goodFor = 6 * 3_600_000;
const known = new Map<string, { readonly at: number; readonly servers: RTCIceServer[] }>();

/** Asks for them, once for the page; none when the server does not say in time. */
export async function namedIceServers(url: string, authorization: string): Promise<RTCIceServer[]> {
  const before = known.get(authorization);
  if (before && Date.now() - before.at < goodFor) return before.servers;
  const answer = await fetch(url, {
    method: "OPTIONS",
    headers: { Authorization: `Liqa ${authorization}` },
    signal: AbortSignal.timeout(1_000),
  }).catch(() => undefined);
  if (!answer?.ok) return before?.servers ?? [];
  const servers = iceServers(answer.headers.get("Link"));
  known.set(authorization, { at: Date.now(), servers });
  return servers;
}
