package peer

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the answers to the offers in testdata/foreign anew")

// What differs from run to run in an answer.
var passing = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`(?m)^o=- \d+ `), "o=- SESSION "},
	{regexp.MustCompile(`(?m)^a=ice-ufrag:\S+`), "a=ice-ufrag:UFRAG"},
	{regexp.MustCompile(`(?m)^a=ice-pwd:\S+`), "a=ice-pwd:PASSWORD"},
	{regexp.MustCompile(`(?m)^a=fingerprint:sha-256 \S+`), "a=fingerprint:sha-256 PRINT"},
	{regexp.MustCompile(`(?m)^(a=candidate:\d+ 1 \w+ \d+ \S+) \d+`), "$1 PORT"},
}

// Offers of other people's clients, written after what they send, are taken,
// and answered as it stands beside them: INPUT.sdp, INPUT.answer.
func TestForeignOffersAreTaken(t *testing.T) {
	offers, err := filepath.Glob("testdata/foreign/*.sdp")
	if err != nil || len(offers) < 8 {
		t.Fatalf("%d offers, %v", len(offers), err)
	}
	for _, file := range offers {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".sdp"), func(t *testing.T) {
			answer, _ := answerTo(t, newGate(t), read(t, strings.TrimPrefix(file, "testdata/")), Microphone, Camera)
			for _, p := range passing {
				answer = p.pattern.ReplaceAllString(answer, p.instead)
			}
			answer = strings.ReplaceAll(answer, "\r\n", "\n")
			golden := strings.TrimSuffix(file, ".sdp") + ".answer"
			if *update {
				if err := os.WriteFile(golden, []byte(answer), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if answer != string(want) {
				t.Errorf("answered\n%s\nnot\n%s", answer, want)
			}
		})
	}
}
