package recorder

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"
)

// Store is where the recording is written. Names are slash-separated paths
// (io/fs) below one folder. [Folder] is the one in use; what a recorder needs
// of it beyond a blob store is that a file can be read, and survives, while it
// is still being written.
type Store interface {
	fs.ReadDirFS
	// Append opens a file to write at its end. The file and the folders above
	// it are made when they are missing.
	Append(name string) (Appender, error)
	// Replace makes a file have this content. It never has a part of it, and
	// is synced to disk with its name when Replace returns.
	Replace(name string, content []byte) error
	// Remove removes a file.
	Remove(name string) error
}

// Appender is a file that grows.
type Appender interface {
	io.WriteCloser
	Size() (int64, error)
	Truncate(size int64) error
	Sync() error
}

// folder is a Store of plain files that cannot be led out of its folder.
type folder struct {
	root *os.Root
	fs.ReadDirFS
}

// Folder opens a folder of plain files, and makes it when it is missing.
func Folder(dir string) (Store, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, storageError("", dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, storageError("", dir, err)
	}
	return &folder{root, root.FS().(fs.ReadDirFS)}, nil
}

func (f *folder) Append(name string) (Appender, error) {
	const flags = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	file, err := f.root.OpenFile(name, flags, 0o640)
	if errors.Is(err, fs.ErrNotExist) {
		if err = f.root.MkdirAll(path.Dir(name), 0o750); err == nil {
			file, err = f.root.OpenFile(name, flags, 0o640)
		}
	}
	if err != nil {
		return nil, err
	}
	return appender{file}, nil
}

type appender struct{ *os.File }

func (a appender) Size() (int64, error) {
	info, err := a.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (f *folder) Replace(name string, content []byte) error {
	if err := f.root.MkdirAll(path.Dir(name), 0o750); err != nil {
		return err
	}
	draft := name + ".new"
	file, err := f.root.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = f.root.Rename(draft, name)
	}
	if err != nil {
		_ = f.root.Remove(draft) // it may not even be there
		return err
	}
	return f.syncFolder(path.Dir(name))
}

func (f *folder) syncFolder(name string) error {
	d, err := f.root.Open(name)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func (f *folder) Remove(name string) error { return f.root.Remove(name) }

// StorageError says that something of the recording could not be written. What
// it concerns is recorded again, by itself, as soon as that is possible.
type StorageError struct {
	Track string // "" when it is not of one track
	Path  string
	Full  bool // there is no space left, or no more is allowed
	Err   error
}

func (e *StorageError) Error() string {
	what := "the recording"
	if e.Track != "" {
		what = "the recording of " + e.Track
	}
	if e.Full {
		return "the disk is full: " + what + " has stopped and goes on by itself as soon as there is space (" + e.Err.Error() + ")"
	}
	return what + " cannot be written and goes on by itself as soon as it can: " + e.Err.Error()
}

func (e *StorageError) Unwrap() error { return e.Err }

func storageError(track, name string, err error) *StorageError {
	full := errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
	return &StorageError{Track: track, Path: name, Full: full, Err: err}
}

// appendWhole adds to the end of a file all of b or nothing. The file is the
// caller's to close.
func appendWhole(s Store, name string, b []byte) (Appender, error) {
	file, err := s.Append(name)
	if err != nil {
		return nil, err
	}
	size, err := file.Size()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if _, err := file.Write(b); err != nil {
		return nil, errors.Join(err, file.Truncate(size), file.Close())
	}
	return file, nil
}
