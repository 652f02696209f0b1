package server

import (
	"context"
	"io"
	"io/fs"

	"liqa/internal/summit"
	"liqa/internal/web"
)

// nothingRecorded is the record of a server that does not record yet.
type nothingRecorded struct{}

func (nothingRecorded) Takes(context.Context, summit.SummitID) ([]web.Take, error) { return nil, nil }

func (nothingRecorded) Open(context.Context, summit.SummitID, string) (io.ReadSeekCloser, error) {
	return nil, fs.ErrNotExist
}
