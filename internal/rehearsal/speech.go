package rehearsal

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"liqa/demo"
	"liqa/internal/player"
	"liqa/internal/summit"
)

// What an operator may bring: so many speeches in a language, of so many bytes
// each (a quarter of an hour at 64 kbit/s), with so many bytes of text.
const (
	mostSpeeches = 8
	voiceBytes   = 8 << 20
	textBytes    = 1 << 20
)

// speech is a recorded one.
type speech struct {
	title summit.Text
	file  string // of its text
	text  string // "" where there is none
	voice func() (*player.Recording, error)
}

// brought are file names of recorded speeches: LANGUAGE.opus, or
// LANGUAGE.NAME.opus where there are several; "ogg" is the same.
var brought = regexp.MustCompile(`^([a-zA-Z]{2,3})(?:-[a-zA-Z0-9]{2,8})*(?:\.(.{1,80}))?\.(?:opus|ogg)$`)

// Speeches is a folder of recorded speeches that an operator may fill.
type Speeches string

// Check reads every speech, and says in words which cannot be used, and why.
func (dir Speeches) Check() error {
	files, err := os.ReadDir(string(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("the recorded speeches cannot be read: %w", err)
	}
	var faults []error
	count := map[string]int{}
	for _, f := range files {
		name := brought.FindStringSubmatch(f.Name())
		switch {
		case name != nil:
			if count[strings.ToLower(name[1])]++; count[strings.ToLower(name[1])] > mostSpeeches {
				faults = append(faults, fmt.Errorf("the recorded speech %s is not used: there are %d in its language already", f.Name(), mostSpeeches))
			} else if _, err := dir.voice(f.Name()); err != nil {
				faults = append(faults, err)
			}
		case !strings.HasSuffix(f.Name(), ".txt"):
			faults = append(faults, fmt.Errorf("%q is not taken for a recorded speech; call it LANGUAGE.opus or LANGUAGE.NAME.opus, such as ru.budget.opus", f.Name()))
		}
	}
	return errors.Join(faults...)
}

// in are the speeches in a language, given without its region: the operator's
// that can be used, or else the one that Liqa brings, if there is one.
func (dir Speeches) in(language string) (all []speech) {
	files, _ := os.ReadDir(string(dir)) // sorted; none where there is no folder
	seen := 0
	for _, f := range files {
		name := brought.FindStringSubmatch(f.Name())
		if name == nil || !strings.EqualFold(name[1], language) || seen == mostSpeeches {
			continue
		}
		seen++
		if _, err := dir.voice(f.Name()); err != nil {
			continue // Check has said so
		}
		text := strings.TrimSuffix(f.Name(), filepath.Ext(f.Name())) + ".txt"
		words, _ := bounded(filepath.Join(string(dir), text), textBytes)
		title := spoken
		if name[2] != "" {
			title = called(spoken, summit.Text{"ar": name[2], "en": name[2], "ru": name[2], "zh": name[2]})
		}
		all = append(all, speech{title, text, string(words), func() (*player.Recording, error) { return dir.voice(f.Name()) }})
	}
	if own, ok := demo.SpeechIn(language); len(all) == 0 && ok {
		all = append(all, speech{spoken, language + ".txt", own.Text, func() (*player.Recording, error) { return player.Opus(bytes.NewReader(own.Ogg)) }})
	}
	return all
}

// voice reads one of the operator's.
func (dir Speeches) voice(name string) (*player.Recording, error) {
	file, err := bounded(filepath.Join(string(dir), name), voiceBytes)
	if err != nil {
		return nil, fmt.Errorf("the recorded speech %s cannot be read: %w", name, err)
	}
	voice, err := player.Opus(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("the recorded speech %s cannot be played: %w", name, err)
	}
	return voice, nil
}

// bounded reads a file that has so many bytes at most.
func bounded(path string, most int64) ([]byte, error) {
	if about, err := os.Stat(path); err != nil || !about.Mode().IsRegular() {
		return nil, cmp.Or(err, errors.New("it is not a file"))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(all)) > most {
		err = fmt.Errorf("it has more than %d MiB", most>>20)
	}
	return all, err
}

// turns says what is spoken in each turn of a speaker: one speech after the
// other, over and over. In place of one that can no longer be read comes the one
// before it again.
func turns(all []speech) (func(turn int) *player.Recording, error) {
	last, err := all[0].voice()
	return func(turn int) *player.Recording {
		if voice, err := all[turn%len(all)].voice(); err == nil {
			last = voice
		}
		return last
	}, err
}
