// Package estimate says how many bits a second a path to a receiver carries. A
// [Path] numbers the packets that are sent, reads what the receiver reports of
// their arrival (draft-holmer-rmcat-transport-wide-cc-extensions-01), and
// follows delay, loss and the results of short probes, after Google's
// congestion control (draft-ietf-rmcat-gcc-02). [Reports] makes do with the
// loss of receiver reports, for those who tell nothing better.
//
// It has no clock, no goroutine and no socket: times are told to it, and it
// sends nothing. What is done with an estimate is not its business.
package estimate
