package summit

// Fault is one thing that is wrong with a description.
type Fault struct {
	Place    string // where in the file, for example "seats[3] (minister-a): hears"
	Sentence string // what is wrong and what would be right
}

// String is the place and the sentence.
func (f Fault) String() string { return f.Place + ": " + f.Sentence }

// Validate names every fault of a description, in the order of the file; none
// when the summit can be convened as it is described. Invitations are not
// looked at: they are made later.
func Validate(p Description) []Fault { return nil }

func (p Description) invitationFaults() []Fault { return nil }
