package web

import (
	"testing"

	"liqa/internal/summit"
)

// An item that was to be open and is not opened, since the other side's officer
// has not agreed, tells nobody that there is a summit.
func TestAPlannedOpeningTellsNobodyOfASummit(t *testing.T) {
	s := summit.Apply(summit.State{}, summit.Convened{Description: summit.Description{
		Items: []summit.Item{{ID: "remarks", Coverage: summit.Open}}}})
	s = summit.Apply(s, summit.ItemStarted{Item: "remarks", Coverage: summit.Closed})
	if isPublic(s) {
		t.Error("the summit is public before anything of it has been open")
	}
	s = summit.Apply(s, summit.CoverageSet{Item: "remarks", Coverage: summit.Open})
	s = summit.Apply(s, summit.ItemEnded{Item: "remarks"})
	if !isPublic(s) {
		t.Error("a summit of which something was open is not public afterwards")
	}
}
