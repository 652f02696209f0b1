package journal

import (
	"os"

	"golang.org/x/sys/unix"
)

// dropCache asks the kernel to forget its clean pages of f. It is a request:
// where it is not followed, nothing else changes.
func dropCache(f *os.File) {
	_ = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
}
