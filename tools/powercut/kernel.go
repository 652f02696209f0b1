package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// kernel is a Linux kernel, and modules for a disk and its file system.
type kernel struct {
	image   string
	modules []string
}

// metaPackage depends on the newest kernel for virtual machines.
const metaPackage = "linux-image-cloud-amd64"

// findKernel downloads Debian's kernel package with apt, unless an earlier run
// did, and unpacks it below cache. Nothing is installed.
func findKernel(ctx context.Context, cache string) (kernel, error) {
	out, err := exec.CommandContext(ctx, "apt-cache", "depends", metaPackage).Output()
	if err != nil {
		return kernel{}, fmt.Errorf("apt-cache does not know %s (apt-get update): %w", metaPackage, err)
	}
	var name string
	for line := range strings.Lines(string(out)) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "Depends: linux-image-"); ok {
			name = "linux-image-" + rest
			break
		}
	}
	if name == "" {
		return kernel{}, fmt.Errorf("apt-cache does not say which kernel %s is", metaPackage)
	}
	dir := filepath.Join(cache, name)
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		if err := unpackKernel(ctx, name, dir); err != nil {
			return kernel{}, err
		}
	}
	images, err := filepath.Glob(filepath.Join(dir, "boot", "vmlinuz-*"))
	if err != nil || len(images) != 1 {
		return kernel{}, fmt.Errorf("there are %d kernels in %s, want 1: remove the folder and run again", len(images), dir)
	}
	modules, err := withDependencies(filepath.Join(dir, "lib", "modules"), "virtio_pci", "virtio_blk", "crc32c_generic", "ext4")
	return kernel{images[0], modules}, err
}

// unpackKernel downloads a kernel package and unpacks it into dir.
func unpackKernel(ctx context.Context, name, dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(filepath.Dir(dir), "unpack-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	download := exec.CommandContext(ctx, "apt-get", "download", name)
	download.Dir = work
	if out, err := download.CombinedOutput(); err != nil {
		return fmt.Errorf("apt-get download %s: %w\n%s", name, err, out)
	}
	packages, err := filepath.Glob(filepath.Join(work, "*.deb"))
	if err != nil || len(packages) != 1 {
		return fmt.Errorf("apt-get download %s left %d packages, want 1", name, len(packages))
	}
	if out, err := exec.CommandContext(ctx, "dpkg", "-x", packages[0], filepath.Join(work, "root")).CombinedOutput(); err != nil {
		return fmt.Errorf("dpkg -x %s: %w\n%s", packages[0], err, out)
	}
	return os.Rename(filepath.Join(work, "root"), dir)
}

// missing names the programs that are not installed, and their packages.
func missing() error {
	var names []string
	for _, p := range []struct{ program, pkg string }{
		{"qemu-system-x86_64", "qemu-system-x86"}, {"mkfs.ext4", "e2fsprogs"}, {"apt-get", "apt"}, {"dpkg", "dpkg"}, {"go", "golang"},
	} {
		if _, err := exec.LookPath(p.program); err != nil {
			names = append(names, fmt.Sprintf("%s (Debian package %s)", p.program, p.pkg))
		}
	}
	if len(names) > 0 {
		return fmt.Errorf("missing: %s", strings.Join(names, ", "))
	}
	return nil
}
