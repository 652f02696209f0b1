package plan

import "liqa/internal/summit"

// Connects reports whether a seat may have media connections now. Who waits at
// the door has none: not an empty one, none. They are kept from the first to
// the last moment of the summit, whatever flows in them.
func Connects(s summit.State, id summit.SeatID) bool {
	seat, ok := s.Seat(id)
	return ok && Stands(s, seat) == Admitted
}

// Standing is how far a seat's rights go.
type Standing int

const (
	Nothing  Standing = iota // its link has been withdrawn
	Invited                  // its link has not been opened
	Known                    // its link is bound to a device
	Admitted                 // it may have media connections
)

// Stands says how far a seat's rights go. After the end nobody is admitted.
func Stands(s summit.State, seat summit.Seat) Standing {
	switch {
	case seat.Invitation.Revoked:
		return Nothing
	case seat.Admitted && (s.Phase == summit.Announced || s.Phase == summit.InProgress):
		return Admitted
	case seat.Invitation.Device != "":
		return Known
	}
	return Invited
}

// MaySend lists the kinds of sources that a seat may send to the server; what
// of it reaches anybody is for [Compute] to say. Nil for who may have no media
// connection and for who has nothing to say on camera.
func MaySend(s summit.State, id summit.SeatID) []Kind {
	if !Connects(s, id) {
		return nil
	}
	seat, _ := s.Seat(id)
	return Sends(s, seat)
}

// Sends lists the kinds of sources that a seat ever sends in a summit: what its
// role does, and a camera for who interprets into a sign language.
func Sends(s summit.State, seat summit.Seat) []Kind {
	if b, ok := s.Booth(seat.Booth); ok && b.Sign {
		return []Kind{Microphone, Camera}
	}
	return Devices(seat.Role)
}

// Devices lists the kinds of sources that a role sends; who interprets into a
// sign language also has a camera.
func Devices(role summit.Role) []Kind {
	switch role {
	case summit.Principal, summit.Delegate, summit.NoteTaker:
		return []Kind{Microphone, Camera, Screen}
	case summit.Interpreter:
		return []Kind{Microphone}
	case summit.Officer, summit.Technician:
		return []Kind{Microphone} // for private words, and for nothing else
	}
	return nil
}

// Chat is a kind of chat that only some seats read. Chats are not recorded.
type Chat string

const (
	DelegationChat Chat = "delegation" // among the seats of one delegation
	BoothChat      Chat = "booth"      // among the interpreters of one booth
	TechnicianChat Chat = "technician" // between one booth and the technicians
	OfficerChat    Chat = "officer"    // between one booth and the officers
)

// Circle is who reads one chat: the seats of one delegation or of one booth, or
// of one booth and the officers or technicians.
type Circle struct {
	Chat       Chat
	Delegation summit.DelegationID // of a delegation's chat
	Booth      summit.BoothID      // of the others
}

// Circles lists the chats that a seat may read and write in now. An officer or
// technician of a delegation is not among those who confer in it.
func Circles(s summit.State, id summit.SeatID) []Circle {
	seat, ok := s.Seat(id)
	if !ok || !seat.Admitted || seat.Invitation.Revoked {
		return nil
	}
	return Chats(s, seat)
}

// Chats lists those that a seat reads and writes in once it is let in.
func Chats(s summit.State, seat summit.Seat) []Circle {
	switch seat.Role {
	case summit.Principal, summit.Delegate, summit.NoteTaker:
		return []Circle{{Chat: DelegationChat, Delegation: seat.Delegation}}
	case summit.Interpreter:
		if seat.Booth != "" {
			return []Circle{{Chat: BoothChat, Booth: seat.Booth}, {Chat: TechnicianChat, Booth: seat.Booth}, {Chat: OfficerChat, Booth: seat.Booth}}
		}
	case summit.Technician:
		return withBooths(s, TechnicianChat)
	case summit.Officer:
		return withBooths(s, OfficerChat)
	}
	return nil
}

// withBooths is one chat with each booth.
func withBooths(s summit.State, c Chat) (all []Circle) {
	for _, b := range s.Booths {
		all = append(all, Circle{Chat: c, Booth: b.ID})
	}
	return all
}
