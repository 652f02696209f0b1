// The worker of metronome.ts: told a number of milliseconds, it says something
// that often.

onmessage = (m: MessageEvent<number>) => {
  setInterval(() => postMessage(undefined), m.data);
};
