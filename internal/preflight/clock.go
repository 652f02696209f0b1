package preflight

import "time"

// ClockState is what the system says of its clock.
type ClockState struct {
	Known  bool // whether the system could be asked
	Synced bool // whether something keeps it right
	Error  time.Duration
}

// The record of a meeting is dated by this clock, certificates are judged by
// it, and quotations find their moment by it.
const (
	earliest = 2026 // the year this program was written in
	latest   = 2060
)

// jump is how far the clock may move against the machine's own counting of
// time within moment: a clock that is being set just now.
const (
	moment = 50 * time.Millisecond
	jump   = 20 * time.Millisecond
)

func checkClock(m Machine) []Finding {
	before, counted := m.Now(), m.Counted()
	time.Sleep(moment)
	now, elapsed := m.Now(), m.Counted()-counted
	byWall := now.Round(0).Sub(before.Round(0)) // rounding leaves the clock's own reading only
	var all []Finding
	switch {
	case now.Year() < earliest || now.Year() > latest:
		all = append(all, failure("clock", "Set it (timedatectl set-time), and switch on time synchronisation (timedatectl set-ntp true).",
			"The clock says that it is %s. Browsers would refuse the certificate, and the record would be misdated.", now.UTC().Format(time.DateTime)))
	case (byWall - elapsed).Abs() > jump:
		all = append(all, failure("clock", "Wait until the clock has been set, and check again. In a virtual machine, let only one of host and guest set it.",
			"The clock has just jumped by %v. The record would be misdated.", (byWall-elapsed).Round(time.Millisecond)))
	default:
		all = append(all, good("clock", "The clock says %s.", now.Format("2006-01-02 15:04:05 MST")))
	}
	switch state := m.Clock(); {
	case !state.Known:
		all = append(all, doubt("clock", "See that something sets the clock, such as systemd-timesyncd or chrony.",
			"The system does not say whether its clock is kept right."))
	case !state.Synced:
		all = append(all, doubt("clock", "Switch on time synchronisation: timedatectl set-ntp true, or install chrony.",
			"Nothing keeps the clock right. It will drift by seconds within days, and the times in the record with it."))
	default:
		all = append(all, good("clock", "The clock is kept right."))
	}
	return all
}
