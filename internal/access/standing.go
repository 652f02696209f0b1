package access

import "liqa/internal/summit"

// Standing is what somebody is to the server when a call of theirs is judged:
// nobody known, the administrator, a role whose seat has been admitted, or one
// that still waits at the door.
type Standing string

const (
	Anonymous     Standing = "anonymous"
	Administrator Standing = "administrator"
)

// waiting marks the standing of a seat that has not been admitted, was
// dismissed, or has not come back since its link was reissued.
const waiting = "waiting "

// Of is the standing of a seat. Officers and technicians are admitted by
// nobody: somebody has to be the first in the room.
func Of(seat summit.Seat) Standing {
	if seat.Admitted || !NeedsAdmission(seat.Role) {
		return Standing(seat.Role)
	}
	return waiting + Standing(seat.Role)
}

// NeedsAdmission reports whether a role waits until an officer admits it.
func NeedsAdmission(r summit.Role) bool {
	return r != summit.Officer && r != summit.Technician
}

// Waits reports whether this is the standing of a seat that waits at the door.
func (s Standing) Waits() bool {
	return len(s) > len(waiting) && s[:len(waiting)] == waiting
}

// Standings lists every standing, in the order of the matrix.
func Standings() []Standing {
	all := []Standing{Anonymous, Administrator}
	for _, r := range summit.Roles {
		all = append(all, Standing(r))
		if NeedsAdmission(r) {
			all = append(all, waiting+Standing(r))
		}
	}
	return all
}

// Admitted is the same standing once the seat has been admitted.
func (s Standing) Admitted() Standing {
	if s.Waits() {
		return s[len(waiting):]
	}
	return s
}
