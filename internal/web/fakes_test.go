package web

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"testing/fstest"

	"liqa/internal/access"
	"liqa/internal/plan"
	"liqa/internal/summit"
)

// fakeMedia counts connections and says what it was asked for.
type fakeMedia struct {
	mu       sync.Mutex
	sessions []*fakeSession
}

type fakeSession struct {
	media *fakeMedia
	what  string // "publish", "play" or "public"
	seat  summit.SeatID
	done  chan struct{}
	once  sync.Once
}

const goodOffer = "v=0\r\n"

func (m *fakeMedia) open(what string, seat summit.SeatID, offer string) (string, Session, error) {
	if !strings.HasPrefix(offer, "v=0") {
		return "", nil, &BadOffer{"malformed-offer", http.StatusBadRequest, "This is not a session description."}
	}
	s := &fakeSession{media: m, what: what, seat: seat, done: make(chan struct{})}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions = append(m.sessions, s)
	return "v=0 answer", s, nil
}

func (m *fakeMedia) Publish(_ context.Context, _ summit.SummitID, seat summit.SeatID, purpose Purpose, offer string) (string, Session, error) {
	return m.open("publish"+string(purpose), seat, offer)
}

func (m *fakeMedia) Play(_ context.Context, _ summit.SummitID, seat summit.SeatID, offer string) (string, Session, error) {
	return m.open("play", seat, offer)
}

func (m *fakeMedia) PlayPublic(_ context.Context, _ summit.SummitID, _ summit.Language, _ Player, offer string) (string, Session, error) {
	return m.open("public", "", offer)
}

func (m *fakeMedia) Cut(summit.SummitID, plan.Plan)            {}
func (m *fakeMedia) Allow(summit.SummitID, plan.Plan)          {}
func (m *fakeMedia) Measure(summit.SummitID) (x plan.Measured) { return x }

// open sessions of a seat; "" is everybody's.
func (m *fakeMedia) count(seat summit.SeatID) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, s := range m.sessions {
		select {
		case <-s.done:
		default:
			if seat == "" || s.seat == seat {
				n++
			}
		}
	}
	return n
}

func (s *fakeSession) Patch(fragment string) (string, error) {
	switch {
	case strings.Contains(fragment, "restart"):
		return "a=ice-ufrag:new", nil
	case strings.Contains(fragment, "a="):
		return "", nil
	}
	return "", &BadOffer{"malformed-fragment", http.StatusBadRequest, "This is not a fragment."}
}

func (s *fakeSession) Close()                { s.once.Do(func() { close(s.done) }) }
func (s *fakeSession) Done() <-chan struct{} { return s.done }

type fakeRecords struct{ takes []Take }

func (f *fakeRecords) Takes(context.Context, summit.SummitID) ([]Take, error) { return f.takes, nil }

func (f *fakeRecords) Open(_ context.Context, _ summit.SummitID, name string) (io.ReadSeekCloser, error) {
	if name != "take-1/program.m3u8" {
		return nil, fs.ErrNotExist
	}
	return seekCloser{bytes.NewReader([]byte("#EXTM3U\n"))}, nil
}

type seekCloser struct{ *bytes.Reader }

func (seekCloser) Close() error { return nil }

type fakeRehearsals struct{}

func (fakeRehearsals) Enter(_ context.Context, id summit.SummitID, seat summit.SeatID) (access.Link, error) {
	return access.Link{Summit: "rehearsal-of-" + id, Seat: seat, Secret: access.NewSecret()}, nil
}

func (fakeRehearsals) Behind(summit.SummitID) (summit.State, bool) { return summit.State{}, false }

type fakeJournal struct{}

func (fakeJournal) Export(_ context.Context, _ summit.SummitID, w io.Writer) error {
	_, err := io.WriteString(w, "journal\n")
	return err
}

var builtFrontEnd = fstest.MapFS{
	"join.html":           {Data: []byte("<!doctype html><title>Liqa</title>")},
	"assets/join-1.js":    {Data: []byte("export {}")},
	".vite/manifest.json": {Data: []byte(`{"src/public.ts": {"file": "assets/public-1.js", "css": ["assets/public-1.css"], "imports": ["x"]}, "x": {"file": "assets/x.js", "css": ["assets/x.css"]}}`)},
}

// lockedBuffer is a log that may be read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
