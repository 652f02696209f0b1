package journal

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// TestCanonicalString: any reader of JSON reads what was written, and the
// journal's own reader reads it and nothing else.
func TestCanonicalString(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("\x00\x01\b\t\n\v\f\r\x1f\x7f\"\\/u峰م\u2028\ufffd😀")))).Draw(t, "s")
		text := canonicalString(s)
		var back string
		if err := json.Unmarshal(text, &back); err != nil || back != s {
			t.Errorf("%q is written as %s, which others read as %q, %v", s, text, back, err)
		}
		c := cutter{rest: text}
		if own := c.text(); c.bad || string(own) != s || len(c.rest) != 0 {
			t.Errorf("%q is written as %s, and read as %q", s, text, own)
		}
	})
}

func TestCanonicalStringHasOneSpelling(t *testing.T) {
	for _, text := range []string{`"\/"`, `"\u0041"`, `"\u000A"`, `"\u000a"`, `"\u001F"`, `"\v"`, `"\x"`, `"\u00"`, `"\ud83d\ude00"`, "\"\n\"", `"`, `"a`, `a"`, `"\`, ``} {
		c := cutter{rest: []byte(text)}
		if s := c.text(); !c.bad {
			t.Errorf("%s is read as %q", text, s)
		}
	}
}

// FuzzCanonicalString: whatever is read is written the same again.
func FuzzCanonicalString(f *testing.F) {
	f.Add([]byte(`"a\"\\\b\u001f"`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c := cutter{rest: text}
		s := c.text()
		if used := text[:len(text)-len(c.rest)]; !c.bad && utf8.Valid(text) && string(canonicalString(string(s))) != string(used) {
			t.Errorf("%q is read as %q", used, s)
		}
	})
}
