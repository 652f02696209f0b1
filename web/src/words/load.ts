// Loads one language's catalogue when it is wanted: a screen in Russian does
// not carry the other three.

import { Words, type Catalogue, type Tongue } from "./words";

const catalogues: Readonly<Record<Tongue, () => Promise<Catalogue>>> = {
  ar: async () => (await import("./ar")).ar,
  en: async () => (await import("./en")).en,
  ru: async () => (await import("./ru")).ru,
  zh: async () => (await import("./zh")).zh,
};

export async function loadWords(tongue: Tongue): Promise<Words> {
  return new Words(tongue, await catalogues[tongue]());
}
