//go:build linux

package journal

import (
	"fmt"
	"os"
	"testing"
)

// helperVariable names, in a child process that is this test program again,
// what it is to do instead of running tests.
const helperVariable = "LIQA_JOURNAL_HELPER"

// helpers are the children's tasks; each gets a folder. An error ends the
// child with status 1.
var helpers = map[string]func(dir string) error{
	"full file system": fullFileSystem,
	"file size limit":  fileSizeLimit,
	"acknowledge":      acknowledge,

	"acknowledge unsynced": func(dir string) error {
		syncMode = "never"
		return acknowledge(dir)
	},
}

func TestMain(m *testing.M) {
	if helper := os.Getenv(helperVariable); helper != "" {
		if err := helpers[helper](os.Getenv("LIQA_JOURNAL_DIR")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// helperEnv is the environment of a child.
func helperEnv(helper, dir string, more ...string) []string {
	return append(append(os.Environ(), helperVariable+"="+helper, "LIQA_JOURNAL_DIR="+dir), more...)
}
