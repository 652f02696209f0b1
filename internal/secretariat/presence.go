package secretariat

import (
	"context"
	"sync"
	"time"

	"liqa/internal/summit"
)

// attach counts a seat's control connection.
func (m *meeting) attach(seat summit.SeatID) (detach func(), err error) {
	err = m.call(m.ctx, func() {
		m.here[seat]++
		if t := m.gone[seat]; t != nil {
			t.Stop()
			delete(m.gone, seat)
		}
		m.settle(seat)
	})
	if err != nil {
		return nil, err
	}
	return sync.OnceFunc(func() { _ = m.call(context.Background(), func() { m.detach(seat) }) }), nil
}

// detach counts it off. The seat is told to be gone after a while only.
func (m *meeting) detach(seat summit.SeatID) {
	if m.here[seat]--; m.here[seat] > 0 {
		return
	}
	delete(m.here, seat)
	m.gone[seat] = time.AfterFunc(m.cfg.Grace, func() {
		_ = m.call(m.ctx, func() {
			if m.here[seat] == 0 {
				delete(m.gone, seat)
				m.settle(seat)
			}
		})
	})
}

// settle lets the state say of a seat whether it is connected, if it says
// otherwise. What is refused because the journal is behind is done later; see
// reconcile.
func (m *meeting) settle(id summit.SeatID) {
	seat, ok := m.ahead().Seat(id)
	here := m.here[id] > 0 || m.gone[id] != nil
	if !ok || seat.Connected == here {
		return
	}
	var a summit.Act = summit.Disconnect{Seat: id}
	if here {
		a = summit.Connect{Seat: id}
	}
	if _, _, err := m.decide(summit.Server, a, nil); err != nil {
		m.log.Info("a connection could not be noted", "seat", string(id), "act", a.Kind(), "err", err)
	}
}

// reconcile settles every seat.
func (m *meeting) reconcile() {
	for _, seat := range m.ahead().Seats {
		m.settle(seat.ID)
	}
}
