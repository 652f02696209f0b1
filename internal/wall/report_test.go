package wall

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
)

const honest = `{"browser":{"name":"Chromium","version":"156.0","system":"Linux"},
 "microphone":{"device":"headset","rate":48000,"level":-21.5,"peak":-6,"clipped":0,"edge":0},
 "airTest":{"ago":40,"microphone":"Desk","faults":["hum","noise"],"peak":-6,"voice":-23,"noise":-48,"hum":50},
 "camera":{"width":1280,"height":720,"fps":30},
 "sends":{"rate":1900,"delay":31,"lost":0.002,"codec":"H264","layers":[{"rid":"q","width":320,"height":180,"fps":30,"rate":140,"limited":"none"}]},
 "slots":{"picture-1":{"rate":900,"lost":0,"fps":29.9,"width":1280,"height":720},"channel":{"rate":70,"lost":0.01,"concealed":0.001,"buffer":62}}}`

func TestReadingAReport(t *testing.T) {
	r, err := ParseReport([]byte(honest))
	if err != nil {
		t.Fatal(err)
	}
	if r.Browser.Name != "Chromium" || r.Microphone.Level != -21.5 || r.Sends.Layers[0].Rid != "q" || r.Slots["channel"].Buffer != 62 {
		t.Errorf("%+v", r)
	}
	if a := r.AirTest; a.Microphone != "Desk" || len(a.Faults) != 2 || a.Hum != 50 || a.Noise != -48 {
		t.Errorf("%+v", *a)
	}
}

// Nothing that a screen says can be out of bounds, too long, or able to
// disturb the technician's screen.
func TestAReportIsBroughtWithinBounds(t *testing.T) {
	r, err := ParseReport([]byte(`{"browser":{"name":"\u202ekrow\u0007","version":"` + strings.Repeat("9", 500) + `"},
		"microphone":{"device":"<b>","rate":-5,"level":300,"peak":-1e300,"clipped":7,"edge":123},
		"sends":{"rate":1e300,"delay":-1,"lost":2,"layers":[{"width":-1,"height":1000000,"fps":-2,"rate":1,"limited":"sabotage"}]},
		"airTest":{"ago":1e300,"microphone":"\u202e<i>","peak":9,"voice":-1e9,"noise":3,"edge":-1,"hum":440},
		"slots":{"picture-1":{"frozen":1e9,"fps":-1}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if r.Browser.Name != "krow" || len(r.Browser.Version) != longestWord {
		t.Errorf("%+q", r.Browser)
	}
	if m := r.Microphone; m.Device != "other" || m.Rate != 0 || m.Level != 0 || m.Peak != -127 || m.Clipped != 1 || m.Edge != -1 {
		t.Errorf("%+v", *m)
	}
	if l := r.Sends.Layers[0]; r.Sends.Lost != 1 || l.Width != 0 || l.Height != 16384 || l.Limited != "other" {
		t.Errorf("%+v", *r.Sends)
	}
	if a := r.AirTest; a.Ago != 86_400 || a.Microphone != "<i>" || a.Peak != 0 || a.Voice != -127 || a.Noise != 0 || a.Edge != 0 || a.Hum != 0 || a.Faults == nil {
		t.Errorf("%+v", *a)
	}
	if s := r.Slots["picture-1"]; s.Frozen != 60 || s.FPS != 0 {
		t.Errorf("%+v", s)
	}
}

func TestReportsThatAreRefused(t *testing.T) {
	var many []string
	for i := range mostSlots + 1 {
		many = append(many, fmt.Sprintf(`"slot-%d":{}`, i))
	}
	for name, text := range map[string]string{
		"much":                     `{"browser":{"name":"` + strings.Repeat("x", LargestReport) + `"}}`,
		"another's seat":           `{"seat":"b-principal","browser":{}}`,
		"another after it":         `{}{}`,
		"no object":                `[]`,
		"many slots":               `{"slots":{` + strings.Join(many, ",") + `}}`,
		"a fault there is not":     `{"airTest":{"ago":1,"faults":["sabotage"]}}`,
		"the same fault again":     `{"airTest":{"ago":1,"faults":["hum","hum"]}}`,
		"more of the test than is": `{"airTest":{"ago":1,"faults":[],"samples":[0]}}`,
		"a script":                 `{"slots":{"<script>":{}}}`,
		"many layers":              `{"sends":{"rate":0,"delay":0,"lost":0,"layers":[{},{},{},{},{}]}}`,
	} {
		if _, err := ParseReport([]byte(text)); err == nil {
			t.Errorf("a report with %s is read", name)
		}
	}
}

// Whatever is sent, what is read of it is within bounds and can be shown.
func FuzzReport(f *testing.F) {
	f.Add([]byte(honest))
	f.Add([]byte(`{"slots":{"picture-1":{"fps":1e999}}}`))
	f.Add([]byte(`{"microphone":{"edge":8000}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := ParseReport(raw)
		if err != nil {
			return
		}
		for _, word := range []string{r.Browser.Name, r.Browser.Version, r.Browser.System} {
			if len([]rune(word)) > longestWord || strings.ContainsAny(word, "\x00\n\u202e\u2066") {
				t.Errorf("%q is shown", word)
			}
		}
		for name, s := range r.Slots {
			if !slotName(name) || math.IsNaN(s.Lost) || s.Lost < 0 || s.Lost > 1 || s.Frozen > 60 {
				t.Errorf("%q: %+v", name, s)
			}
		}
		if m := r.Microphone; m != nil && (m.Level > 0 || m.Level < -127 || m.Clipped < 0 || m.Clipped > 1) {
			t.Errorf("%+v", *m)
		}
		if a := r.AirTest; a != nil && (len(a.Faults) > len(AirFaults) || len([]rune(a.Microphone)) > longestWord || a.Noise > 0 || a.Ago < 0) {
			t.Errorf("%+v", *a)
		}
		if _, err := json.Marshal(r); err != nil {
			t.Errorf("it cannot be shown: %v", err)
		}
	})
}
