package rehearsal

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"liqa/internal/access"
	"liqa/internal/cast"
	"liqa/internal/summit"
)

// officer is the seat of the protocol officer whom the server plays.
const officer summit.SeatID = "rehearsal-officer"

// foreign is what a delegation speaks in whose language no speech is recorded.
const foreign = "en"

// troupe is a rehearsal before it is convened: what it is, and whom the server
// plays in it.
type troupe struct {
	description summit.Description
	secrets     map[summit.SeatID]access.Secret
	props       map[summit.SeatID]cast.Props
	speeches    map[summit.SeatID][]speech // what each speaker says
	speakers    []summit.SeatID            // in the order of their delegations
}

// describe makes the rehearsal of a summit.
func describe(of summit.State, own Speeches) (*troupe, error) {
	t := &troupe{
		description: summit.Description{Rehearses: of.ID, Title: called(word, of.Title), Scheduled: of.Scheduled, Zone: of.Zone,
			Delegations: of.Delegations, Publication: of.Publication, Lock: of.Lock, Remind: of.Remind,
			Items: []summit.Item{{ID: cast.Rehearsing, Title: word, Planned: time.Hour, Coverage: summit.Closed, Attendance: summit.Plenary}}},
		secrets: map[summit.SeatID]access.Secret{}, props: map[summit.SeatID]cast.Props{},
		speeches: map[summit.SeatID][]speech{},
	}
	for _, b := range of.Booths {
		b.Shifts.Starts = nil // of items that a rehearsal does not have
		t.description.Booths = append(t.description.Booths, b)
	}
	for _, x := range of.Seats {
		if x.Role == summit.Interpreter {
			t.description.Seats = append(t.description.Seats, unheld(x), unheld(listens(of, x)))
		}
	}
	t.plays(summit.Seat{ID: officer, Role: summit.Officer, Name: word, Hears: of.Publication[0]})
	for _, d := range of.Delegations {
		if err := t.speaks(d, own); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// unheld is a seat to which nobody has a link yet: who comes is given one.
func unheld(x summit.Seat) summit.Seat {
	x.Invitation = summit.Invitation{Hash: access.NewSecret().Hash()}
	return x
}

// listener is the seat from which an interpreter hears themselves.
func listener(interpreter summit.SeatID) summit.SeatID {
	return "listener-" + interpreter[:min(len(interpreter), 55)] // an id has 64 characters at most
}

// listens makes that seat: one at the table, in a delegation that speaks what
// the booth interprets into, if there is one.
func listens(of summit.State, interpreter summit.Seat) summit.Seat {
	x := summit.Seat{ID: listener(interpreter.ID), Role: summit.NoteTaker, Delegation: of.Delegations[0].ID, Name: called(listening, interpreter.Name)}
	booth, _ := of.Booth(interpreter.Booth)
	if len(booth.Outgoing) == 0 {
		return x
	}
	x.Hears = booth.Outgoing[0]
	for _, d := range of.Delegations {
		if d.Speaks == x.Hears {
			x.Delegation = d.ID
		}
	}
	return x
}

// plays adds a seat that the server plays.
func (t *troupe) plays(x summit.Seat) {
	secret := access.NewSecret()
	x.Invitation = summit.Invitation{Hash: secret.Hash()}
	t.secrets[x.ID] = secret
	t.description.Seats = append(t.description.Seats, x)
}

// speaks adds the speaker of a delegation.
func (t *troupe) speaks(d summit.Delegation, own Speeches) error {
	language, _, _ := strings.Cut(string(d.Speaks), "-")
	speaks, all := d.Speaks, own.in(language)
	if len(all) == 0 {
		speaks, all = foreign, own.in(foreign)
	}
	if len(all) == 0 {
		return fmt.Errorf("there is no recorded speech in %q nor in %q", d.Speaks, foreign)
	}
	voices, err := turns(all)
	if err != nil {
		return err
	}
	id := summit.SeatID("speech-" + d.ID)
	t.plays(summit.Seat{ID: id, Role: summit.Principal, Delegation: d.ID, Name: d.Name, Function: spoken, Speaks: speaks, Hears: speaks})
	t.props[id] = cast.Props{Turns: voices}
	t.speeches[id] = all
	t.speakers = append(t.speakers, id)
	return nil
}

// word is what a rehearsal is called.
var word = summit.Text{"ar": "تدريب", "en": "Rehearsal", "ru": "Репетиция", "zh": "排练"}

var listening = summit.Text{"ar": "مستمع", "en": "Listener", "ru": "Слушатель", "zh": "听众"}

var spoken = summit.Text{"ar": "كلمة مسجّلة", "en": "Recorded speech", "ru": "Запись речи", "zh": "录音讲话"}

// called is a name with what something or somebody is in a rehearsal before it.
func called(what, name summit.Text) summit.Text {
	to := summit.Text{}
	for l, name := range name {
		to[l] = cmp.Or(what[l], what[foreign]) + ": " + name
	}
	return to
}
