package greenroom

import (
	"slices"
	"strings"
	"unicode"
)

const (
	maxName = 80 // runes of a device's name
	quiet   = -120.0
)

// lacksShownH264 says that a browser cannot decode H.264.
const lacksShownH264 = "h264-shown"

// lacks are what a browser can be said to lack.
var lacks = []string{"h264", lacksShownH264, "red", "simulcast", "speaker-choice", "keep-awake"}

// Clean leaves of a browser's words what can be shown: known values, names of
// a length, levels from -120 to 0 dBFS.
func (f Findings) Clean() Findings {
	for _, name := range []*string{&f.Browser, &f.Microphone, &f.Camera, &f.Loudspeaker} {
		*name = short(*name)
	}
	for _, r := range []*Reach{&f.UDP, &f.TCP} {
		if *r != Reached && *r != Blocked {
			*r = Untried
		}
	}
	if f.Echo != Nothing && f.Echo != Back {
		f.Echo = NotPlayed
	}
	for _, level := range []*float64{&f.Level, &f.Noise} {
		*level = min(0, max(quiet, *level))
	}
	var known []string
	for _, l := range lacks {
		if slices.Contains(f.Lacks, l) {
			known = append(known, l)
		}
	}
	f.Lacks = known
	return f
}

// short leaves of a name what can be printed, and no more than fits.
func short(text string) string {
	shown := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(text, ""))
	if runes := []rune(shown); len(runes) > maxName {
		shown = string(runes[:maxName])
	}
	return shown
}
