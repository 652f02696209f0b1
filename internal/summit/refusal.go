package summit

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Refusal is the error of [Decide]: what was not done, and why.
type Refusal struct {
	Code   string            // stable, in kebab-case; one of [Codes]
	Params map[string]string // what the sentence names: "name", "title", "at" (RFC 3339), and ids
	Faults []Fault           // of a description that was refused; empty otherwise
}

// Error is an English sentence or two: what happened, and what to do next.
// Screens in other languages make theirs from the code and the parameters.
func (r *Refusal) Error() string {
	text := Sentence(r.Code, r.Params)
	for _, f := range r.Faults {
		text += "\n" + f.String()
	}
	return text
}

// Codes lists every code of a refusal, sorted.
func Codes() []string { return slices.Sorted(maps.Keys(sentences)) }

// Sentence is the English sentence of a code with its parameters put in; the
// code itself when there is none. A parameter that is an instant gives its
// time of day, and with "-date" after its name its day.
func Sentence(code string, params map[string]string) string {
	text, ok := sentences[code]
	if !ok {
		return code
	}
	pairs := make([]string, 0, 2*len(params))
	for _, k := range slices.Sorted(maps.Keys(params)) {
		v := params[k]
		if t, err := time.Parse(time.RFC3339, v); err == nil {
			v = t.Format("15:04")
			pairs = append(pairs, "{"+k+"-date}", t.Format("2 January"))
		}
		pairs = append(pairs, "{"+k+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// sentences is the one table of codes. {name} is a person, {title} an item.
var sentences = map[string]string{
	"no-such-act":      "This server does not know that instruction. Reload the page and try again.",
	"no-such-summit":   "There is no such summit.",
	"rehearse-before":  "There is nothing to rehearse any more: the summit has begun. Go in with your own link.",
	"rehearsals-full":  "Other interpreters are rehearsing, and this server holds no more rehearsals at one time. Try again in half an hour.",
	"already-convened": "This summit has been convened already. Nothing was changed.",
	"bad-description":  "The summit was not convened. Mend these faults in its description first:",
	"not-permitted":    "Your seat may not do that ({act}). If it needs to be done, ask the protocol officer.",
	"not-your-side":    "{name} belongs to another delegation, which has its own protocol officer. Ask that officer.",
	"summit-ended":     "The summit ended at {at} on {at-date}. Its public page has the account of it.",
	"stale-screen":     "The meeting has moved on since your screen was drawn, so nothing was changed. Look at it again, and repeat the instruction if you still mean it.",

	"no-such-seat":      "There is no such seat in this summit.",
	"no-such-link":      "This link is not valid. Check that it is complete, or ask the protocol officer for a new one.",
	"link-reissued":     "This link was replaced by a newer one at {at} on {at-date}. Use the newer link, or ask the protocol officer for it.",
	"link-expired":      "This link expired at {at} on {at-date}. Ask the protocol officer for a new one.",
	"link-revoked":      "This link was withdrawn at {at} on {at-date}. If that is a mistake, ask the protocol officer for a new one.",
	"link-in-use":       "This link has been opened on another device and works only there. If you have changed devices, ask the protocol officer to reissue it.",
	"bad-hash":          "A link or device was given without a proper hash (64 hexadecimal digits). Nothing was changed.",
	"hash-reused":       "This secret has been used for a link before. Make a new one; nothing was changed.",
	"expires-past":      "The new link would have expired before it was made. Choose a later time; the old link still works.",
	"seat-revoked":      "The link of {name} has been withdrawn. Reissue it first.",
	"last-officer":      "{name} is the only protocol officer whose link works, and without one nobody could run the meeting. Reissue another officer's link first.",
	"not-redeemed":      "The link of {name} has not been opened on this device. Open the link again.",
	"not-connected":     "You are not connected. The page will reconnect by itself; then try again.",
	"not-admitted":      "You have not been admitted yet. The protocol officer sees that you are waiting.",
	"not-waiting":       "{name} has not asked to come in yet, so there is nobody to admit.",
	"no-admission":      "{name} needs no admission, as every officer and technician. To remove them, withdraw their link.",
	"not-a-principal":   "{name} is not the principal of a delegation now. Choose whom to replace from the seats as they are.",
	"not-a-delegate":    "{name} is not a delegate of that delegation, and only one of its delegates can take the principal's place.",
	"no-such-channel":   "No channel carries {language} in this summit. Choose one of those shown.",
	"not-for-you":       "{title} is not for your seat. You will be let in again when it has ended.",
	"seat-not-in-room":  "{name} is not in the room now, so nothing was changed.",
	"cannot-have-floor": "{name} cannot be given the floor: it is for principals, delegates and note-takers.",
	"floor-not-yours":   "You do not have the floor now, so there was nothing to give back.",

	"no-such-item":        "There is no such item in the run of show.",
	"no-item":             "No item is in progress. The protocol officer starts the next one.",
	"already-in-progress": "{title} is in progress already: {name} started it at {at}. Nothing was changed.",
	"another-in-progress": "{title} is in progress: {name} started it at {at}. End it first, or start the next item in its place.",
	"item-ended":          "{name} ended {title} at {at}. To take it up again, say so expressly.",
	"just-started":        "{title} began only a moment ago, so it was not ended. If you do mean to go on to the next item, press again.",
	"in-recess":           "{title} is in recess: {name} called it at {at}. Reconvene first.",
	"not-in-recess":       "There is no recess to end.",
	"sealed":              "This server cannot hold a sealed item yet. Choose closed.",
	"no-such-coverage":    "Coverage is open, pool or closed. Nothing was changed.",
	"name-the-item":       "To open to the press, name the item that is to be opened, so that a screen that has fallen behind cannot open another one.",
	"nothing-to-resume":   "There is no coverage to resume. Choose a coverage instead.",

	"booth-busy":       "{name} of your booth has been on air since {at}. Agree the handover, then take the microphone over.",
	"channel-busy":     "{name} of another booth is on air into {language} since {at}. Agree who serves the channel.",
	"not-your-channel": "Your booth does not speak into {language}. Choose one of its outgoing channels.",
	"booth-microphone": "The microphones of a booth are its interpreters' own: closing that of {name} would silence the channel. Ask the booth, or send {name} back to wait.",
	"no-partner":       "Nobody else of your booth is in the room to take the microphone.",
	"nothing-offered":  "The microphone of your booth has not been offered to you. Ask your partner, or take it over.",
	"relay-loop":       "Working from {language} would lead your own channel back into itself. Choose another, or the floor.",
	"not-on-air":       "Your microphone is not on air.",
	"no-such-reason":   "Say what is wrong: too fast, too quiet, or the microphone.",

	"whispering":            "You are whispering in a delegation's huddle. Come back to the booth first; nothing of you goes to the meeting until then.",
	"no-such-booth":         "There is no such booth in this summit.",
	"booth-signs":           "The interpreters of that booth sign, and a huddle has no picture. Ask another booth.",
	"booth-not-here":        "Nobody of that booth who may work for your delegation is here now. Ask the protocol officer.",
	"enter-to-ask":          "A booth is asked from within the huddle. Enter it first.",
	"nothing-whispered":     "Your booth has not been asked into that delegation's huddle, or is no longer.",
	"other-sides-booth":     "You came with another delegation, and do not interpret in this one's huddle.",
	"nobody-to-call":        "This summit has nobody of that kind to call.",
	"no-such-call":          "No such call is waiting. Nothing was changed.",
	"nobody-waits":          "Nobody of that kind is waiting to be let in.",
	"seat-not-here":         "{name} is not here now, so nothing was changed.",
	"word-with-oneself":     "A private word is with somebody else. Choose another seat.",
	"no-word-with-press":    "{name} has a press seat, and press seats have no place for a private word. Write to them instead.",
	"word-busy":             "{name} has been in a private word with {other} since {at}. Wait until it has ended.",
	"no-private-word":       "Nobody is calling you to a private word now.",
	"word-on-air":           "You are on air, and answering {name} would silence your channel. Let your partner take over or go off air, then answer.",
	"in-huddle":             "You are in your delegation's huddle. Leave it first, then share your screen with the table.",
	"not-in-huddle":         "A screen is shared with your delegation in its huddle. Enter the huddle first.",
	"no-such-audience":      "Say with whom: the table, your delegation, or for a document the booths.",
	"screen-taken":          "{name} has been sharing a screen since {at}, and one is shown at a time. Ask them or the protocol officer to stop it first.",
	"bad-document":          "The document was not taken: it needs a title, a file name without a path, and a media type.",
	"no-such-purpose":       "Say what the document is: a speech text, slides, a term list, or something else.",
	"document-size":         "The document was not taken: it is empty, or larger than {limit} MiB.",
	"documents-before":      "You have handed in {limit} documents, which is the most before you have been let in. Withdraw one, or hand in more when you are in.",
	"document-bytes-before": "You have handed in almost {limit} MiB, which is the most before you have been let in, and this document does not fit into it. Withdraw one, or hand it in when you are in.",
	"too-many-bytes":        "The documents of this summit are almost {limit} MiB together, which is the most, and this one does not fit into it. Withdraw one first, or save a smaller copy.",
	"too-many-documents":    "This summit has {limit} documents already, which is the most. Withdraw one first.",
	"no-such-remedy":        "A person can be asked to mute, to unmute or to reload the page. Nothing was asked.",
	"no-microphone":         "{name} has a press seat and no microphone here.",
	"nothing-asked":         "Nothing is asked of you now.",
	"no-such-size":          "Pictures can be full, medium, small or none, with reduced sound too. Nothing was changed.",
	"no-camera":             "{name} shows no picture here: only principals, delegates and note-takers do.",
	"sent-out":              "The protocol officer has sent you out, so nothing was published. Ask to be let in again, or for a new link.",

	// These are the secretariat's, which keeps the record of what is decided here.
	"journal-behind":    "The record cannot be written at the moment, so nothing was changed. What takes away still works; try this again when the alarm is gone.",
	"cut-unrecorded":    "It is done: nothing of it flows any more. The record could not be written yet; it will be as soon as the disk allows.",
	"not-your-chat":     "That chat is not for your seat.",
	"message-too-long":  "The message is too long: {limit} characters at most.",
	"too-many-messages": "Too many messages at once. Wait a moment.",

	"no-such-edition":      "Nothing is published in {language} for this summit.",
	"needs-reason":         "This page has been published. Changing it is a correction, and a correction says why.",
	"summit-not-ended":     "The account is published when the summit has ended. Keep it as a draft until then.",
	"too-late-to-announce": "The summit ended at {at} on {at-date} and was not announced. Publish the account of it instead.",
}
