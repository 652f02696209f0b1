package server

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	aMetric  = regexp.MustCompile(`\b(liqa|go|process)_[a-z_]+[a-z]\b`)
	ofSeries = regexp.MustCompile(`(?m)^# TYPE (\S+) (\S+)$`)
)

// scrape is what Prometheus would get, and the names in it.
func scrape(t *testing.T, s *Server) (text string, names []string) {
	t.Helper()
	status, text := call(t, http.DefaultClient, "GET", s.LocalURL()+"/metrics", "Bearer "+s.Admin(), nil)
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	for _, m := range ofSeries.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
		if m[2] == "histogram" {
			names = append(names, m[1]+"_bucket", m[1]+"_sum", m[1]+"_count")
		}
	}
	return text, names
}

// The dashboard and the alert rules name metrics that there are, each metric
// of ours is on the dashboard, and the manual explains each.
func TestTheDashboardShowsTheMetricsThatThereAre(t *testing.T) {
	s := start(t, settings(t))
	made := convene(t, s)
	officer, _ := join(t, s, made, "officer")
	act(t, officer, "arrive", nil)
	text, names := scrape(t, s)
	// What a healthy and empty server has nothing to say of is described all the same.
	names = append(names, "liqa_media_loss_ratio", "liqa_media_round_trip_seconds")
	shown := map[string]bool{}
	for _, file := range []string{"../../docs/monitoring/dashboard.json", "../../docs/monitoring/alerts.yaml"} {
		rules, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range aMetric.FindAllString(string(rules), -1) {
			shown[name] = true
			if !slices.Contains(names, name) {
				t.Errorf("%s names %s, which there is not", file, name)
			}
		}
	}
	manual, err := os.ReadFile("../../docs/OPERATING.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !strings.HasPrefix(name, "liqa_") || regexp.MustCompile(`_(bucket|sum|count)$`).MatchString(name) {
			continue
		}
		if !shown[name] && !shown[name+"_bucket"] {
			t.Errorf("%s is not on the dashboard", name)
		}
		if !strings.Contains(string(manual), "`"+name) {
			t.Errorf("%s is not explained in OPERATING.md", name)
		}
	}
	// Nothing in it is of one summit or seat, and none of it is a secret.
	for _, secret := range []string{string(made.Summit), "a-principal", "Principal", s.Admin()} {
		if strings.Contains(text, secret) {
			t.Errorf("the metrics tell %q", secret)
		}
	}
	if n := strings.Count(text, "\nliqa_"); n > 120 {
		t.Errorf("%d series, of a server with one guest", n)
	}
	if !regexp.MustCompile(`liqa_act_seconds_count{outcome="done"} [1-9]`).MatchString(text) || !strings.Contains(text, `liqa_summits{phase="announced"} 1`) {
		t.Errorf("what has happened is not counted:\n%s", regexp.MustCompile(`(?m)^liqa_(act|summits).*$`).FindAllString(text, -1))
	}
}
