// Package recorder keeps the sound and the pictures of a summit: the tracks of
// every seat, and the program with the channel of each language, as fragmented
// MP4 with HLS playlists and a manifest of hashes.
//
// What is recorded is divided into takes: a new one begins with each item of
// the run of show and with each change of coverage. Takes of different coverage
// lie in different trees, so that no path under one leads into another:
//
//	open/SUMMIT/TAKE/     the program of an open item
//	pool/SUMMIT/TAKE/     the program of an item for the pool
//	closed/SUMMIT/TAKE/   the program and the seats' tracks of a closed one
//	sources/SUMMIT/TAKE/  the seats' own tracks of open and pool items
//
// A seat's own track never lies under open or pool, even of an open item: what
// an interpreter says in the booth off air is nobody's business.
//
// A take's folder holds a folder for each track with its init and media
// segments and a playlist; program.m3u8, which names the renditions of the
// program; and manifest.json once the take is finished. Until then ledger.jsonl
// says what has been written, so that the next start can finish a take that was
// cut short.
//
// # What survives what
//
// A segment is written in parts of half a second, each with one write at the
// end of a plain file. What has been written survives the death of the process:
// a SIGKILL loses less than a second. A segment is synced to disk when it ends,
// about every two seconds, and a take's manifest, ledger and playlists when it
// is finished; a power cut may lose what is not synced. It is plain files and
// not gocloud.dev/blob that are written, since a blob does not exist before it
// is closed, whose loss would be a whole segment; a finished take is copied to
// an object store as it is.
//
// # Time
//
// All tracks of a take count from one instant, the take's start on the server's
// clock, and follow the capture times that the switchboard gives. The server's
// clock is taken to be monotonic: a wall clock that is set while the recording
// runs moves nothing, and is noted in the manifest.
//
// The package does not decide what is recorded or who may see it: it is told of
// scenes and tracks. It serves nothing over HTTP, transcodes nothing, and knows
// no seats or items but by name.
package recorder
