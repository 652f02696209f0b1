package rehearsal

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liqa/demo"
	"liqa/internal/player"
)

// folder is one of speeches, with these files.
func folder(t *testing.T, files map[string][]byte) Speeches {
	t.Helper()
	dir := t.TempDir()
	for name, file := range files {
		if err := os.WriteFile(filepath.Join(dir, name), file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Speeches(dir)
}

func ogg(t *testing.T, seat string) []byte {
	t.Helper()
	v, err := demo.VoiceOf(seat)
	if err != nil {
		t.Fatal(err)
	}
	return v.Ogg
}

// An operator's speeches are given instead of those that Liqa brings, one after
// the other; what cannot be played is said, and is no reason to be silent.
func TestAnOperatorBringsSpeeches(t *testing.T) {
	short, long := ogg(t, "a-delegate"), ogg(t, "a-principal")
	dir := folder(t, map[string][]byte{
		"ru.budget.opus": short, "ru.budget.txt": []byte("О бюджете"), "RU-by.ogg": long,
		"es.opus": short, "fr.opus": []byte("These are words and no sound."), "zh.opus": short[:len(short)/2],
		"speech.opus": short, "notes.txt": []byte("not for anybody"),
	})
	said := dir.Check()
	if said == nil {
		t.Fatal("there is nothing wrong with words for a voice")
	}
	for _, name := range []string{"fr.opus", "speech.opus", "zh.opus"} {
		if !strings.Contains(said.Error(), name) {
			t.Errorf("of %s is not said that it cannot be used: %v", name, said)
		}
	}
	if n := strings.Count(said.Error(), "\n") + 1; n != 3 {
		t.Errorf("%d files are said to be of no use, not 3: %v", n, said)
	}

	all := dir.in("ru")
	if len(all) != 2 || all[0].text != "" || all[1].text != "О бюджете" || !strings.HasSuffix(all[1].title["ar"], "budget") {
		t.Fatalf("the speeches in Russian are %+v", all)
	}
	voices, err := turns(all)
	if err != nil {
		t.Fatal(err)
	}
	for turn, file := range [][]byte{long, short, long} {
		wanted, err := player.Opus(bytes.NewReader(file))
		if err != nil || voices(turn).Length() != wanted.Length() {
			t.Errorf("in turn %d a speech of %v is given, not of %v: %v", turn, voices(turn).Length(), wanted.Length(), err)
		}
	}
	if err := os.Remove(filepath.Join(string(dir), "RU-by.ogg")); err != nil {
		t.Fatal(err)
	}
	if before := voices(1); voices(2) != before {
		t.Error("a speech that is gone is not replaced by the one before it")
	}

	if got := dir.in("es"); len(got) != 1 {
		t.Errorf("a language that Liqa brings no speech in has %d of the operator's", len(got))
	}
	for _, language := range []string{"zh", "ar"} {
		if got := dir.in(language); len(got) != 1 || got[0].text == "" {
			t.Errorf("in %q the speech that Liqa brings is not given: %+v", language, got)
		}
	}
	if got := append(dir.in("fr"), Speeches("/nowhere").in("tlh")...); len(got) != 0 {
		t.Errorf("where there is no speech, there is %+v", got)
	}
}

func TestSpeechesAreBounded(t *testing.T) {
	short := ogg(t, "a-delegate")
	files := map[string][]byte{"ru.large.opus": make([]byte, voiceBytes+1)}
	for i := range mostSpeeches + 1 {
		files["es."+string(rune('a'+i))+".opus"] = short
	}
	dir := folder(t, files)
	if err := os.Mkdir(filepath.Join(string(dir), "zh.opus"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got := len(dir.in("es")); got != mostSpeeches {
		t.Errorf("there are %d speeches in a language", got)
	}
	said := dir.Check()
	for _, part := range []string{"ru.large.opus cannot be read: it has more than 8 MiB", "es.i.opus is not used", "zh.opus cannot be read: it is not a file"} {
		if said == nil || !strings.Contains(said.Error(), part) {
			t.Errorf("%q is not said: %v", part, said)
		}
	}
	if err := Speeches(filepath.Join(t.TempDir(), "none")).Check(); err != nil {
		t.Errorf("where no speeches are brought: %v", err)
	}
}
