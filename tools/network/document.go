package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// document is where the tables stand.
const document = "docs/NETWORKS.md"

// write puts a text between the document's marks of a scenario,
// <!-- NAME --> and <!-- /NAME -->.
func write(scenario, text string) error {
	whole, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	whole, err = between(whole, scenario, text)
	if err != nil {
		return err
	}
	return os.WriteFile(document, whole, 0o644)
}

func between(whole []byte, scenario, text string) ([]byte, error) {
	opening, closing := []byte("<!-- "+scenario+" -->\n"), []byte("<!-- /"+scenario+" -->\n")
	from, to := bytes.Index(whole, opening), bytes.Index(whole, closing)
	if from < 0 || to < from {
		return nil, fmt.Errorf("%s has no marks of %s", document, scenario)
	}
	from += len(opening)
	return bytes.Join([][]byte{whole[:from], whole[to:]}, []byte(text)), nil
}

// draw keeps a figure.
func draw(name string, svg []byte) error {
	return os.WriteFile(filepath.Join(figures, name+".svg"), svg, 0o644)
}

// table is Markdown; the first row is its head.
func table(rows [][]string) string {
	var b strings.Builder
	for i, row := range rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	return b.String()
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
