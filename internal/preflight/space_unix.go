//go:build unix

package preflight

import "golang.org/x/sys/unix"

// freeSpace is what an ordinary user may still write, in bytes.
func freeSpace(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return s.Bavail * uint64(s.Bsize), nil
}
