// Package demo holds the media of the simulated summit between "Delegation A"
// and "Delegation B": a picture for every camera and a voice for every
// microphone, each unlike all others, so that a swapped source is seen and
// heard at once. media.sh beside it draws and speaks them; there are no real
// persons in them, and no words of any.
//
// It does not play anything and knows no summit: it is files, and what is in
// them.
package demo

import (
	"embed"
	"fmt"
	"image/color"
	"strings"
)

// FPS is the number of pictures a second of every [Picture].
const FPS = 15

//go:embed media texts
var files embed.FS

// Picture is what a seat's camera sends: a loop of 20 seconds, H.264
// constrained baseline, 640×360, a key frame every 2 seconds, Annex B.
type Picture struct {
	Seat     string
	Backdrop color.RGBA // of the upper left corner
	H264     []byte
}

// Voice is what a seat's microphone sends: speech and a pause of a second,
// Opus in Ogg, mono, in packets of 20 milliseconds.
type Voice struct {
	Seat     string
	Language string // BCP 47
	Text     string // what is said
	Ogg      []byte
}

// cameras is who has a picture; the backdrops are those of media.sh.
var cameras = []Picture{
	{Seat: "a-principal", Backdrop: color.RGBA{0x1f, 0x47, 0x88, 0xff}},
	{Seat: "b-principal", Backdrop: color.RGBA{0x8c, 0x24, 0x36, 0xff}},
	{Seat: "a-delegate", Backdrop: color.RGBA{0x1d, 0x7a, 0x78, 0xff}},
	{Seat: "b-delegate", Backdrop: color.RGBA{0xb0, 0x7d, 0x22, 0xff}},
	{Seat: "a-note-taker", Backdrop: color.RGBA{0x5b, 0x3f, 0x92, 0xff}},
	{Seat: "b-note-taker", Backdrop: color.RGBA{0x4d, 0x7a, 0x2c, 0xff}},
}

// microphones is who has a voice. An interpreter says in their language what
// the other side's principal says; the one into English interprets Delegation A.
var microphones = []Voice{
	{Seat: "a-principal", Language: "ru"},
	{Seat: "b-principal", Language: "zh"},
	{Seat: "a-delegate", Language: "ru"},
	{Seat: "b-delegate", Language: "zh"},
	{Seat: "interpreter-ru", Language: "ru"},
	{Seat: "interpreter-zh", Language: "zh"},
	{Seat: "interpreter-en", Language: "en"},
	{Seat: "officer", Language: "en"},
	{Seat: "speaker-ar", Language: "ar"}, // who speaks at rehearsals only
}

// speeches is whose voice is a speech of about half a minute, one a language.
var speeches = map[string]string{"ar": "speaker-ar", "en": "interpreter-en", "ru": "a-principal", "zh": "b-principal"}

// SpeechIn returns a recorded speech in a language; ok is false where there is none.
func SpeechIn(language string) (v Voice, ok bool) {
	seat, ok := speeches[language]
	if !ok {
		return v, false
	}
	v, err := VoiceOf(seat)
	return v, err == nil
}

// Cameras lists the seats that have a picture.
func Cameras() []string { return seats(cameras, func(p Picture) string { return p.Seat }) }

// Microphones lists the seats that have a voice.
func Microphones() []string { return seats(microphones, func(v Voice) string { return v.Seat }) }

func seats[T any](of []T, seat func(T) string) []string {
	var names []string
	for _, x := range of {
		names = append(names, seat(x))
	}
	return names
}

// PictureOf returns the picture of a seat. A seat without one is an error.
func PictureOf(seat string) (Picture, error) {
	for _, p := range cameras {
		if p.Seat == seat {
			var err error
			p.H264, err = files.ReadFile("media/" + seat + ".h264")
			return p, err
		}
	}
	return Picture{}, fmt.Errorf("the demo has no picture for the seat %q; those that have one are %s", seat, strings.Join(Cameras(), ", "))
}

// VoiceOf returns the voice of a seat. A seat without one is an error.
func VoiceOf(seat string) (Voice, error) {
	for _, v := range microphones {
		if v.Seat == seat {
			text, err := files.ReadFile("texts/" + seat + "." + v.Language + ".txt")
			if err != nil {
				return Voice{}, err
			}
			v.Text = strings.TrimSpace(string(text))
			v.Ogg, err = files.ReadFile("media/" + seat + ".ogg")
			return v, err
		}
	}
	return Voice{}, fmt.Errorf("the demo has no voice for the seat %q; those that have one are %s", seat, strings.Join(Microphones(), ", "))
}

// Still returns a JPEG of both principals side by side, 1280×360, as an
// illustration for the published page.
func Still() []byte {
	jpeg, err := files.ReadFile("media/still.jpg")
	if err != nil {
		panic(err) // it is embedded
	}
	return jpeg
}
