package wall

import (
	"time"

	"liqa/internal/summit"
)

// Observation is one look at everything of a summit. Counters count from the
// beginning of what they belong to; the wall makes rates of them.
type Observation struct {
	At          time.Time
	Room        Room
	Connections []Connection
	Sources     []Source
	Slots       []Slot
	Differences []Difference
	Recorder    Recorder
	Disk        Disk
	Journal     Journal
	Machine     Machine
	Outside     Outside
}

// Room is what alarms need to know of the meeting.
type Room struct {
	Flows bool          // an item is in session and not in recess
	Floor summit.SeatID // who has it, "" for nobody
	Seats []Seat
	OnAir []OnAir
	// WorksFrom is the channel that an interpreter on air hears; absent when it is
	// the floor.
	WorksFrom map[summit.SeatID]summit.Language
}

// Seat is one seat of the summit.
type Seat struct {
	ID      summit.SeatID
	Role    summit.Role
	Present bool
	Muted   bool
}

// press reports whether the seat's connections are shown together with those
// of its like, in one row.
func (s Seat) press() bool { return s.Role == summit.Reporter }

// OnAir is an interpreter who speaks into a channel and does not cough.
type OnAir struct {
	Language summit.Language
	Seat     summit.SeatID
}

// Way is the direction of a connection, seen from the server.
type Way string

const (
	In  Way = "in"  // the seat sends
	Out Way = "out" // the seat receives
)

// Connection is one media connection, see package peer.
type Connection struct {
	Seat      summit.SeatID // "" for the public
	Way       Way
	Session   string
	Transport string        // "udp", "tcp", or "" before the first check
	Quiet     time.Duration // since the client last proved that it is there
	Delay     time.Duration // round trip; 0 when not known
	Jitter    time.Duration
	Lost      float64 // 0 to 1, the worst of the streams that carry something
	Packets   uint64
	Bytes     uint64
	Dropped   uint64  // by the server
	Estimate  float64 // bits a second that the way is taken to carry; 0 when not known
}

// Kind of a source.
type Kind string

const (
	Microphone Kind = "microphone"
	Camera     Kind = "camera"
	Screen     Kind = "screen"
	Channel    Kind = "channel"
)

// Source is one stream at the switchboard.
type Source struct {
	Kind     Kind
	Seat     summit.SeatID
	Language summit.Language // of a channel
	Codec    string
	Packets  uint64
	Bytes    uint64
	Missing  uint64
	Level    float64 // dBov; −127 is silence
	Jitter   time.Duration
	Held     time.Duration // by a channel until its clock asks for it; 0 when not known
	Last     time.Time     // of the last packet; zero before the first
	Layers   []Layer
}

// Layer is one size in which a camera sends, the smallest first.
type Layer struct {
	Rate          float64 // bits a second
	FPS           float64
	Width, Height int // 0 when not known
}

// Slot is one place of a receiving connection that carries something now, or
// would if the receiver took the codec; Reduced is then "codec". An idle slot is
// not observed: to a browser's statistics it is a total loss.
type Slot struct {
	Seat     summit.SeatID // whose connection it is
	Slot     string
	Of       summit.SeatID // who is carried
	Kind     Kind
	Language summit.Language
	Layer    int // from 0, the smallest; −1 where there are none
	// Reduced says why it carries less than its size asks for: "line", "hand", "codec" or "".
	Reduced string
	Bytes   uint64
	Lost    float64 // 0 to 1, as the receiver reports it; 0 when it does not
}

// Difference is one between the roster and the connections that there are.
type Difference struct {
	Code Code // Unseen, Missing or NotClear
	Seat summit.SeatID
}

// Recorder is what the recording is doing.
type Recorder struct {
	Wanted bool     // something should be recorded now
	Take   string   // the one in progress, "" for none
	Bytes  uint64   // written
	Faults []string // tracks that cannot be recorded now; "" stands for all
}

// Disk is where the recording lies, in bytes.
type Disk struct{ Free, Size uint64 }

// Journal is the state of the record of what was decided.
type Journal struct {
	Behind   bool // it cannot be written
	Revision uint64
}

// Machine is the server's own state.
type Machine struct {
	CPU    float64 // 0 to 1 of all its cores
	Memory uint64  // bytes resident
	In     uint64  // packets received, of all summits
	Out    uint64  // and sent
	Near   bool    // it is near its limit, or at it
	Full   bool    // it is at its limit
	Why    string  // which limit; a word of package strain
}

// Outside is who waits outside because the server is full: reporters, and calls
// of the public in the last minute.
type Outside struct{ Press, Public int }
