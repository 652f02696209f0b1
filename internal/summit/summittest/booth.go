package summittest

import "liqa/internal/summit"

func boothID(t *dice, s summit.State) summit.BoothID {
	ids := []summit.BoothID{"nowhere"}
	for _, b := range s.Booths {
		ids = append(ids, b.ID, b.ID)
	}
	return pick(t, "booth", ids...)
}

func delegation(t *dice, s summit.State) summit.DelegationID {
	ids := []summit.DelegationID{"nobody"}
	for _, d := range s.Delegations {
		ids = append(ids, d.ID)
	}
	for _, w := range s.Whispers {
		ids = append(ids, w.Delegation, w.Delegation)
	}
	return pick(t, "delegation", ids...)
}

func askWhisper(t *dice, s summit.State) summit.Act {
	return summit.AskWhisper{Booth: boothID(t, s)}
}

func answerWhisper(t *dice, s summit.State) summit.Act {
	return summit.AnswerWhisper{Delegation: delegation(t, s), Agree: !once(t, 3, "decline")}
}

func endWhisper(t *dice, s summit.State) summit.Act {
	return summit.EndWhisper{Booth: pick(t, "booth", boothID(t, s), "")}
}

func callRole(t *dice) summit.Role {
	return pick(t, "to", summit.Officer, summit.Technician, summit.Principal, "")
}

func call(t *dice, s summit.State) summit.Act {
	return summit.CallAct{To: callRole(t), Booth: boothID(t, s)}
}

func answerCall(t *dice, s summit.State) summit.Act {
	return summit.AnswerCall{To: callRole(t), Booth: boothID(t, s)}
}

func clearCall(t *dice, s summit.State) summit.Act {
	return summit.ClearCall{To: callRole(t), Booth: boothID(t, s)}
}
