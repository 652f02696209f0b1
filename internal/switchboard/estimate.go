package switchboard

import "time"

// SetSize says how large a slot's picture is shown, in pixels of the screen; 0
// by 0 when it is not shown. A slot of which nothing is said may have any size.
func (r *Receiver) SetSize(slot SlotID, width, height int) {}

// Estimate says how much the receiver's line takes at present, in bit/s of all
// that is sent to it; 0 when that is not known.
func (r *Receiver) Estimate(bitsPerSecond int) {}

// Wanted is how much the line would have to take, in bit/s in all, for the
// next better picture; 0 when there is nothing to be made better. As far as
// that it is of use to probe the line.
func (r *Receiver) Wanted() int { return 0 }

// Reported tells what the receiver reports of a slot (RFC 3550 §6.4.1): which
// part was lost since its last report (0 to 1), the jitter, and the round trip,
// 0 when it is not known.
func (r *Receiver) Reported(ssrc uint32, lost float64, jitter, roundTrip time.Duration) {}
