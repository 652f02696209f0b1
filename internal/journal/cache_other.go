//go:build !linux

package journal

import "os"

// dropCache does nothing where the kernel cannot be asked.
func dropCache(*os.File) {}
