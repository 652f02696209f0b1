package journal

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// open opens a journal that is closed at the test's end.
func open(t *testing.T, dir string, o Options) *JetStream {
	t.Helper()
	j, err := OpenJetStream(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	return j
}

func TestJetStream(t *testing.T) {
	suite(t, func(t *testing.T) Journal { return open(t, t.TempDir(), Options{}) })
}

// TestCluster runs the same suite against a NATS server in another place.
func TestCluster(t *testing.T) {
	suite(t, func(t *testing.T) Journal {
		s, err := server.NewServer(&server.Options{
			Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true,
			JetStream: true, StoreDir: t.TempDir(), SyncAlways: true, MaxPayload: 8 << 20,
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Start()
		t.Cleanup(func() {
			s.Shutdown()
			s.WaitForShutdown()
		})
		if !s.ReadyForConnections(10 * time.Second) {
			t.Fatal("the NATS server does not start")
		}
		return open(t, t.TempDir(), Options{URL: s.ClientURL()})
	})
}
