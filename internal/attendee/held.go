package attendee

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"liqa/internal/view"
)

// held says which view it has, so that the server need send only what changes.
type held struct {
	Revision uint64 `json:"revision,omitempty"`
	View     string `json:"view,omitempty"` // its hash
}

// part are the members of a message that brings a view in parts.
type part struct {
	Revision uint64      `json:"revision"`
	Hash     string      `json:"hash"`
	Now      time.Time   `json:"now"`
	Seats    []view.Seat `json:"seats"`
}

func (a *Attendee) holds() held {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.has
}

// shown takes a view, or what has changed in the one it has. The views that
// were given out before are left as they are.
func (a *Attendee) shown(m message) error {
	v := a.View()
	if m.Type == "snapshot" {
		v = view.View{}
	}
	if err := merge(&v, m.View); err != nil {
		return err
	}
	if m.Type == "change" {
		v.Now = m.Now
	}
	if len(m.Seats) > 0 {
		v.Seats = slices.Clone(v.Seats)
	}
	for _, x := range m.Seats {
		i := slices.IndexFunc(v.Seats, func(y view.Seat) bool { return y.ID == x.ID })
		if i < 0 {
			return fmt.Errorf("the seat %s has changed, and is not there", x.ID)
		}
		v.Seats[i] = x
	}
	a.show(v, held{m.Revision, m.Hash})
	return nil
}

// merge sets the members that raw has, each as a whole.
func merge(v *view.View, raw []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return err
	}
	whole := reflect.ValueOf(v).Elem()
	for i := range whole.NumField() {
		name, _, _ := strings.Cut(whole.Type().Field(i).Tag.Get("json"), ",")
		text, there := members[name]
		if !there {
			continue
		}
		fresh := reflect.New(whole.Field(i).Type())
		if err := json.Unmarshal(text, fresh.Interface()); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		whole.Field(i).Set(fresh.Elem())
	}
	return nil
}
