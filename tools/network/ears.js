// In every page of the laboratory: asks the page's connections at a steady pace
// what came and what went. Nothing here changes what the page does.
globalThis.liqaEars = (() => {
  const connections = [];
  const Real = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Real {
    constructor(...all) {
      super(...all);
      connections.push(this);
    }
  };
  const of = (s, keys) => Object.fromEntries(keys.filter((k) => s[k] !== undefined).map((k) => [k, s[k]]));
  const inbound = [
    'mid', 'kind', 'packetsReceived', 'packetsLost', 'bytesReceived', 'totalSamplesReceived', 'concealedSamples',
    'totalAudioEnergy', 'totalSamplesDuration', 'framesDecoded', 'freezeCount', 'totalFreezesDuration',
    'frameHeight', 'nackCount', 'retransmittedPacketsReceived', 'jitterBufferDelay', 'jitterBufferEmittedCount',
  ];
  const outbound = ['mid', 'rid', 'kind', 'bytesSent', 'packetsSent', 'frameHeight', 'framesPerSecond', 'retransmittedPacketsSent'];

  async function look() {
    const seen = { at: Date.now(), received: [], sent: [], rtt: 0 };
    for (const [connection, pc] of connections.entries()) {
      if (pc.connectionState === 'closed') continue;
      const report = await pc.getStats();
      for (const s of report.values()) {
        const codec = report.get(s.codecId)?.mimeType ?? '';
        if (s.type === 'inbound-rtp' && s.packetsReceived > 0) seen.received.push({ connection, codec, ...of(s, inbound) });
        else if (s.type === 'outbound-rtp' && s.packetsSent > 0) seen.sent.push({ connection, codec, ...of(s, outbound) });
        else if (s.type === 'candidate-pair' && s.nominated && s.currentRoundTripTime) seen.rtt = s.currentRoundTripTime;
      }
    }
    return seen;
  }

  let seen = [];
  let timer;
  // Looks every so many milliseconds; a look that takes longer skips its turn.
  function watch(every) {
    clearInterval(timer);
    let looking = false;
    timer = setInterval(async () => {
      if (looking) return;
      looking = true;
      try {
        seen.push(await look());
      } finally {
        looking = false;
      }
    }, every);
  }
  // What was seen since it was last asked.
  function drain() {
    const all = seen;
    seen = [];
    return all;
  }
  const made = () => connections.length;
  const answers = () => connections.map((c) => c.remoteDescription?.sdp ?? '');
  return { watch, drain, made, answers };
})();
