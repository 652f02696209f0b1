// Package config reads the two files a person writes for Liqa: the server's
// configuration and the description of a summit. Both are YAML and both are
// strict: an unknown key is an error that names its line and the nearest known
// key, and every fault of a file is named at once.
//
// It does not apply anything, opens no port and no folder, and does not say
// whether a configuration will work on this machine: package preflight does.
package config
