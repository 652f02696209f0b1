package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// store keeps the frames of all summits. The journal calls reopen and close
// only while no other call is under way.
type store interface {
	// publish adds a frame to a summit's, provided that the summit's newest
	// frame is the one at last (0 when there is none), and returns its mark
	// once it is on disk. It returns errMoved, and has added nothing, when
	// another is the newest. After any other error nothing is known.
	publish(ctx context.Context, summit string, last uint64, data []byte) (mark uint64, err error)

	// frames returns a summit's, oldest first.
	frames(ctx context.Context, summit string) ([]frame, error)

	// summits lists those that have a frame.
	summits(ctx context.Context) ([]string, error)

	// remove destroys a frame, and returns once that is on disk.
	remove(ctx context.Context, mark uint64) error

	// reopen forgets what is in memory and trusts only what is on disk. It
	// does nothing for a store that another process keeps.
	reopen(ctx context.Context) error

	close() error
}

var (
	errMoved   = errors.New("the summit's newest frame is another")
	errDropped = errors.New("the store did not write it: its disk is full or failing")
)

const (
	streamName    = "JOURNAL"
	subjectPrefix = "journal."

	// The codes by which JetStream says that the expected last sequence of a
	// subject is another.
	codeWrongLast         = 10071
	codeWrongLastConstant = 10164
)

// natsStore is a JetStream stream, with one subject for each summit.
type natsStore struct {
	conn     *nats.Conn
	stream   jetstream.Stream
	embedded *embedded // nil when the stream is in a NATS cluster
}

// attach finds the stream, or creates it when create is true.
func (s *natsStore) attach(ctx context.Context, replicas int, create bool) error {
	js, err := jetstream.New(s.conn)
	if err != nil {
		return err
	}
	s.stream, err = js.Stream(ctx, streamName)
	if !errors.Is(err, jetstream.ErrStreamNotFound) {
		return err
	}
	if !create {
		return &DamagedError{"", "there are checkpoints, but the store has no history at all", restore}
	}
	s.stream, err = js.CreateStream(ctx, jetstream.StreamConfig{
		Name:        streamName,
		Description: "Histories of summits; written and verified by liqa only",
		Subjects:    []string{subjectPrefix + "*"},
		Retention:   jetstream.LimitsPolicy,
		Discard:     jetstream.DiscardNew,
		Storage:     jetstream.FileStorage,
		Replicas:    max(1, replicas),
		DenyPurge:   true,
		AllowDirect: true,
		MaxMsgs:     -1,
		MaxBytes:    -1,
	})
	return err
}

// silence is how long a publish waits for its answer before it asks whether
// there will be one.
const silence = 100 * time.Millisecond

// publish implements [store].
func (s *natsStore) publish(ctx context.Context, summit string, last uint64, data []byte) (uint64, error) {
	inbox := s.conn.NewInbox()
	answers := make(chan *nats.Msg, 4)
	sub, err := s.conn.ChanSubscribe(inbox+".*", answers)
	if err != nil {
		return 0, err
	}
	defer sub.Unsubscribe()
	msg := nats.NewMsg(subjectPrefix + summit)
	msg.Reply = inbox + ".written"
	msg.Header.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(last, 10))
	msg.Data = data
	if err := s.conn.PublishMsg(msg); err != nil {
		return 0, err
	}
	quiet := time.After(silence)
	for {
		select {
		case answer := <-answers:
			if strings.HasSuffix(answer.Subject, ".fence") {
				return 0, errDropped
			}
			mark, err := readAck(answer)
			if err == nil && s.embedded != nil {
				err = s.embedded.syncNewBlocks()
			}
			return mark, err
		case <-quiet:
			if err := s.fence(summit, inbox+".fence"); err != nil {
				return 0, err
			}
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// fence sends a message that the stream always refuses. The embedded server
// works off one connection's messages in order, so that the refusal says that
// everything before it was dealt with; JetStream does not answer a message
// that it could not write.
func (s *natsStore) fence(summit, reply string) error {
	if s.embedded == nil {
		return nil
	}
	msg := nats.NewMsg(subjectPrefix + summit)
	msg.Reply = reply
	msg.Header.Set(jetstream.ExpectedStreamHeader, "none")
	return s.conn.PublishMsg(msg)
}

// readAck reads JetStream's answer to a publish.
func readAck(answer *nats.Msg) (uint64, error) {
	if status := answer.Header.Get("Status"); status != "" {
		return 0, fmt.Errorf("the store is not there (status %s)", status)
	}
	var ack struct {
		Seq   uint64              `json:"seq"`
		Error *jetstream.APIError `json:"error"`
	}
	if err := json.Unmarshal(answer.Data, &ack); err != nil {
		return 0, fmt.Errorf("the store's answer cannot be read: %w", err)
	}
	switch {
	case ack.Error != nil && (ack.Error.ErrorCode == codeWrongLast || ack.Error.ErrorCode == codeWrongLastConstant):
		return 0, errMoved
	case ack.Error != nil:
		return 0, fmt.Errorf("the store refuses: %w", ack.Error)
	case ack.Seq == 0:
		return 0, fmt.Errorf("the store's answer has no sequence number: %.200q", answer.Data)
	}
	return ack.Seq, nil
}

// batch is how much one request of frames asks for.
const (
	batchFrames = 500
	batchBytes  = 4 << 20
)

// frames implements [store].
func (s *natsStore) frames(ctx context.Context, summit string) ([]frame, error) {
	var all []frame
	for from := uint64(1); ; {
		some, more, err := s.batch(ctx, summit, from)
		if err != nil {
			return nil, fmt.Errorf("the history of summit %s cannot be read: %w", summit, err)
		}
		all = append(all, some...)
		if !more {
			return all, nil
		}
		from = all[len(all)-1].mark + 1
	}
}

// batch asks for frames from one mark on, and says whether there are more
// (JetStream's direct get, ADR-31).
func (s *natsStore) batch(ctx context.Context, summit string, from uint64) (some []frame, more bool, err error) {
	inbox := s.conn.NewInbox()
	sub, err := s.conn.SubscribeSync(inbox)
	if err != nil {
		return nil, false, err
	}
	defer sub.Unsubscribe()
	request := fmt.Appendf(nil, `{"seq":%d,"next_by_subj":"%s","batch":%d,"max_bytes":%d}`,
		from, subjectPrefix+summit, batchFrames, batchBytes)
	if err := s.conn.PublishRequest("$JS.API.DIRECT.GET."+streamName, inbox, request); err != nil {
		return nil, false, err
	}
	for {
		msg, err := sub.NextMsgWithContext(ctx)
		if err != nil {
			return nil, false, err
		}
		switch status := msg.Header.Get("Status"); status {
		case "":
			mark, err := strconv.ParseUint(msg.Header.Get(jetstream.SequenceHeader), 10, 64)
			if err != nil || mark < from {
				return nil, false, fmt.Errorf("the store sends a message without its sequence number")
			}
			some = append(some, frame{mark, msg.Data})
		case "204":
			return some, msg.Header.Get("Nats-Num-Pending") != "0" && len(some) > 0, nil
		case "404":
			return some, false, nil
		default:
			return nil, false, fmt.Errorf("the store answers with status %s: %s", status, msg.Header.Get("Description"))
		}
	}
}

// summits implements [store].
func (s *natsStore) summits(ctx context.Context) ([]string, error) {
	info, err := s.stream.Info(ctx, jetstream.WithSubjectFilter(subjectPrefix+"*"))
	if err != nil {
		return nil, fmt.Errorf("the store cannot say which summits it has: %w", err)
	}
	var summits []string
	for subject := range maps.Keys(info.State.Subjects) {
		summits = append(summits, strings.TrimPrefix(subject, subjectPrefix))
	}
	slices.Sort(summits)
	return summits, nil
}

// remove implements [store].
func (s *natsStore) remove(ctx context.Context, mark uint64) error {
	err := s.stream.SecureDeleteMsg(ctx, mark)
	if err == nil && s.embedded != nil {
		err = s.embedded.sync(s.embedded.streamDir())
	}
	return err
}

// reopen implements [store].
func (s *natsStore) reopen(ctx context.Context) error {
	if s.embedded == nil {
		return nil
	}
	if err := s.close(); err != nil {
		return err
	}
	if err := s.embedded.start(); err != nil {
		return err
	}
	conn, err := s.embedded.connect()
	if err != nil {
		return err
	}
	s.conn = conn
	if err := s.attach(ctx, 1, false); err != nil {
		return err
	}
	return s.embedded.sync(s.embedded.dir)
}

// close implements [store].
func (s *natsStore) close() error {
	if s.conn != nil {
		s.conn.Close()
		s.conn = nil
	}
	if s.embedded != nil {
		s.embedded.stop()
	}
	return nil
}
