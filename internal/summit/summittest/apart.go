package summittest

import "liqa/internal/summit"

func enterHuddle(*dice, summit.State) summit.Act { return summit.EnterHuddle{} }
func leaveHuddle(*dice, summit.State) summit.Act { return summit.LeaveHuddle{} }
func answerWord(*dice, summit.State) summit.Act  { return summit.AnswerPrivateWord{} }
func endWord(*dice, summit.State) summit.Act     { return summit.EndPrivateWord{} }
func unpin(*dice, summit.State) summit.Act       { return summit.Unpin{} }

func openWord(t *dice, s summit.State) summit.Act {
	return summit.OpenPrivateWord{With: seatThat(t, s, func(x summit.Seat) bool { return x.Presence == summit.Present })}
}

func audience(t *dice) summit.Audience {
	return pick(t, "to", summit.ToTable, summit.ToTable, summit.ToDelegation, summit.ToBooths, "everybody")
}

func shareScreen(t *dice, _ summit.State) summit.Act { return summit.ShareScreen{To: audience(t)} }

func stopSharing(t *dice, s summit.State) summit.Act {
	ids := []summit.SeatID{"", seat(t, s)}
	for _, x := range s.Sharing {
		ids = append(ids, x.Seat)
	}
	return summit.StopSharing{Seat: pick(t, "whose", ids...)}
}

func handIn(t *dice, s summit.State) summit.Act {
	return summit.HandIn{Document: summit.Document{
		ID: document(t), Title: summit.Text{"en": pick(t, "title", "Speech", "Slides", "")},
		File: pick(t, "file", "speech.pdf", "slides.pdf", "../speech.pdf", ""), Type: pick(t, "type", "application/pdf", "PDF"),
		Bytes: pick[int64](t, "bytes", 1, 4000, 0, summit.MostBytes+1), To: audience(t), Item: itemID(t, s),
		As: pick[summit.Purpose](t, "as", "", summit.SpeechText, summit.TermList, "poem")}}
}

func withdraw(t *dice, _ summit.State) summit.Act { return summit.WithdrawDocument{ID: document(t)} }

func document(t *dice) string {
	return pick(t, "document", Hash("speech"), Hash("slides"), "no digest")
}

func ask(t *dice, s summit.State) summit.Act {
	return summit.AskSeat{Seat: seatThat(t, s, func(x summit.Seat) bool { return x.Connected }),
		What: pick(t, "what", summit.MuteMicrophone, summit.UnmuteMicrophone, summit.ReloadPage, "dance")}
}

func answerAsk(t *dice, _ summit.State) summit.Act {
	return summit.AnswerAsk{Agree: once(t, 2, "agree")}
}

func limitPictures(t *dice, s summit.State) summit.Act {
	return summit.LimitPictures{Seat: pick(t, "whose", "", seat(t, s)),
		To: pick(t, "size", summit.FullPictures, summit.MediumPictures, summit.SmallPictures, summit.NoPictures, summit.LeastMedia, "tiny")}
}

func pin(t *dice, s summit.State) summit.Act {
	return summit.Pin{Seat: seatThat(t, s, func(x summit.Seat) bool { return x.Delegation != "" && x.Admitted })}
}

func offer(*dice, summit.State) summit.Act   { return summit.OfferHandover{} }
func accept(*dice, summit.State) summit.Act  { return summit.AcceptHandover{} }
func decline(*dice, summit.State) summit.Act { return summit.DeclineHandover{} }

func takeFrom(t *dice, s summit.State) summit.Act {
	return summit.TakeFrom{From: pick(t, "from", append(s.Channels(), "", "tlh")...), Auto: once(t, 4, "auto")}
}

func insufficient(t *dice, _ summit.State) summit.Act {
	return summit.SoundInsufficient{On: once(t, 2, "on")}
}

func stall(t *dice, s summit.State) summit.Act {
	ids := []summit.BoothID{"nowhere"}
	for _, b := range s.Booths {
		ids = append(ids, b.ID)
	}
	return summit.Stall{Booth: pick(t, "booth", ids...), On: once(t, 2, "on")}
}
