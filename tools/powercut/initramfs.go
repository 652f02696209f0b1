package main

import (
	"bytes"
	"compress/gzip"
	"debug/elf"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// initramfs returns a compressed archive with the guest as /init and kernel
// modules, in the order in which they must be loaded, as /modules/*.
func initramfs(guest string, modules []string) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	add := func(name string, mode uint32, data []byte) { cpioEntry(z, name, mode, data) }
	for _, dir := range []string{"dev", "proc", "disk", "modules"} {
		add(dir, 0o40755, nil)
	}
	init, err := os.ReadFile(guest)
	if err != nil {
		return nil, err
	}
	add("init", 0o100755, init)
	for i, module := range modules {
		data, err := readModule(module)
		if err != nil {
			return nil, err
		}
		add(fmt.Sprintf("modules/%02d-%s.ko", i, moduleName(module)), 0o100644, data)
	}
	add("TRAILER!!!", 0, nil)
	err = z.Close()
	return b.Bytes(), err
}

// cpioEntry writes one file in the "newc" format, which the kernel unpacks.
// Writing to a buffer does not fail.
func cpioEntry(w *gzip.Writer, name string, mode uint32, data []byte) {
	fmt.Fprintf(w, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s\x00",
		0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name)+1, 0, name)
	pad := func(n int) { w.Write(make([]byte, -n&3)) }
	pad(110 + len(name) + 1)
	w.Write(data)
	pad(len(data))
}

// moduleName is a module's name, as other modules depend on it.
func moduleName(file string) string {
	name, _, _ := strings.Cut(path.Base(file), ".ko")
	return strings.ReplaceAll(name, "-", "_")
}

// readModule returns a module, decompressed.
func readModule(file string) ([]byte, error) {
	if strings.HasSuffix(file, ".xz") {
		out, err := exec.Command("xz", "-dc", file).Output()
		if err != nil {
			return nil, fmt.Errorf("decompressing %s with xz (apt-get install xz-utils): %w", file, err)
		}
		return out, nil
	}
	return os.ReadFile(file)
}

// withDependencies returns the files of the wanted modules below dir, each
// after those that it depends on. A wanted one that is not there is taken to
// be built into the kernel.
func withDependencies(dir string, wanted ...string) (files []string, err error) {
	all := map[string]string{}
	err = filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.Contains(d.Name(), ".ko") {
			all[moduleName(file)] = file
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var add func(name string) error
	add = func(name string) error {
		file, loadable := all[name]
		if !loadable || slices.Contains(files, file) {
			return nil
		}
		needs, err := dependencies(file)
		if err != nil {
			return err
		}
		for _, need := range needs {
			if err := add(need); err != nil {
				return err
			}
		}
		files = append(files, file)
		return nil
	}
	for _, name := range wanted {
		if err := add(name); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// dependencies reads what a module says that it depends on.
func dependencies(file string) ([]string, error) {
	data, err := readModule(file)
	if err != nil {
		return nil, err
	}
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	section := f.Section(".modinfo")
	if section == nil {
		return nil, fmt.Errorf("%s does not say what it depends on", file)
	}
	info, err := section.Data()
	if err != nil {
		return nil, err
	}
	for _, text := range strings.Split(string(info), "\x00") {
		if list, ok := strings.CutPrefix(text, "depends="); ok && list != "" {
			return strings.Split(strings.ReplaceAll(list, "-", "_"), ","), nil
		}
	}
	return nil, nil
}
