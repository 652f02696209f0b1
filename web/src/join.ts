// The entry of the seats' page.

import { mount } from "svelte";
import "./ui/fonts.css";
import "./ui/tokens.css";
import "./ui/base.css";
import { parseLink } from "./protocol/standing";
import Join from "./screens/Join.svelte";
import { display } from "./state/display.svelte";
import { appearance } from "./ui/theme.svelte";
import { loadWords } from "./words/load";
import { firstTongue, Speech } from "./words/speech.svelte";

appearance.begin();
display.begin();
const speech = new Speech(await loadWords(firstTongue()));
speech.mark();
mount(Join, { target: document.body, props: { link: parseLink(window.location.hash), speech } });

// Another link opened in the same tab is another seat.
window.addEventListener("hashchange", () => window.location.reload());
