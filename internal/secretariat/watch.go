package secretariat

import "context"

// watch registers a watcher: a channel with room for the newest moment only.
func (m *meeting) watch(ctx context.Context) (<-chan *Update, error) {
	ch := make(chan *Update, 1)
	err := m.call(ctx, func() {
		m.watchers[ch] = true
		ch <- m.latest.Load()
	})
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() {
		_ = m.call(m.ctx, func() {
			if m.watchers[ch] {
				delete(m.watchers, ch)
				close(ch)
			}
		})
	})
	return ch, nil
}

// notify makes a moment of what is, and tells it to whoever watches.
func (m *meeting) notify() { m.show(m.moment()) }

// moment makes a moment of what is; who asks from now on gets it.
func (m *meeting) moment() *Update {
	u := &Update{State: m.state, Plan: m.standing, Measured: m.measured,
		Alarms: append(m.ownAlarms(), m.alarms.raised...)}
	m.latest.Store(u)
	return u
}

// show tells a moment to whoever watches. It waits for nobody: the newest takes
// the place of one that has not been taken.
func (m *meeting) show(u *Update) {
	for ch := range m.watchers {
		select {
		case <-ch:
		default:
		}
		ch <- u // has room: nobody else sends
	}
}
