package summit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// actReaders and eventReaders know every kind by its name.
var (
	actReaders = byKind(act[Convene], act[Redeem], act[Connect], act[Disconnect], act[Restart],
		act[Arrive], act[Leave], act[Hear], act[Mute],
		act[RaiseHand], act[LowerHand], act[YieldFloor],
		act[StartItem], act[EndItem], act[SetCoverage], act[ResumeCoverage],
		act[Recess], act[Reconvene], act[Admit], act[Dismiss], act[Revoke], act[Reissue],
		act[Substitute], act[GiveFloor], act[TakeFloor], act[MuteSeat], act[EndSummit],
		act[GoOnAir], act[GoOffAir], act[Cough], act[SlowDown],
		act[PublishAdvisory], act[PublishReadout],
		act[EnterHuddle], act[LeaveHuddle],
		act[OpenPrivateWord], act[AnswerPrivateWord], act[EndPrivateWord],
		act[ShareScreen], act[StopSharing], act[HandIn], act[WithdrawDocument],
		act[OfferHandover], act[AcceptHandover], act[DeclineHandover],
		act[TakeFrom], act[SoundInsufficient], act[Stall],
		act[AskWhisper], act[AnswerWhisper], act[EndWhisper], act[CallAct], act[AnswerCall], act[ClearCall],
		act[AskSeat], act[AnswerAsk], act[LimitPictures], act[Pin], act[Unpin])

	eventReaders = byKind(event[Convened], event[Restarted], event[SummitEnded],
		event[Redeemed], event[Reissued], event[Revoked], event[Connected], event[Disconnected],
		event[Arrived], event[Admitted], event[Dismissed], event[Departed], event[Substituted],
		event[Heard], event[Muted], event[Unmuted],
		event[ItemStarted], event[ItemEnded], event[CoverageSet], event[CoverageProposed],
		event[CoverageResumed], event[RecessBegan], event[RecessEnded],
		event[HandRaised], event[HandLowered], event[FloorGiven], event[FloorTaken],
		event[WentOnAir], event[WentOffAir], event[Coughed], event[SlowDownAsked],
		event[AdvisoryPublished], event[ReadoutPublished],
		event[HuddleEntered], event[HuddleLeft],
		event[PrivateWordOpened], event[PrivateWordAnswered], event[PrivateWordEnded],
		event[ScreenShared], event[SharingStopped], event[DocumentHandedIn], event[DocumentWithdrawn],
		event[RemedyAsked], event[RemedyAnswered], event[RemedyDropped],
		event[HandoverOffered], event[HandoverDeclined], event[StillLive], event[BoothTurned],
		event[IncomingTaken], event[SoundJudged], event[ChannelStalled],
		event[WhisperAsked], event[WhisperDeclined], event[WhisperDropped], event[WhisperBegan], event[WhisperEnded],
		event[Called], event[CallAnswered], event[CallCleared],
		event[PicturesLimited], event[SeatPinned], event[SeatUnpinned])
)

// ErrKind is returned, wrapped, for the name of a kind that does not exist.
var ErrKind = errors.New("there is no such kind")

// Acts lists the kinds of acts, sorted.
func Acts() []string { return slices.Sorted(maps.Keys(actReaders)) }

// Events lists the kinds of events, sorted.
func Events() []string { return slices.Sorted(maps.Keys(eventReaders)) }

// UnmarshalAct reads an act of a kind from its JSON object. Empty raw is "{}".
// A member the act does not have is an error, as is anything after the object.
func UnmarshalAct(kind string, raw []byte) (Act, error) { return unmarshal(actReaders, kind, raw) }

// MarshalAct is the reverse of [UnmarshalAct].
func MarshalAct(a Act) (kind string, raw []byte, err error) { return marshal(a) }

// UnmarshalEvent reads an event of a kind from its JSON object, as strictly as
// [UnmarshalAct]: half of an event is worse than none.
func UnmarshalEvent(kind string, raw []byte) (Event, error) {
	return unmarshal(eventReaders, kind, raw)
}

// MarshalEvent is the reverse of [UnmarshalEvent].
func MarshalEvent(e Event) (kind string, raw []byte, err error) { return marshal(e) }

type kinded interface{ Kind() string }

// reader reads one kind from its JSON object.
type reader[T kinded] func(raw []byte) (T, error)

func byKind[T kinded](rs ...reader[T]) map[string]reader[T] {
	m := make(map[string]reader[T], len(rs))
	for _, r := range rs {
		zero, err := r([]byte("{}"))
		if err != nil || m[zero.Kind()] != nil {
			panic(fmt.Sprintf("summit: kind %q is not readable, or there twice: %v", zero.Kind(), err))
		}
		m[zero.Kind()] = r
	}
	return m
}

func act[A Act](raw []byte) (Act, error) { return strict[A](raw) }

func event[E Event](raw []byte) (Event, error) { return strict[E](raw) }

func strict[T any](raw []byte) (v T, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return v, err
	}
	if _, err := d.Token(); err != io.EOF {
		return v, errors.New("there is something after the object")
	}
	return v, nil
}

func unmarshal[T kinded](readers map[string]reader[T], kind string, raw []byte) (none T, err error) {
	read, ok := readers[kind]
	if !ok {
		return none, fmt.Errorf("%q: %w", kind, ErrKind)
	}
	if len(raw) == 0 {
		raw = []byte("{}")
	}
	v, err := read(raw)
	if err != nil {
		return none, fmt.Errorf("%s cannot be read: %w", kind, err)
	}
	return v, nil
}

func marshal(v kinded) (string, []byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return "", nil, fmt.Errorf("%s cannot be written: %w", v.Kind(), err)
	}
	return v.Kind(), raw, nil
}
