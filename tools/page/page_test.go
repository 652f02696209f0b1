package page

import (
	"os"
	"path/filepath"
	"testing"
)

func TestATableGoesBetweenItsMarks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(file, []byte("a\n<!-- x -->\nold\n<!-- /x -->\nb\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Fill(file, "x", Table([]string{"loss", "heard"}, []string{"5 %", "all"})); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(file)
	if want := "a\n<!-- x -->\n| loss | heard |\n|---|---|\n| 5 % | all |\n<!-- /x -->\nb\n"; err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
	if Fill(file, "y", "") == nil {
		t.Error("marks that are not there were found")
	}
}
