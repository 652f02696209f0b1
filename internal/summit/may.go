package summit

import "slices"

// rule says who may issue an act at all. The finer rules, such as in which
// item, are with the acts themselves.
type rule struct {
	by    []Role
	after bool // also after the summit has ended
}

var (
	byAdministrator   = []Role{Role(Administrator)}
	byServer          = []Role{Role(Server)}
	byAnySeat         = Roles
	byTable           = []Role{Principal, Delegate, NoteTaker}
	byTableOrChair    = []Role{Principal, Delegate, NoteTaker, Officer}
	byOfficer         = []Role{Officer}
	byOfficerOrServer = []Role{Officer, Role(Server)}        // the server only ever closes
	byLinkKeeper      = []Role{Officer, Role(Administrator)} // who can help when every officer's laptop is dead
	byStaff           = []Role{Officer, Technician}
	byTableOrStaff    = []Role{Principal, Delegate, NoteTaker, Officer, Technician}
	byCalled          = []Role{Principal, Delegate, NoteTaker, Officer, Technician, Interpreter}
	byInterpreter     = []Role{Interpreter}
	byConferring      = []Role{Principal, Delegate} // who may ask a booth into the huddle
	byConferringBooth = []Role{Principal, Delegate, Interpreter}
	byBoothOrStaff    = []Role{Interpreter, Officer, Technician}
	byAnnouncer       = []Role{PressOfficer, Role(Administrator)}
	byPressOfficer    = []Role{PressOfficer}
)

// rules is the whole of who may issue what. What is not in it is refused.
var rules = map[string]rule{
	"convene": {by: byAdministrator},

	"redeem":     {by: byServer, after: true},
	"connect":    {by: byServer, after: true},
	"disconnect": {by: byServer, after: true},
	"restart":    {by: byServer, after: true},

	"arrive": {by: byAnySeat},
	"leave":  {by: byAnySeat, after: true},
	"hear":   {by: byAnySeat},
	"mute":   {by: byAnySeat},

	"raise-hand":  {by: byTable},
	"lower-hand":  {by: byTableOrChair},
	"yield-floor": {by: byTable},

	"start-item":      {by: byOfficer},
	"end-item":        {by: byOfficer},
	"set-coverage":    {by: byOfficerOrServer},
	"resume-coverage": {by: byOfficer},
	"recess":          {by: byOfficer},
	"reconvene":       {by: byOfficer},
	"admit":           {by: byOfficer},
	"dismiss":         {by: byOfficer},
	"substitute":      {by: byOfficer},
	"give-floor":      {by: byOfficer},
	"take-floor":      {by: byOfficer},
	"mute-seat":       {by: byOfficer},
	"end-summit":      {by: byOfficer},
	"revoke":          {by: byLinkKeeper, after: true},
	"reissue":         {by: byLinkKeeper, after: true},

	"go-on-air":  {by: byInterpreter},
	"go-off-air": {by: byInterpreter},
	"cough":      {by: byInterpreter},
	"slow-down":  {by: byInterpreter},

	"offer-handover":     {by: byInterpreter},
	"accept-handover":    {by: byInterpreter},
	"decline-handover":   {by: byInterpreter},
	"take-from":          {by: byInterpreter},
	"sound-insufficient": {by: byInterpreter},
	"stall":              {by: byServer},

	"enter-huddle": {by: byTable},
	"leave-huddle": {by: byTable},

	"ask-whisper":    {by: byConferring},
	"answer-whisper": {by: byInterpreter},
	"end-whisper":    {by: byConferringBooth},

	"call":        {by: byBoothOrStaff},
	"answer-call": {by: byBoothOrStaff},
	"clear-call":  {by: byBoothOrStaff},

	"open-private-word":   {by: byStaff},
	"answer-private-word": {by: byCalled},
	"end-private-word":    {by: byCalled},

	"share-screen":      {by: byTable},
	"stop-sharing":      {by: byTableOrStaff},
	"hand-in":           {by: byTableOrChair},
	"withdraw-document": {by: byTableOrChair},

	"ask":            {by: byStaff},
	"answer-ask":     {by: byAnySeat},
	"limit-pictures": {by: byAnySeat},
	"pin":            {by: byOfficer},
	"unpin":          {by: byOfficer},

	"publish-advisory": {by: byAnnouncer, after: true},
	"publish-readout":  {by: byPressOfficer, after: true},
}

// May reports whether a role may issue acts of a kind at all. For the
// administrator and the server, the role is that word.
func May(as Role, kind string) bool { return slices.Contains(rules[kind].by, as) }

// speaks reports whether a role can have the floor and raise a hand.
func speaks(r Role) bool { return slices.Contains(byTable, r) }

// staff reports whether a role needs no admission.
func staff(r Role) bool { return r == Officer || r == Technician }
