package main

import (
	"fmt"
	"slices"
)

// measured is what e2e/sound/*.bench.ts keep, each a part.
type measured struct {
	Way   voice   `json:"way"`
	Delay delays  `json:"delay"`
	Loss  losses  `json:"loss"`
	Turns changes `json:"turns"`
}

// run says when a part was measured, of which version, and how busy the
// machine was in the minute before its end.
type run struct {
	Measured string  `json:"measured"`
	Version  string  `json:"version"`
	Load     float64 `json:"load"`
}

// voice is what ways do to a voice.
type voice struct {
	run
	Processor     string  `json:"processor"`
	Processors    int     `json:"processors"`
	Browser       string  `json:"browser"`
	OutputLatency float64 `json:"outputLatency"` // seconds
	Ways          struct {
		Original way `json:"original"`
		Booth    way `json:"booth"`
		Relay    way `json:"relay"`
	} `json:"ways"`
	Hops struct {
		SpeakerToBooth  delay `json:"speakerToBooth"`
		BoothToListener delay `json:"boothToListener"`
		BoothToRelay    delay `json:"boothToRelay"`
		RelayToListener delay `json:"relayToListener"`
	} `json:"hops"`
	Treated way `json:"treated"`
	DTX     way `json:"dtx"`
}

// way is what a way does to sound: levels in dBFS, deviations in dB.
type way struct {
	Sweep   curve   `json:"sweep"`
	Pink    curve   `json:"pink"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	Nothing float64 `json:"nothing"`
	Room    float64 `json:"room"`
	Gone    float64 `json:"gone"` // share of the room's 20 ms in which nothing is heard
	THDN    float64 `json:"thdn"`
	Worst   float64 `json:"thdnWorst"`
	AtMouth float64 `json:"thdnAtMouth"`
	Delay   delay   `json:"delay"`
	Packets float64 `json:"packets"` // a second, where the microphone's were counted
}

// curve is pairs of hertz and dB.
type curve [][2]float64

// delay is in milliseconds.
type delay struct {
	Median float64 `json:"median"`
	Least  float64 `json:"least"`
	Most   float64 `json:"most"`
}

func (d delay) String() string {
	return fmt.Sprintf("%.0f ms (%.0f … %.0f)", d.Median, d.Least, d.Most)
}

// delays are the stretches between a microphone of one's own and an ear.
type delays struct {
	run
	Original stretches `json:"original"`
	Booth    stretches `json:"booth"`
}

// stretches are in milliseconds, each the mean over some chirps.
type stretches struct {
	Delay     delay   `json:"delay"`
	Chirps    int     `json:"chirps"`
	Sending   float64 `json:"sending"`   // until the packet is seen by the network
	Network   float64 `json:"network"`   // until it has left the server
	Receiving float64 `json:"receiving"` // until it enters the page's chain
	Waited    float64 `json:"waited"`    // of Receiving, in the jitter buffer, as the browser counts
	Chain     float64 `json:"chain"`     // tone control and limiter
}

// losses are what was concealed while packets were lost.
type losses struct {
	run
	Seconds         float64 `json:"seconds"` // that each was listened to
	SecondsOfBursts float64 `json:"secondsOfBursts"`
	Points          []loss  `json:"points"`
}

// loss is the share of packets lost on every way, and of sound concealed.
type loss struct {
	Loss      float64 `json:"loss"`
	Burst     float64 `json:"burst"` // packets in the mean; 1: each by itself
	Made      float64 `json:"made"`  // what Loss and Burst came to
	MadeBurst float64 `json:"madeBurst"`
	Booth     float64 `json:"booth"`
	Listener  float64 `json:"listener"`
	Relay     float64 `json:"relay"`
}

// changes are what a listener heard of each change, in milliseconds and dB
// above the original as loud as it comes.
type changes struct {
	run
	Languages []change `json:"languages"`
	Handovers []change `json:"handovers"`
	Down      []change `json:"down"`
	Up        []change `json:"up"`
	Coughs    []change `json:"coughs"`
}

type change struct {
	After   float64 `json:"after"`   // from the press to the first of the new sound, or to the ramp's beginning
	Silence float64 `json:"silence"` // between old and new
	Lasts   float64 `json:"lasts"`   // of a ramp
	Depth   float64 `json:"depth"`   // how low the original goes, dB
	Loudest float64 `json:"loudest"` // of the original meanwhile, dB
}

// spread is a quantity of many changes, in order.
type spread []float64

func of(all []change, what func(change) float64) spread {
	out := make(spread, 0, len(all))
	for _, c := range all {
		out = append(out, what(c))
	}
	slices.Sort(out)
	return out
}

// at is the value that so large a share does not exceed (nearest rank).
func (s spread) at(share float64) float64 {
	if len(s) == 0 {
		return 0
	}
	return s[max(0, min(len(s)-1, int(share*float64(len(s))+0.999999)-1))]
}
