package main

import (
	"fmt"
	"io"
	"runtime/debug"
)

// versionCmd says which version this is.
type versionCmd struct{}

// Run prints the version of the module and of what it was built from.
func (versionCmd) Run(out io.Writer) error {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		fmt.Fprintln(out, "liqa, built without information about its version")
		return nil
	}
	name, revision, changed := version, "", ""
	if name == "" {
		name = build.Main.Version
	}
	for _, s := range build.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = " " + s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = ", changed since"
		}
	}
	fmt.Fprintf(out, "liqa %s%s%s (%s)\n", name, revision, changed, build.GoVersion)
	return nil
}
