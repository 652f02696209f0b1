package greenroom

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"liqa/internal/summit"
)

// well is a line and devices with which all is well.
func well() (Findings, Measured) {
	return Findings{UDP: Reached, TCP: Reached, Microphone: "Desk", Camera: "Lens", Level: -22, Noise: -60, Echo: Nothing},
		Measured{Transport: "udp", Up: 2_000_000, Down: 3_500_000, Sent: 800, Came: 500, RoundTrip: 20 * time.Millisecond}
}

func TestJudge(t *testing.T) {
	for name, c := range map[string]struct {
		role   summit.Role
		change func(*Findings, *Measured)
		colour Colour
		says   Code
	}{
		"all well":                  {summit.Principal, func(*Findings, *Measured) {}, Green, Good},
		"a reporter":                {summit.Reporter, func(f *Findings, m *Measured) { f.Microphone, f.Camera, m.Up = "", "", 0 }, Green, Good},
		"UDP blocked":               {summit.Principal, func(f *Findings, m *Measured) { f.UDP, m.Transport = Blocked, "tcp" }, Amber, ByTCP},
		"nothing gets through":      {summit.Reporter, func(f *Findings, m *Measured) { f.UDP, f.TCP, *m = Blocked, Blocked, Measured{} }, Red, NoMedia},
		"12 % lost":                 {summit.Principal, func(_ *Findings, m *Measured) { m.LostUp = 0.12 }, Amber, Loss},
		"30 % lost on the way down": {summit.Reporter, func(_ *Findings, m *Measured) { m.LostDown = 0.3 }, Red, HeavyLoss},
		"lost of too few to count":  {summit.Principal, func(_ *Findings, m *Measured) { m.LostUp, m.Came = 0.5, 10 }, Green, Good},
		"300 kbit/s up":             {summit.Principal, func(_ *Findings, m *Measured) { m.Up = 300_000 }, Amber, PictureTooSlow},
		"an interpreter's 300":      {summit.Interpreter, func(_ *Findings, m *Measured) { m.Up = 300_000 }, Green, Good},
		"60 kbit/s up":              {summit.Interpreter, func(_ *Findings, m *Measured) { m.Up = 60_000 }, Red, SoundTooSlow},
		"500 kbit/s down":           {summit.Reporter, func(_ *Findings, m *Measured) { m.Down = 500_000 }, Amber, SeeingTooSlow},
		"100 kbit/s down":           {summit.Reporter, func(_ *Findings, m *Measured) { m.Down = 100_000 }, Red, HearingTooSlow},
		"a browser without H.264":   {summit.Reporter, func(f *Findings, _ *Measured) { f.Lacks = []string{"h264", "h264-shown"} }, Amber, NoH264},
		"a satellite":               {summit.Principal, func(_ *Findings, m *Measured) { m.RoundTrip = 600 * time.Millisecond }, Amber, Delay},
		"in fits":                   {summit.Principal, func(_ *Findings, m *Measured) { m.Jitter = 90 * time.Millisecond }, Amber, Unsteady},
		"no microphone":             {summit.Principal, func(f *Findings, _ *Measured) { f.Microphone = "" }, Red, NoMicrophone},
		"no camera":                 {summit.Delegate, func(f *Findings, _ *Measured) { f.Camera = "" }, Amber, NoCamera},
		"a telephone's headset":     {summit.Delegate, func(f *Findings, _ *Measured) { f.Telephone = true }, Amber, Telephone},
		"an interpreter's":          {summit.Interpreter, func(f *Findings, _ *Measured) { f.Telephone = true }, Red, Telephone},
		"echo":                      {summit.Principal, func(f *Findings, _ *Measured) { f.Echo = Back }, Amber, Echo},
		"a noisy room":              {summit.Principal, func(f *Findings, _ *Measured) { f.Noise = -30 }, Amber, Noise},
		"a faint voice":             {summit.Principal, func(f *Findings, _ *Measured) { f.Level = -50 }, Amber, Faint},
		"went in at once":           {summit.Principal, func(_ *Findings, m *Measured) { *m = Measured{} }, Amber, Unmeasured},
		"the worst first":           {summit.Principal, func(f *Findings, m *Measured) { f.Noise, m.LostUp, m.Down = -30, 0.4, 500_000 }, Red, HeavyLoss},
	} {
		f, m := well()
		c.change(&f, &m)
		colour, says, remarks := Judge(c.role, f, m)
		if colour != c.colour || says != c.says || (says == Good) != (len(remarks) == 0) {
			t.Errorf("%s: %s %s %v", name, colour, says, remarks)
		}
	}
}

func TestAResultOutlivesARestart(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	f, m := well()
	r := Result{At: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC), Colour: Amber, Says: Loss, Remarks: []Remark{{Loss, Amber}}, Findings: f, Measured: m}
	for range 700 { // as of somebody who cannot stop testing
		if err := s.Keep("k3v9q7", "a-principal", r); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Keep("k3v9q7", "b-principal", Result{Colour: Green, Says: Good}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "k3v9q7"+ending)
	if at, err := os.Stat(file); err != nil || at.Size() > 200_000 || at.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v %v", at, err)
	}
	torn, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	torn.WriteString(`{"seat":"a-principal","result":{"colour":"re`)
	torn.Close()
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := again.Last("k3v9q7", "a-principal"); !ok || !reflect.DeepEqual(got, r) {
		t.Errorf("after a restart: %+v", got)
	}
	if all := again.Of("k3v9q7"); len(all) != 2 || len(again.Of("other")) != 0 {
		t.Errorf("%d seats", len(all))
	}
	if err := again.Keep("k3v9q7", "c-principal", r); err != nil {
		t.Fatal(err)
	}
	third, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := third.Last("k3v9q7", "c-principal"); !ok {
		t.Error("what was written after a torn line is lost")
	}
	if err := third.Forget("k3v9q7"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Error("a forgotten summit's file is still there")
	}
}

func TestABrowsersWordsAreCut(t *testing.T) {
	f := Findings{UDP: "perhaps", Echo: "a bit", Browser: strings.Repeat("я", 500) + "\x00\xff", Microphone: "A\nB\u202e", Level: -500, Noise: 9,
		Lacks: []string{"soul", "red", "red"}}.Clean()
	want := Findings{Browser: strings.Repeat("я", maxName), Microphone: "AB", Level: quiet, Lacks: []string{"red"}}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("%+v", f)
	}
}
