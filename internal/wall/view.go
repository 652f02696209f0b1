package wall

import (
	"time"

	"liqa/internal/summit"
)

// View is what a technician's screen is sent once a second. Rates are in
// kbit/s, times in milliseconds, loss in percent, levels in dB; null or absent
// is what is not known.
type View struct {
	At time.Time `json:"at"`
	// Tick counts the observations, so that a screen knows when it has missed some.
	Tick     uint64       `json:"tick"`
	Seats    []Row        `json:"seats"`
	Press    Crowd        `json:"press"`
	Public   Crowd        `json:"public"`
	Channels []ChannelRow `json:"channels"`
	Recorder RecorderRow  `json:"recorder"`
	Journal  JournalRow   `json:"journal"`
	Server   ServerRow    `json:"server"`
	Alarms   []Alarm      `json:"alarms"`
	// History is the last minutes; it comes once, and a screen goes on with it.
	History *History `json:"history,omitempty"`
}

// Row is one seat.
type Row struct {
	Seat summit.SeatID `json:"seat"`
	// In is what the seat sends, Out what it receives; absent without a connection.
	In      *Link       `json:"in,omitempty"`
	Out     *Link       `json:"out,omitempty"`
	Sources []SourceRow `json:"sources"`
	Slots   []SlotRow   `json:"slots"`
	// Own is what the seat's screen says of itself; absent when it says nothing.
	Own *Own `json:"own,omitempty"`
	// Line is the result of the green room's test of the line.
	Line any `json:"line,omitempty"`
	// AirTest is what the last test before going on air has found; it stays when
	// the seat is gone. AirTestAt is when that was, by the server's clock.
	AirTest   *AirTest  `json:"airTest,omitempty"`
	AirTestAt time.Time `json:"airTestAt,omitzero"`
}

// Link is one connection.
type Link struct {
	Transport string  `json:"transport"`
	Rate      float64 `json:"rate"`
	Lost      float64 `json:"lost"`
	Delay     float64 `json:"delay"`
	Jitter    float64 `json:"jitter"`
	Quiet     float64 `json:"quiet"`
	Dropped   uint64  `json:"dropped"`
	// Estimate is what the way is taken to carry; 0 when not known.
	Estimate float64 `json:"estimate"`
	// Several is how many connections stand behind this one, when not one.
	Several int `json:"several,omitempty"`
}

// SourceRow is one thing that a seat sends.
type SourceRow struct {
	Kind   Kind       `json:"kind"`
	Codec  string     `json:"codec"`
	Rate   float64    `json:"rate"`
	Jitter float64    `json:"jitter"`
	Level  float64    `json:"level"`
	Quiet  float64    `json:"quiet"` // since its last packet
	Layers []LayerRow `json:"layers,omitempty"`
}

// LayerRow is one size of a camera, the smallest first.
type LayerRow struct {
	Rate   float64 `json:"rate"`
	FPS    float64 `json:"fps"`
	Width  int     `json:"width"`
	Height int     `json:"height"`
}

// SlotRow is one slot that carries something.
type SlotRow struct {
	Slot     string          `json:"slot"`
	Of       summit.SeatID   `json:"of,omitempty"`
	Kind     Kind            `json:"kind"`
	Language summit.Language `json:"language,omitempty"`
	Layer    int             `json:"layer"` // −1 where there are none
	// Reduced says why it carries less than its size asks for: "line", "hand" or "codec".
	Reduced string  `json:"reduced,omitempty"`
	Rate    float64 `json:"rate"`
	// Plays is what the seat's screen says of it.
	Plays *Received `json:"plays,omitempty"`
}

// Own is a seat's report without its slots, and how old it is.
type Own struct {
	Browser    Browser     `json:"browser"`
	Hidden     bool        `json:"hidden,omitempty"`
	Microphone *OwnSound   `json:"microphone,omitempty"`
	Camera     *OwnPicture `json:"camera,omitempty"`
	Sends      *Sends      `json:"sends,omitempty"`
	Age        float64     `json:"age"`
}

// Crowd is many connections in one row.
type Crowd struct {
	Connections int     `json:"connections"`
	Rate        float64 `json:"rate"`
	// Lost and Delay are the medians; Bad is how many lose 8 % or more.
	Lost  float64 `json:"lost"`
	Delay float64 `json:"delay"`
	Bad   int     `json:"bad"`
	// Worst are the few that lose most, or all of them when they were asked for.
	Worst []Member `json:"worst"`
}

// Member is one of a crowd.
type Member struct {
	Seat    summit.SeatID `json:"seat"`
	Link    Link          `json:"link"`
	Browser string        `json:"browser,omitempty"`
}

// ChannelRow is one language's sound.
type ChannelRow struct {
	Language summit.Language `json:"language"`
	OnAir    summit.SeatID   `json:"onAir,omitempty"`
	// From is the channel that who is on air works from; absent when it is the floor.
	From summit.Language `json:"from,omitempty"`
	// Behind is how far its transport is behind the floor's own sound where both
	// leave the server: the way to each booth of the chain, what its browser holds
	// back, the way from there, and what the server holds back. What the
	// interpreters wait for is none of it. −1 when not known.
	Behind float64 `json:"behind"`
	// AtLeast: a part of it is not known, so that it is more.
	AtLeast bool    `json:"atLeast,omitempty"`
	Rate    float64 `json:"rate"`
	Level   float64 `json:"level"`
	Quiet   float64 `json:"quiet"`
}

// RecorderRow is the recorder and its disk.
type RecorderRow struct {
	Take   string   `json:"take,omitempty"`
	Wanted bool     `json:"wanted"`
	Rate   float64  `json:"rate"`
	Faults []string `json:"faults"`
	Free   uint64   `json:"free"` // bytes
	Size   uint64   `json:"size"`
	// Minutes is for how long there is room at this pace; −1 when not known.
	Minutes float64 `json:"minutes"`
}

// JournalRow is the journal.
type JournalRow struct {
	Behind   bool   `json:"behind"`
	Revision uint64 `json:"revision"`
}

// ServerRow is the machine.
type ServerRow struct {
	CPU    float64 `json:"cpu"`    // percent of all cores
	Memory float64 `json:"memory"` // MiB
	In     float64 `json:"in"`     // packets a second
	Out    float64 `json:"out"`
	Near   bool    `json:"near"`
	Why    string  `json:"why,omitempty"`
}

// History is the last minutes of what is drawn as lines. The names of a line
// are those of [Lines] and [ServerLines].
type History struct {
	Seats  map[summit.SeatID]map[string]Trace `json:"seats"`
	Server map[string]Trace                   `json:"server"`
	// Channels is how far each is behind.
	Channels map[summit.Language]Trace `json:"channels"`
}

// Lines are what is kept of every seat that is not of the press.
var Lines = [...]string{"inRate", "inLost", "level", "outRate", "outLost", "outDelay"}

// ServerLines are what is kept of the server.
var ServerLines = [...]string{"cpu", "memory", "in", "out", "recording"}
