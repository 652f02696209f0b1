// The source files, for the tests that read them.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;

export interface Source {
  readonly path: string;
  readonly text: string;
}

/** All files below the given places that have one of the endings. */
export function sources(places: readonly string[], endings: readonly string[]): Source[] {
  return places.flatMap((place) => walk(place)).filter((f) => endings.some((e) => f.path.endsWith(e)));
}

function walk(place: string): Source[] {
  const path = join(root, place);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return [];
  if (!stat.isDirectory()) return [{ path: place, text: readFileSync(path, "utf8") }];
  return readdirSync(path).flatMap((name) => walk(join(place, name)));
}
