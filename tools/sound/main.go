// Command sound draws what e2e/sound has measured: figures of docs/figures, and
// the tables of docs/SOUND.md. It measures nothing; make bench-sound does.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"liqa/tools/page"
)

const (
	figures  = "docs/figures"
	document = "docs/SOUND.md"
)

func main() {
	if err := draw(); err != nil {
		fmt.Fprintln(os.Stderr, "sound:", err)
		os.Exit(1)
	}
}

func draw() error {
	b, err := os.ReadFile(filepath.Join(figures, "sound.json"))
	if err != nil {
		return err
	}
	var m measured
	if err := json.Unmarshal(b, &m); err != nil {
		return fmt.Errorf("what was measured cannot be read: %w", err)
	}
	for name, sheet := range sheets(m) {
		if err := os.WriteFile(filepath.Join(figures, name+".svg"), sheet.SVG(), 0o644); err != nil {
			return err
		}
	}
	return page.Fill(document, "measured", tables(m))
}
