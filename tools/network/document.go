package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// document is where the tables stand.
const document = "docs/NETWORKS.md"

// draw keeps a figure.
func draw(name string, svg []byte) error {
	return os.WriteFile(filepath.Join(figures, name+".svg"), svg, 0o644)
}

// seconds is a time to recover in words.
func seconds(s float64) string {
	if s < 0 {
		return "**never**"
	}
	return fmt.Sprintf("%.1f s", s)
}

// percent is a share in words.
func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }

// whenMeasured says of a run when and what it was.
func whenMeasured[T any](m measured[T]) string {
	return fmt.Sprintf("%s, %s", m.Server, m.When.Format("2006-01-02 15:04 MST"))
}

type drawCmd struct{}

// Run draws everything that is kept again.
func (drawCmd) Run() error {
	return errors.Join(drawSweep(), drawLimit(), drawRoam())
}
