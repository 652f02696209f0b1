package summittest

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"liqa/internal/summit"
)

// Act draws an act and who issues it; turn counts the acts drawn so far. Most
// are such as could be accepted in s, so that histories get somewhere; some are
// by the wrong actor, about things that do not exist, or late.
func Act(r *rapid.T, s summit.State, turn int) (summit.Actor, summit.Act) {
	t := &dice{r, turn * 31}
	var by summit.Actor
	var a summit.Act
	for range 4 {
		kind := pick(t, "kind", kinds...)
		a = draws[kind](t, s)
		able := ableTo(s, kind)
		if len(able) == 0 || once(t, 20, "wrong actor") {
			return actor(t, s), a
		}
		ready := keep(able, func(x summit.Actor) bool {
			events, _ := summit.Decide(s, x, a, s.Changed.Add(time.Minute))
			return len(events) > 0
		})
		by = pick(t, "by", append(able, ready...)...)
		if slices.Contains(ready, by) || once(t, 4, "let it be refused") {
			break
		}
	}
	return by, a
}

// ableTo is who may issue acts of a kind at all.
func ableTo(s summit.State, kind string) []summit.Actor {
	all := []summit.Actor{summit.Administrator, summit.Server}
	for _, x := range s.Seats {
		all = append(all, summit.Actor(x.ID))
	}
	return keep(all, func(x summit.Actor) bool {
		seat, _ := s.Seat(summit.SeatID(x))
		return summit.May(seat.Role, kind) || summit.May(summit.Role(x), kind)
	})
}

// keep is those of list who are as asked.
func keep(list []summit.Actor, is func(summit.Actor) bool) []summit.Actor {
	var kept []summit.Actor
	for _, x := range list {
		if is(x) {
			kept = append(kept, x)
		}
	}
	return kept
}

// dice draws from lists evenly. Rapid itself prefers the beginning of a list so
// strongly that hardly a history would get past it.
type dice struct {
	*rapid.T
	turn int
}

func pick[T any](t *dice, label string, list ...T) T {
	t.turn += 7
	i := rapid.IntRange(0, len(list)-1).Draw(t.T, label)
	return list[(i+t.turn)%len(list)]
}

// once says yes one time in n.
func once(t *dice, n int, label string) bool {
	t.turn += 7
	return (rapid.IntRange(0, n-1).Draw(t.T, label)+t.turn)%n == 0
}

// draws makes an act of each kind.
var draws = map[string]func(*dice, summit.State) summit.Act{
	"convene": convene, "redeem": redeem, "connect": connect, "disconnect": disconnect, "restart": restart,
	"arrive": arrive, "leave": leave, "hear": hear, "mute": mute,
	"raise-hand": raiseHand, "lower-hand": lowerHand, "yield-floor": yieldFloor,
	"start-item": startItem, "end-item": endItem, "set-coverage": setCoverage, "resume-coverage": resumeCoverage,
	"recess": recess, "reconvene": reconvene, "admit": admit, "dismiss": dismiss, "revoke": revoke,
	"reissue": reissue, "substitute": substitute, "give-floor": giveFloor, "take-floor": takeFloor,
	"mute-seat": muteSeat, "end-summit": endSummit,
	"go-on-air": goOnAir, "go-off-air": goOffAir, "cough": cough, "slow-down": slowDown,
	"publish-advisory": publishAdvisory, "publish-readout": publishReadout,
	"offer-handover": offer, "accept-handover": accept, "decline-handover": decline,
	"take-from": takeFrom, "sound-insufficient": insufficient, "stall": stall,
	"ask-whisper": askWhisper, "answer-whisper": answerWhisper, "end-whisper": endWhisper,
	"call": call, "answer-call": answerCall, "clear-call": clearCall,
	"enter-huddle": enterHuddle, "leave-huddle": leaveHuddle,
	"open-private-word": openWord, "answer-private-word": answerWord, "end-private-word": endWord,
	"share-screen": shareScreen, "stop-sharing": stopSharing, "hand-in": handIn, "withdraw-document": withdraw,
	"ask": ask, "answer-ask": answerAsk, "limit-pictures": limitPictures, "pin": pin, "unpin": unpin,
}

// often is how often a kind is drawn, where that is not 5 times.
var often = map[string]int{
	"end-summit": 1, "convene": 1, "revoke": 3, "publish-advisory": 3,
	"disconnect": 8, "redeem": 8, "recess": 8, "end-item": 8, "resume-coverage": 10, "take-floor": 8,
	"mute-seat": 8, "slow-down": 8, "yield-floor": 8, "lower-hand": 8, "go-off-air": 8,
	"connect": 20, "arrive": 20, "hear": 8, "mute": 12, "reconvene": 20, "set-coverage": 20, "raise-hand": 20, "cough": 20,
	"offer-handover": 15, "accept-handover": 12, "take-from": 12, "stall": 8, "sound-insufficient": 8,
	"enter-huddle": 20, "open-private-word": 20, "answer-private-word": 20, "share-screen": 15, "ask": 10, "answer-ask": 10,
	"ask-whisper": 20, "answer-whisper": 20, "end-whisper": 6,
	"pin": 8, "unpin": 3, "limit-pictures": 8,
	"admit": 30, "start-item": 30, "give-floor": 30, "go-on-air": 30,
}

// kinds has every kind as often as it is drawn.
var kinds = func() (list []string) {
	for _, k := range summit.Acts() {
		n := often[k]
		if n == 0 {
			n = 5
		}
		for range n {
			list = append(list, k)
		}
	}
	return list
}()

func actor(t *dice, s summit.State) summit.Actor {
	if once(t, 4, "not a seat") {
		return pick(t, "actor", summit.Administrator, summit.Server, "", "nobody")
	}
	return summit.Actor(seat(t, s))
}

func seat(t *dice, s summit.State) summit.SeatID { return seatThat(t, s, nil) }

// seatThat draws a seat that is as asked, and now and then any, or none at all.
func seatThat(t *dice, s summit.State, is func(summit.Seat) bool) summit.SeatID {
	any := is == nil || once(t, 8, "any seat")
	ids := []summit.SeatID{}
	for _, x := range s.Seats {
		if any || is(x) {
			ids = append(ids, x.ID)
		}
	}
	if any || len(ids) == 0 {
		ids = append(ids, "nobody")
	}
	return pick(t, "seat", ids...)
}

func itemID(t *dice, s summit.State) summit.ItemID {
	ids := []summit.ItemID{}
	for _, x := range s.Items {
		ids = append(ids, x.ID)
	}
	return pick(t, "item", append(ids, "", "nothing")...)
}

func current(t *dice, s summit.State) summit.ItemID {
	if once(t, 8, "any item") {
		return itemID(t, s)
	}
	return s.Current
}

func seen(t *dice, s summit.State) uint64 {
	return pick(t, "seen", 0, s.Revision, s.Turned, s.Turned/2)
}

func convene(t *dice, _ summit.State) summit.Act { return summit.Convene{Description: Bilateral()} }
func restart(*dice, summit.State) summit.Act     { return summit.Restart{} }
func arrive(*dice, summit.State) summit.Act      { return summit.Arrive{} }
func leave(*dice, summit.State) summit.Act       { return summit.Leave{} }
func raiseHand(*dice, summit.State) summit.Act   { return summit.RaiseHand{} }
func yieldFloor(*dice, summit.State) summit.Act  { return summit.YieldFloor{} }
func recess(*dice, summit.State) summit.Act      { return summit.Recess{} }
func takeFloor(*dice, summit.State) summit.Act   { return summit.TakeFloor{} }
func endSummit(*dice, summit.State) summit.Act   { return summit.EndSummit{} }
func goOffAir(*dice, summit.State) summit.Act    { return summit.GoOffAir{} }

func redeem(t *dice, s summit.State) summit.Act {
	id := seatThat(t, s, func(x summit.Seat) bool { return x.Invitation.Device == "" })
	x, _ := s.Seat(id)
	hashes := append([]string{x.Invitation.Hash, x.Invitation.Hash, Hash("guess"), ""}, x.Invitation.Former...)
	device := pick(t, "device", id, id, "intruder")
	return summit.Redeem{Seat: id, Hash: pick(t, "hash", hashes...), Device: Hash(Device(device))}
}

func connect(t *dice, s summit.State) summit.Act {
	return summit.Connect{Seat: seatThat(t, s, func(x summit.Seat) bool { return !x.Connected && x.Invitation.Device != "" })}
}

func disconnect(t *dice, s summit.State) summit.Act {
	return summit.Disconnect{Seat: seatThat(t, s, func(x summit.Seat) bool { return x.Connected })}
}

func hear(t *dice, s summit.State) summit.Act {
	return summit.Hear{Language: pick(t, "channel", append(s.Channels(), "", "tlh")...)}
}

func mute(t *dice, _ summit.State) summit.Act {
	return summit.Mute{On: once(t, 2, "on")}
}

func lowerHand(t *dice, s summit.State) summit.Act {
	return summit.LowerHand{Seat: pick(t, "hand", append([]summit.SeatID{"", seat(t, s)}, s.Queue...)...)}
}

func startItem(t *dice, s summit.State) summit.Act {
	return summit.StartItem{Item: itemID(t, s), Ending: current(t, s), Again: once(t, 2, "again"), Seen: seen(t, s)}
}

func endItem(t *dice, s summit.State) summit.Act { return summit.EndItem{Item: current(t, s)} }

func setCoverage(t *dice, s summit.State) summit.Act {
	return summit.SetCoverage{Coverage: coverage(t), Item: current(t, s), Seen: seen(t, s)}
}

func coverage(t *dice) summit.Coverage {
	return pick(t, "coverage", append([]summit.Coverage{summit.Sealed, "secret", summit.Open, ""}, coverages...)...)
}

func resumeCoverage(t *dice, s summit.State) summit.Act {
	return summit.ResumeCoverage{Item: current(t, s), Seen: seen(t, s)}
}

func reconvene(t *dice, s summit.State) summit.Act {
	return summit.Reconvene{Coverage: coverage(t), Item: current(t, s), Seen: seen(t, s)}
}

func admit(t *dice, s summit.State) summit.Act {
	if once(t, 4, "all of a role") {
		return summit.Admit{Role: pick(t, "role", summit.Reporter, summit.Delegate, summit.Interpreter, "stranger")}
	}
	return summit.Admit{Seat: seatThat(t, s, func(x summit.Seat) bool { return x.Presence == summit.Waiting })}
}

func dismiss(t *dice, s summit.State) summit.Act {
	return summit.Dismiss{Seat: seatThat(t, s, func(x summit.Seat) bool { return x.Admitted })}
}

func revoke(t *dice, s summit.State) summit.Act { return summit.Revoke{Seat: seat(t, s)} }

func reissue(t *dice, s summit.State) summit.Act {
	id := seatThat(t, s, func(x summit.Seat) bool { return x.Invitation.Revoked || !x.Connected })
	x, _ := s.Seat(id)
	hash := pick(t, "hash", Hash(Secret(id)+string(rune('0'+x.Invitation.Serial))), x.Invitation.Hash, "no hash")
	hours := pick(t, "expires", 0, 1, -1)
	a := summit.Reissue{Seat: id, Hash: hash}
	if hours != 0 {
		a.Expires = Noon.Add(time.Duration(hours) * time.Hour)
	}
	return a
}

func substitute(t *dice, s summit.State) summit.Act {
	id := seatThat(t, s, func(x summit.Seat) bool { return x.Role == summit.Principal })
	p, _ := s.Seat(id)
	return summit.Substitute{Principal: id, By: seatThat(t, s, func(x summit.Seat) bool {
		return x.Role == summit.Delegate && x.Delegation == p.Delegation
	})}
}

func giveFloor(t *dice, s summit.State) summit.Act {
	return summit.GiveFloor{Seat: seatThat(t, s, func(x summit.Seat) bool { return x.Delegation != "" && x.Role != summit.Officer })}
}

func muteSeat(t *dice, s summit.State) summit.Act { return summit.MuteSeat{Seat: seat(t, s)} }

func goOnAir(t *dice, s summit.State) summit.Act {
	return summit.GoOnAir{Into: pick(t, "into", append(languages, "ase")...), TakeOver: once(t, 2, "take over")}
}

func cough(t *dice, _ summit.State) summit.Act {
	return summit.Cough{On: once(t, 2, "on")}
}

func slowDown(t *dice, _ summit.State) summit.Act {
	return summit.SlowDown{Reason: pick(t, "reason", summit.TooFast, summit.TooQuiet, summit.Microphone, "bored")}
}

func publishAdvisory(t *dice, _ summit.State) summit.Act {
	return summit.PublishAdvisory{Digest: digest(t), Reason: pick(t, "reason", "", "a wrong date")}
}

func publishReadout(t *dice, _ summit.State) summit.Act {
	return summit.PublishReadout{Language: pick(t, "language", languages...), Digest: digest(t), Reason: pick(t, "reason", "", "a wrong figure")}
}

func digest(t *dice) string {
	return pick(t, "digest", Hash("one text"), Hash("another text"), "no digest")
}
