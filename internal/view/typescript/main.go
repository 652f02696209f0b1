// Typescript writes the protocol's TypeScript types from the Go ones: every
// exported type of package view, and what they name in packages summit and
// plan, with their comments. Run it with go generate ./internal/view.
//
// It knows the shapes that these packages use (structs, strings with and
// without constants, slices, maps, pointers) and stops at any other. It does
// not read or check values.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	out := flag.String("out", "", "file to write; standard output when empty")
	view := flag.String("view", ".", "folder of package view")
	flag.Parse()
	text, err := generate(*view)
	if err == nil && *out == "" {
		_, err = os.Stdout.WriteString(text)
	} else if err == nil {
		err = os.WriteFile(*out, []byte(text), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "typescript:", err)
		os.Exit(1)
	}
}
