// A clock that also ticks in a page nobody looks at. A browser slows the timers
// of such a page to one a second or fewer; those of a worker it leaves alone.

import Beat from "./beat.worker?worker";

/** Calls tick every so many milliseconds; the returned function ends it. */
export function every(milliseconds: number, tick: () => void): () => void {
  if (typeof Worker === "undefined") return plainly(milliseconds, tick);
  let stop: () => void;
  const worker = new Beat();
  worker.onmessage = () => tick();
  worker.onerror = () => {
    // A browser that will not start it: rather a slow clock than none.
    worker.terminate();
    stop = plainly(milliseconds, tick);
  };
  stop = () => worker.terminate();
  worker.postMessage(milliseconds);
  return () => stop();
}

function plainly(milliseconds: number, tick: () => void): () => void {
  const timer = setInterval(tick, milliseconds);
  return () => clearInterval(timer);
}
