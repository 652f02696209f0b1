package main

import (
	"bytes"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liqa/internal/config"
	"liqa/internal/server"
)

// liqa carries out a command line and returns the status and what was printed.
func liqa(args ...string) (status int, out, complaints string) {
	var o, c bytes.Buffer
	status = run(args, &o, &c)
	return status, o.String(), c.String()
}

func exampleSummit(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../docs/summit.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// The administrator's whole way, against a running server.
func TestFromCreateToVerify(t *testing.T) {
	example := exampleSummit(t)
	t.Chdir(t.TempDir())
	c := config.Default()
	c.Data, c.Listen, c.Media = "data", config.Listen{HTTPS: ":0", HTTP: ":0"}, config.Media{UDP: ":0", TCP: ":0"}
	s, err := server.Start(t.Context(), server.Options{Config: c, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	status, out, _ := liqa("summit", "list", "--data", "data")
	if status != 0 || !strings.Contains(out, "There is no summit yet") {
		t.Errorf("list: %d %s", status, out)
	}
	status, out, complaints := liqa("summit", "create", example, "--data", "data")
	if status != 0 || strings.Count(out, "/join#") != 11 || !strings.Contains(out, "Each link is a secret") {
		t.Fatalf("create: %d %s %s", status, out, complaints)
	}
	_, id, _ := strings.Cut(out, "convened: ")
	id, _, _ = strings.Cut(id, "\n")
	status, out, _ = liqa("summit", "list", "--data", "data")
	if status != 0 || !strings.Contains(out, id) || !strings.Contains(out, "principal-a") || !strings.Contains(out, "link 1 sent") {
		t.Errorf("list: %d %s", status, out)
	}
	status, out, _ = liqa("summit", "links", id, "principal-a", "reporter", "--data", "data", "--until", "2036-12-01T10:00:00+03:00")
	if status != 0 || strings.Count(out, "/join#"+id+".") != 2 {
		t.Errorf("links: %d %s", status, out)
	}
	status, _, complaints = liqa("summit", "links", id, "nobody", "--data", "data")
	if status != 1 || !strings.Contains(complaints, "There is no such seat") {
		t.Errorf("links of nobody: %d %s", status, complaints)
	}
	if status, out, complaints = liqa("summit", "announce", id, "--data", "data"); status != 0 || !strings.Contains(out, "/s/"+id) {
		t.Errorf("announce: %d %s %s", status, out, complaints)
	}
	status, out, complaints = liqa("export", id, "kept.journal", "--data", "data")
	if status != 0 || !strings.Contains(out, "kept.journal has been written") {
		t.Fatalf("export: %d %s %s", status, out, complaints)
	}
	if status, _, complaints = liqa("export", id, "kept.journal", "--data", "data"); status != 1 || !strings.Contains(complaints, "exists") {
		t.Errorf("exporting over a file: %d %s", status, complaints)
	}
	status, out, _ = liqa("verify", "kept.journal")
	if status != 0 || !strings.Contains(out, "The history verifies") || !strings.Contains(out, id) {
		t.Errorf("verify: %d %s", status, out)
	}
	text, err := os.ReadFile("kept.journal")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("forged.journal", bytes.Replace(text, []byte("Orlova"), []byte("Ivanova"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out, _ = liqa("verify", "forged.journal"); status != 1 || !strings.Contains(out, "DOES NOT verify") {
		t.Errorf("verify of a forgery: %d %s", status, out)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if status, _, complaints = liqa("summit", "list", "--data", "data"); status != 1 || !strings.Contains(complaints, "is it running?") {
		t.Errorf("without a server: %d %s", status, complaints)
	}
}

func TestCommandsThatCannotBeCarriedOut(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("bad.yaml", "title: x\nseets: []\n")
	write("config.yaml", "lissen: {https: ':1'}\n")
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	write("taken.yaml", "listen: {https: ':"+port+"', http: ':0'}\nmedia: {udp: ':0', tcp: ':0'}\n")
	for _, c := range []struct {
		args   string
		status int
		says   string
	}{
		{"summit create bad.yaml", 1, `line 2: The key "seets" is not known here. Did you mean "seats"?`},
		{"summit create bad.yaml --check", 1, `bad.yaml has faults`},
		{"summit create nothing.yaml", 1, "there is no file"},
		{"summit list", 1, "no server has been started with the data folder"},
		{"serve --config config.yaml", 1, `line 1: The key "lissen" is not known here. Did you mean "listen"?`},
		{"serve --check --config config.yaml", 1, `Did you mean "listen"?`},
		{"serve --check --config taken.yaml", 1, "another program has the port"},
		{"serve --config taken.yaml", 1, "serve --check"},
		{"verify bad.yaml", 1, ""},
		{"fly", 2, "unexpected argument fly"},
		{"serve --unknown", 2, "unknown flag"},
	} {
		status, out, complaints := liqa(strings.Fields(c.args)...)
		if status != c.status || !strings.Contains(out+complaints, c.says) {
			t.Errorf("%s: status %d, says\n%s%s", c.args, status, out, complaints)
		}
	}
}

func TestCommandsThatNeedNoServer(t *testing.T) {
	if status, out, _ := liqa("summit", "create", exampleSummit(t), "--check"); status != 0 || !strings.Contains(out, "no faults") {
		t.Errorf("%d %s", status, out)
	}
	if status, out, _ := liqa("version"); status != 0 || !strings.HasPrefix(out, "liqa ") {
		t.Errorf("%d %s", status, out)
	}
	if status, out, _ := liqa("--help"); status != 0 || !strings.Contains(out, "Hold a virtual summit") {
		t.Errorf("%d %s", status, out)
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile("free.yaml", []byte("listen: {https: ':0', http: ':0'}\nmedia: {udp: ':0', tcp: ':0'}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, _ := liqa("serve", "--check", "--config", "free.yaml")
	if status != 0 || !strings.Contains(out, "The server would start.") {
		t.Errorf("%d %s", status, out)
	}
	for _, about := range []string{"disk", "clock", "port", "address", "certificate"} {
		if !strings.Contains(out, about) {
			t.Errorf("--check says nothing about %s:\n%s", about, out)
		}
	}
}
