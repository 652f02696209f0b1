package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// syncMode is "always": JetStream syncs a block file before it answers. The
// tests that must see a loss link with another value; nothing sets it at run
// time.
var syncMode = "always"

// embedded is a NATS server inside this process: it listens nowhere, and syncs
// every write.
type embedded struct {
	dir    string
	log    *slog.Logger
	server *server.Server // nil when stopped

	mu     sync.Mutex
	blocks map[string]bool // files whose names are on disk
}

// startLimit is how long the server may take to read its files.
const startLimit = 2 * time.Minute

// start starts the server.
func (e *embedded) start() error {
	log := &serverLog{log: e.log}
	s, err := server.NewServer(&server.Options{
		ServerName:         "liqa-journal",
		DontListen:         true,
		NoSigs:             true,
		JetStream:          true,
		StoreDir:           e.dir,
		SyncAlways:         syncMode == "always",
		JetStreamMaxMemory: 64 << 20,
		JetStreamMaxStore:  1 << 50, // the disk's size is the limit
		MaxPayload:         8 << 20,
	})
	if err != nil {
		return fmt.Errorf("the journal's store cannot be set up: %w", err)
	}
	s.SetLoggerV2(log, false, false, false)
	s.Start()
	e.server, e.blocks = s, nil
	if !s.ReadyForConnections(startLimit) || !s.JetStreamEnabled() {
		err := log.last()
		e.stop()
		return fmt.Errorf("the journal's store in %s cannot be started: %w", e.dir, err)
	}
	return nil
}

// stop ends the server, after the writes that are under way.
func (e *embedded) stop() {
	if e.server == nil {
		return
	}
	e.server.Shutdown()
	e.server.WaitForShutdown()
	e.server = nil
	forget(filepath.Join(e.streamDir(), "msgs"))
}

// connect connects to the server without a network.
func (e *embedded) connect() (*nats.Conn, error) {
	return nats.Connect("", nats.InProcessServer(e.server), nats.NoReconnect(), nats.Name("liqa"))
}

// streamDir is where JetStream keeps the stream's files.
func (e *embedded) streamDir() string {
	return filepath.Join(e.dir, server.JetStreamStoreDir, "$G", "streams", streamName)
}

// sync makes everything below dir durable: what an earlier process may have
// left in the kernel's memory only, before a checkpoint relies on it, and what
// JetStream does not sync when it removes a message.
func (e *embedded) sync(dir string) error {
	if syncMode != "always" {
		return nil
	}
	if err := syncTree(dir); err != nil {
		return fmt.Errorf("the journal's files cannot be synced: %w", err)
	}
	return e.syncNewBlocks()
}

// syncNewBlocks makes the names of new block files durable. JetStream syncs a
// new block's content but not the directory that names it.
func (e *embedded) syncNewBlocks() error {
	if syncMode != "always" {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	dir := filepath.Join(e.streamDir(), "msgs")
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return err
	}
	now := map[string]bool{}
	fresh := false
	for _, name := range names {
		if strings.HasSuffix(name, ".blk") {
			now[name] = true
			fresh = fresh || !e.blocks[name]
		}
	}
	if fresh {
		if err := f.Sync(); err != nil {
			return fmt.Errorf("the names of the journal's files cannot be synced: %w", err)
		}
	}
	e.blocks = now
	return nil
}

// forget drops what the kernel keeps in memory of the files in dir, as far as
// it is on disk. After a failed sync Linux keeps, and calls clean, pages that
// never reached the disk; what is read next shall come from there.
func forget(dir string) {
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	for _, file := range files {
		if f, err := os.Open(filepath.Join(dir, file.Name())); err == nil {
			dropCache(f)
			f.Close()
		}
	}
}

// serverLog passes on what the server says, and remembers its last complaint.
type serverLog struct {
	log *slog.Logger

	mu        sync.Mutex
	complaint error
}

func (l *serverLog) complain(format string, v []any) string {
	text := fmt.Sprintf(format, v...)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.complaint = errors.New(text)
	return text
}

// last returns the last complaint.
func (l *serverLog) last() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.complaint == nil {
		return errors.New("it does not say why")
	}
	return l.complaint
}

// Noticef implements server.Logger.
func (l *serverLog) Noticef(format string, v ...any) {
	l.log.Debug("journal store: " + fmt.Sprintf(format, v...))
}

// Warnf implements server.Logger.
func (l *serverLog) Warnf(format string, v ...any) {
	l.log.Warn("journal store: " + l.complain(format, v))
}

// Errorf implements server.Logger.
func (l *serverLog) Errorf(format string, v ...any) {
	l.log.Error("journal store: " + l.complain(format, v))
}

// Fatalf implements server.Logger; the journal decides what is fatal.
func (l *serverLog) Fatalf(format string, v ...any) { l.Errorf(format, v...) }

// Debugf implements server.Logger; it is not asked for.
func (l *serverLog) Debugf(string, ...any) {}

// Tracef implements server.Logger; it is not asked for.
func (l *serverLog) Tracef(string, ...any) {}
