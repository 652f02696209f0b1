package preflight

import (
	"time"

	"golang.org/x/sys/unix"
)

// clockState asks the kernel, which knows whether the clock is disciplined
// (adjtimex(2)).
func clockState() ClockState {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	if err != nil {
		return ClockState{}
	}
	const timeError, unsynchronised = 5, 0x40 // TIME_ERROR, STA_UNSYNC
	return ClockState{
		Known:  true,
		Synced: state != timeError && t.Status&unsynchronised == 0,
		Error:  time.Duration(t.Esterror) * time.Microsecond,
	}
}
