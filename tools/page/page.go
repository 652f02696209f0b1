// Package page puts what was measured into the pages of docs/, between marks
// <!-- NAME --> and <!-- /NAME --> on lines of their own.
//
// It writes no page: what stands outside the marks is written by hand, and no
// mark is ever made.
package page

import (
	"bytes"
	"fmt"
	"os"
	"strings"
)

// Fill puts a text between a file's marks of a name.
func Fill(file, name, text string) error {
	whole, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if whole, err = between(whole, name, text); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(file, whole, 0o644)
}

func between(whole []byte, name, text string) ([]byte, error) {
	opening, closing := []byte("<!-- "+name+" -->\n"), []byte("<!-- /"+name+" -->\n")
	from, to := bytes.Index(whole, opening), bytes.Index(whole, closing)
	if from < 0 || to < from {
		return nil, fmt.Errorf("there are no marks of %q", name)
	}
	return bytes.Join([][]byte{whole[:from+len(opening)], whole[to:]}, []byte(text)), nil
}

// Table is Markdown; the first row is its head.
func Table(rows ...[]string) string {
	var b strings.Builder
	for i, row := range rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	return b.String()
}
