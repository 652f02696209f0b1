// Package web holds the built front end, so that the binary needs no folder
// beside it. It is not the front end (that is TypeScript, in src/) and not the
// server of it (internal/web).
package web

import "embed"

// Dist is the folder dist as `make` builds it. Before the first build it holds
// nothing but the file .keep.
//
//go:embed all:dist
var Dist embed.FS
