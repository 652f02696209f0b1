package server

import (
	"context"
	"log/slog"
	"sync"

	"liqa/internal/secretariat"
	"liqa/internal/summit"
)

// attentive is the secretariat, with somebody who looks after every change of
// every summit.
type attentive struct {
	*secretariat.Secretariat
	log *slog.Logger
	// changed is called after every change; it must not wait.
	changed func(*secretariat.Update)

	ctx     context.Context
	end     context.CancelFunc
	watches sync.WaitGroup

	mu       sync.Mutex
	begun    bool
	followed map[summit.SummitID]bool
}

func newAttentive(s *secretariat.Secretariat, log *slog.Logger) *attentive {
	a := &attentive{Secretariat: s, log: log, followed: map[summit.SummitID]bool{}}
	a.ctx, a.end = context.WithCancel(context.Background())
	return a
}

// begin watches the summits that there are; those convened later are watched
// as they come.
func (a *attentive) begin(changed func(*secretariat.Update)) {
	a.mu.Lock()
	a.changed, a.begun = changed, true
	a.mu.Unlock()
	for _, id := range a.Summits() {
		a.follow(id)
	}
}

func (a *attentive) close() error {
	a.end()
	a.watches.Wait()
	return nil
}

// Convene convenes, and watches what was convened.
func (a *attentive) Convene(ctx context.Context, d summit.Description) (summit.SummitID, error) {
	id, err := a.Secretariat.Convene(ctx, d)
	if err == nil {
		a.follow(id)
	}
	return id, err
}

// follow watches a summit, once.
func (a *attentive) follow(id summit.SummitID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.begun || a.followed[id] {
		return
	}
	a.followed[id] = true
	updates, err := a.Watch(a.ctx, id)
	if err != nil {
		a.log.Error("a summit cannot be followed", "summit", string(id), "error", err)
		return
	}
	a.watches.Go(func() {
		for u := range updates {
			a.changed(u)
		}
	})
}
