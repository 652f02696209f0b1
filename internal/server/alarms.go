package server

import (
	"time"

	"liqa/internal/summit"
	"liqa/internal/wall"
)

// note writes down the alarms that have begun and those that have ended.
func (w *walls) note(id summit.SummitID, began, ended []wall.Alarm, now time.Time) {
	for _, a := range began {
		w.log.Warn("an alarm", append(about(id, a), "figure", a.Figure)...)
	}
	for _, a := range ended {
		w.log.Info("an alarm has ended", append(about(id, a), "after", now.Sub(a.Since).Round(time.Second).String())...)
	}
}

// about is what an alarm is about, as a line of the log has it.
func about(id summit.SummitID, a wall.Alarm) []any {
	line := []any{"summit", string(id)}
	for _, of := range [...]struct{ name, is string }{
		{"seat", string(a.Seat)}, {"alarm", string(a.Code)}, {"of", string(a.Of)}, {"language", string(a.Language)}, {"way", string(a.Way)}, {"why", a.Why},
	} {
		if of.is != "" {
			line = append(line, of.name, of.is)
		}
	}
	return line
}
