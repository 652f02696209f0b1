package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"liqa/internal/journal"
)

// verifyCmd verifies a journal that was exported.
type verifyCmd struct {
	File string   `arg:"" help:"The exported journal." type:"path"`
	Key  []string `help:"A public key that you trust, or a file that holds one; without it, only that the file agrees with itself is shown."`
}

// Run verifies, and fails when something does not.
func (v *verifyCmd) Run(out io.Writer) error {
	var keys []string
	for _, k := range v.Key {
		if text, err := os.ReadFile(k); err == nil {
			k = string(text)
		}
		keys = append(keys, strings.TrimSpace(k))
	}
	if err := readable(v.File); err != nil {
		return err
	}
	report, err := journal.Verify(v.File, keys...)
	if err != nil {
		return err
	}
	fmt.Fprint(out, report)
	if !report.OK() {
		return errSaid
	}
	return nil
}
