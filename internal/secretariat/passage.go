package secretariat

import (
	"errors"
	"time"

	"liqa/internal/summit"
)

// Passage is the way of one act through the secretariat, with when it was
// where. It holds nothing of what was done but the kind: no arguments, no
// names, no texts. A stage that was not reached is the zero time.
type Passage struct {
	Summit summit.SummitID
	By     summit.Actor // a seat's id, or "" for nobody's
	Act    string       // its kind
	Events int          // that followed from it
	// Refused is the code of the refusal, "" for none, "error" for another failure.
	Refused string

	Asked     time.Time // it came
	Begun     time.Time // its turn came
	Decided   time.Time // the rules have decided
	Planned   time.Time // what follows for sound and picture is known
	Cut       time.Time // what is taken away is taken away
	Journaled time.Time // it is on disk
	Applied   time.Time // what is given is given
	Answered  time.Time
}

// passage begins to note the way of an act; nil when nobody wants to know, and
// then nothing of it costs anything.
func (m *meeting) passage(by summit.Actor, a summit.Act) *Passage {
	if m.cfg.Passed == nil {
		return nil
	}
	return &Passage{Summit: m.id, By: by, Act: a.Kind(), Asked: time.Now()}
}

// The stages of a passage, each noted when it is over.
func (p *Passage) begun() {
	if p != nil {
		p.Begun = time.Now()
	}
}

func (p *Passage) decided(events int) {
	if p != nil {
		p.Decided, p.Events = time.Now(), events
	}
}

func (p *Passage) planned() {
	if p != nil {
		p.Planned = time.Now()
	}
}

func (p *Passage) cut() {
	if p != nil {
		p.Cut = time.Now()
	}
}

func (p *Passage) journaled() {
	if p != nil {
		p.Journaled = time.Now()
	}
}

func (p *Passage) applied() {
	if p != nil {
		p.Applied = time.Now()
	}
}

// over tells who wants to know that an act has been answered.
func (m *meeting) over(p *Passage, err error) {
	if p == nil {
		return
	}
	p.Answered = time.Now()
	if no := (*summit.Refusal)(nil); errors.As(err, &no) {
		p.Refused = no.Code
	} else if err != nil {
		p.Refused = "error"
	}
	m.cfg.Passed(*p)
}
