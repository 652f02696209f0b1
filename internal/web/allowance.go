package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"golang.org/x/time/rate"

	"liqa/internal/access"
	"liqa/internal/summit"
)

// seatAllowance is what one seat may do; see [config.Limits]. It is the seat's,
// whichever device or connection it does it by.
type seatAllowance struct {
	calls    *rate.Limiter // HTTP
	sessions *rate.Limiter // live and media connections begun
	messages *rate.Limiter // over the live connection
	acts     *rate.Limiter // that are written down
}

// A person clicks a few times a second at most, now and then more.
const messagesAtOnce = 60

// seat gives the allowance of a seat that has been recognised: there are no
// more of them than there are seats.
func (l *limits) seat(at place) *seatAllowance {
	l.mu.Lock()
	defer l.mu.Unlock()
	one, ok := l.seats[at]
	if !ok {
		perMinute := func(n float64) *rate.Limiter { return rate.NewLimiter(rate.Limit(n/60), max(1, int(n/2))) }
		one = &seatAllowance{
			calls:    rate.NewLimiter(rate.Limit(l.of.SeatCallsPerSecond), l.of.SeatCallsAtOnce),
			sessions: perMinute(l.of.SeatSessionsPerMinute),
			messages: rate.NewLimiter(rate.Limit(l.of.SeatMessagesPerSecond), messagesAtOnce),
			acts:     perMinute(l.of.SeatActsPerMinute),
		}
		l.seats[at] = one
	}
	return one
}

// within reports whether one more is within a limit; if not, after how long.
func (l *limits) within(r *rate.Limiter) (ok bool, after time.Duration) {
	now := l.now()
	if r.AllowN(now, 1) {
		return true, 0
	}
	booked := r.ReserveN(now, 1)
	after = booked.DelayFrom(now)
	booked.CancelAt(now)
	return false, after
}

// allows counts a call of a seat, and answers when there are too many. Making a
// connection, and going to a rehearsal, count more than another call.
func (s *Server) allows(w http.ResponseWriter, r *http.Request, who access.Caller) bool {
	if who.Seat == "" {
		return true
	}
	mine := s.limits.seat(place{who.Summit, who.Seat})
	ok, after := s.limits.within(mine.calls)
	costly := []string{"/api/whip", "/api/whep", "/api/rehearsal"}
	if ok && r.Method == http.MethodPost && slices.Contains(costly, r.URL.Path) {
		ok, after = s.limits.within(mine.sessions)
	}
	if !ok {
		tooMany(w, "too-many-calls-of-seat", after)
	}
	return ok
}

// tooMany refuses what may be tried again after a while.
func tooMany(w http.ResponseWriter, code string, after time.Duration) {
	seconds := strconv.Itoa(max(1, int((after+time.Second-1)/time.Second)))
	w.Header().Set("Retry-After", seconds)
	p := newProblem(http.StatusTooManyRequests, code)
	p.Params = map[string]string{"seconds": seconds}
	p.write(w)
}

// written reports whether one more act of this seat may be written down now.
// Officers and technicians run the meeting: theirs are not counted, and neither
// is what takes away, which never waits. Of what goes to and fro the half that
// is counted is enough.
func (l *line) written(who access.Caller, act summit.Act) bool {
	if who.Standing == access.Standing(summit.Officer) || who.Standing == access.Standing(summit.Technician) {
		return true
	}
	switch a := act.(type) {
	case summit.Mute:
		if a.On {
			return true
		}
	case summit.Leave, summit.LowerHand, summit.YieldFloor, summit.GoOffAir, summit.Cough, summit.EndPrivateWord, summit.StopSharing:
		return true
	}
	ok, _ := l.server.limits.within(l.server.limits.seat(l.place).acts)
	return ok
}
