// Package secretariat runs live summits. One goroutine owns each: it lets the
// rules decide what an act leads to, cuts at the media what that takes away,
// has it written to the journal, lets the media give what it gives, answers,
// and tells whoever watches.
//
// The order is the point. What takes away (closing to the press, muting,
// revoking, ending) is in force at the media before the journal is asked: a
// stalled or full disk must not keep a reporter in the room. What gives
// (opening, admitting, unmuting) waits until the journal has it. Between the
// two, the media may give what the last written state allows and every state
// decided since does too; so at no time more than the record says. When the
// journal fails or stalls, cuts stay, whoever asked is told, and nothing that
// gives is accepted until it writes again. A summit that is taken up after a
// restart begins cut.
//
// It does not decide who may do what (package summit), nor who may receive what
// (package plan), keeps nothing on disk itself (package journal), touches no
// packet, and speaks no protocol. Chat passes through it and is not kept beyond
// the last few messages.
package secretariat
