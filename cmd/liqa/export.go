package main

import (
	"context"
	"fmt"
	"io"
	"os"
)

// exportCmd writes a journal to a file.
type exportCmd struct {
	place
	Summit string `arg:"" help:"The summit's id, from “liqa summit list”."`
	File   string `arg:"" optional:"" help:"The file to write; SUMMIT.journal without one." type:"path"`
}

// Run exports. Half a journal is not kept.
func (e *exportCmd) Run(out io.Writer) (err error) {
	server, err := e.client()
	if err != nil {
		return err
	}
	name := e.File
	if name == "" {
		name = clean(e.Summit) + ".journal"
	}
	body, err := server.open(context.Background(), "GET", "/api/summits/"+clean(e.Summit)+"/export", nil)
	if err != nil {
		return naming(e.Summit, err)
	}
	defer body.Close()
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("the journal cannot be written: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(name)
		}
	}()
	if _, err = io.Copy(f, body); err != nil {
		f.Close()
		return fmt.Errorf("the journal was cut off on its way and is not kept: %w", err)
	}
	if err = f.Close(); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s has been written. Nothing that was said is in it, but who sat where and who did what:\ngive it only to those who may know that. “liqa verify %s” verifies it.\n", name, name)
	return nil
}
