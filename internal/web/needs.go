package web

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"liqa/internal/access"
	"liqa/internal/plan"
	"liqa/internal/press"
	"liqa/internal/secretariat"
	"liqa/internal/summit"
)

// Summits is what runs the summits: *secretariat.Secretariat, whose comments
// say what each method promises.
type Summits interface {
	Convene(context.Context, summit.Description) (summit.SummitID, error)
	Do(context.Context, summit.SummitID, summit.Actor, summit.Act) (revision uint64, err error)
	Now(summit.SummitID) (*secretariat.Update, error)
	Watch(context.Context, summit.SummitID) (<-chan *secretariat.Update, error)
	Summits() []summit.SummitID
	Attach(summit.SummitID, summit.SeatID) (detach func(), err error)
	Say(ctx context.Context, id summit.SummitID, from summit.SeatID, to plan.Circle, text string) error
	Listen(context.Context, summit.SummitID, summit.SeatID) (<-chan secretariat.Message, error)
}

// Rehearsals lets interpreters rehearse: *rehearsal.Stage, whose comment says
// what they promise.
type Rehearsals interface {
	Enter(context.Context, summit.SummitID, summit.SeatID) (access.Link, error)
	Behind(rehearsal summit.SummitID) (of summit.State, ok bool)
}

// Session is one media connection.
type Session interface {
	// Patch takes a fragment (RFC 8840): candidates found late, answered with
	// "", or an ICE restart, answered with the server's own fragment.
	Patch(fragment string) (answer string, err error)
	Close()
	// Done is closed when the connection has ended, by itself or by Close.
	Done() <-chan struct{}
}

// Player is the kind of a public player.
type Player string

const (
	PressPlayer Player = "press" // our own page: the slots of a press seat
	PlainPlayer Player = "plain" // any WHEP player: one sound and one picture
)

// Purpose is what a connection sends.
type Purpose string

const (
	ItsDevices Purpose = "" // microphone and camera
	ItsScreen  Purpose = "screen"
)

// Media makes media connections out of offers (RFC 9725). An offer that cannot
// be used is a *BadOffer. The context bounds the making, not the connection.
type Media interface {
	// Publish takes a seat's devices, or its screen.
	Publish(ctx context.Context, id summit.SummitID, seat summit.SeatID, purpose Purpose, offer string) (answer string, s Session, err error)
	// Play gives a seat its slots.
	Play(ctx context.Context, id summit.SummitID, seat summit.SeatID, offer string) (answer string, s Session, err error)
	// PlayPublic gives the public its slots in a language.
	PlayPublic(ctx context.Context, id summit.SummitID, l summit.Language, player Player, offer string) (answer string, s Session, err error)
}

// BadOffer says in words why an offer cannot be used.
type BadOffer struct {
	Code     string // stable: "no-usable-codec", "malformed-sdp" …
	Status   int    // of HTTP
	Sentence string
}

func (b *BadOffer) Error() string { return b.Sentence }

// Take is one stretch of a summit's recording that anybody may have.
type Take struct {
	ID       string        `json:"id"`
	Item     summit.ItemID `json:"item"`
	Title    summit.Text   `json:"title"`
	From     time.Time     `json:"from"`
	To       time.Time     `json:"to,omitzero"` // absent while it is being recorded
	Playlist string        `json:"playlist"`    // address of the HLS playlist
}

// Records is the recording as far as it is public. What was closed is not in
// its answers under any name.
type Records interface {
	Takes(context.Context, summit.SummitID) ([]Take, error)
	// Open opens a file of an open take; its error is fs.ErrNotExist for
	// everything else.
	Open(ctx context.Context, id summit.SummitID, name string) (io.ReadSeekCloser, error)
}

// Journal is the journal as far as the administrator may take a copy of it.
type Journal interface {
	Export(ctx context.Context, id summit.SummitID, w io.Writer) error
}

// Wall is what the technician watches everybody's line on.
type Wall interface {
	// Report takes what a seat's browser has measured; raw is a JSON object.
	Report(id summit.SummitID, seat summit.SeatID, raw []byte) error
	// Look is what a technician's screen is shown each second, as JSON, sent as
	// the "wall" of a message; nil when there is nothing new. First asks for the last minutes too, wholePress for
	// each reporter's line.
	Look(id summit.SummitID, first, wholePress bool) json.RawMessage
}

// Desk keeps the press officer's drafts, documents and pictures.
type Desk interface {
	Draft(context.Context, summit.SummitID, summit.Language) (press.Readout, bool, error)
	Save(context.Context, summit.SummitID, press.Readout) error
	Keep(context.Context, summit.SummitID, press.Readout) (digest string, err error)
	Document(ctx context.Context, id summit.SummitID, digest string) (press.Readout, error)
	Picture(ctx context.Context, id summit.SummitID, whole []byte) (digest string, err error)
	OpenPicture(id summit.SummitID, digest string) (whole []byte, mediaType string, err error)
}
