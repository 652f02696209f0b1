package recorder

import (
	"time"
)

// Manifest is what is known of the part of a take that lies in one folder. It
// is written when the take is finished.
type Manifest struct {
	Format   string            `json:"format"` // "liqa-take-1"
	Summit   string            `json:"summit"`
	Take     string            `json:"take"`
	Item     string            `json:"item"`
	Title    map[string]string `json:"title,omitempty"`
	Coverage Coverage          `json:"coverage"`
	Started  time.Time         `json:"started"` // all times of the tracks count from here
	Ended    time.Time         `json:"ended,omitzero"`
	Mended   bool              `json:"mended,omitempty"` // finished after the server had been killed
	Clock    []ClockStep       `json:"clock,omitempty"`
	Tracks   []*TrackRecord    `json:"tracks"`
}

const manifestFormat = "liqa-take-1"

// ClockStep says that the machine's wall clock was set during the take. The
// take's own times go on as if it had not been.
type ClockStep struct {
	At time.Time     `json:"at"`    // on the take's clock
	By time.Duration `json:"by_ns"` // forward, of all steps so far
}

// TrackRecord is one track of a take.
type TrackRecord struct {
	Name     string          `json:"name"` // of its folder
	Role     Role            `json:"role"`
	Kind     string          `json:"kind"` // "audio", "video"
	Source   string          `json:"source,omitempty"`
	Seat     string          `json:"seat,omitempty"`
	Language string          `json:"language,omitempty"`
	Rate     int64           `json:"timescale"` // units of time a second
	Inits    []InitRecord    `json:"inits"`
	Segments []SegmentRecord `json:"segments"`
	Counts   Counts          `json:"counts"`
}

// InitRecord is an init segment.
type InitRecord struct {
	File   string `json:"file"`
	Codec  string `json:"codec"` // RFC 6381
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
	SHA256 string `json:"sha256"`
}

// SegmentRecord is a media segment. Its times are in units of the track's
// timescale.
type SegmentRecord struct {
	File          string `json:"file"`
	Init          int    `json:"init"` // index into the track's
	From          int64  `json:"from"`
	Length        int64  `json:"length"`
	Discontinuity bool   `json:"discontinuity,omitempty"`
	Bytes         int64  `json:"bytes"`
	SHA256        string `json:"sha256"`
}

// Counts is what went wrong on a track.
type Counts struct {
	Lost      uint64 `json:"lost_packets"`        // never came
	Late      uint64 `json:"late_packets"`        // came too late, or twice
	Malformed uint64 `json:"malformed_packets"`   // could not be understood
	Broken    uint64 `json:"broken_pictures"`     // left out since something of them was missing
	Unwritten int64  `json:"unwritten_ns"`        // could not be stored
	Filled    int64  `json:"filled_with_silence"` // in units of the timescale
}

// since is what has been added to an earlier count of packets.
func (c Counts) since(e Counts) Counts {
	c.Lost -= e.Lost
	c.Late -= e.Late
	c.Malformed -= e.Malformed
	c.Broken -= e.Broken
	return c
}

// end is where the track's last segment ends.
func (t *TrackRecord) end() int64 {
	if len(t.Segments) == 0 {
		return 0
	}
	s := t.Segments[len(t.Segments)-1]
	return s.From + s.Length
}

func (t *TrackRecord) instant(started time.Time, ticks int64) time.Time {
	return started.Add(time.Duration(nsOf(ticks, t.Rate)))
}

// line is one line of a ledger: what has been written, as it was written.
type line struct {
	Take    *Manifest      `json:"take,omitempty"`  // the first
	Track   string         `json:"track,omitempty"` // of what follows
	Is      *TrackRecord   `json:"is,omitempty"`    // a track's description
	Init    *InitRecord    `json:"init,omitempty"`
	Begun   *SegmentRecord `json:"begun,omitempty"` // a segment is being written
	Segment *SegmentRecord `json:"segment,omitempty"`
}
