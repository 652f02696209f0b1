// The entry of the public pages: the server renders them, and this adds what
// moves: the live program, the recording, and the moments of quotations.

import { mount } from "svelte";
import "./ui/fonts.css";
import "./ui/tokens.css";
import "./ui/common.css";
import { refusalOf } from "./protocol/problem";
import type { Take } from "./protocol/desk";
import type { Public, SummitId } from "./protocol/view.gen";
import Live from "./screens/public/Live.svelte";
import Recording from "./screens/public/Recording.svelte";
import { loadWords } from "./words/load";
import { Speech } from "./words/speech.svelte";
import { nearest } from "./words/words";

async function get<T>(address: string): Promise<T> {
  const answer = await fetch(address, { cache: "no-store" });
  if (!answer.ok) throw await refusalOf(answer);
  return (await answer.json()) as T;
}

const speech = new Speech(await loadWords(nearest([document.documentElement.lang])));

const live = document.getElementById("live");
if (live) {
  const summit = live.dataset["summit"] as SummitId;
  // What the server rendered stays until the first answer has come.
  const rendered = [...live.children];
  const ask = async (language: string) => {
    const known = await get<Public>(`/api/summits/${summit}/public?lang=${encodeURIComponent(language)}`);
    for (const part of rendered.splice(0)) part.remove();
    return known;
  };
  mount(Live, {
    target: live,
    props: { summit, language: live.dataset["lang"] ?? speech.tongue, speech, ask, reload: () => window.location.reload() },
  });
}

const recording = document.getElementById("recording");
if (recording) {
  const address = recording.dataset["takesUrl"] ?? "";
  const takes = async () => (await get<{ takes: readonly Take[] }>(address)).takes;
  const island = mount(Recording, {
    target: recording,
    props: { language: recording.dataset["lang"] ?? speech.tongue, speech, newsroom: { takes } },
  });
  for (const button of document.querySelectorAll<HTMLElement>(".play-moment")) {
    const moment = document.getElementById(button.dataset["quotation"] ?? "")?.dataset;
    const [from, to] = [Date.parse(moment?.["from"] ?? ""), Date.parse(moment?.["to"] ?? "")];
    if (Number.isFinite(from) && Number.isFinite(to)) button.addEventListener("click", () => island.play(from, to));
  }
}
