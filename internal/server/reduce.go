package server

import (
	"fmt"
	"runtime"
	"sync/atomic"

	"liqa/internal/opus"
	"liqa/internal/strain"
	"liqa/internal/switchboard"
)

// smallSpeech is how sound goes to who has a narrow line: in wideband, which 24
// kbit/s carry well.
var smallSpeech = opus.Speech{BitRate: 24_000, Complexity: 5}

// voicesPerProcessor is how many voices are made smaller at one time, for each
// processor: together they take about a third of it.
const voicesPerProcessor = 16

// reducing makes what the switchboard makes sound smaller with, so many at one
// time, and none while the server is at its limit.
func reducing(reading func() strain.Reading) func() (switchboard.Reducer, error) {
	var voices atomic.Int64
	most := int64(voicesPerProcessor * runtime.GOMAXPROCS(0))
	return func() (switchboard.Reducer, error) {
		if r := reading(); r.Full {
			return nil, fmt.Errorf("the server is at its limit of %s", r.Why)
		}
		if voices.Add(1) > most {
			voices.Add(-1)
			return nil, fmt.Errorf("%d voices are made smaller already, as many as this machine takes", most)
		}
		c, err := opus.New(smallSpeech)
		if err != nil {
			voices.Add(-1)
			return nil, err
		}
		return &oneVoice{c, &voices}, nil
	}
}

// oneVoice gives its place back when it is closed.
type oneVoice struct {
	*opus.Codec
	voices *atomic.Int64
}

func (c *oneVoice) Close() {
	c.Codec.Close()
	c.voices.Add(-1)
}
