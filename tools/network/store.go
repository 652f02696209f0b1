package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// figures is where what was measured is kept, and drawn.
const figures = "docs/figures"

// measured is what one run of a scenario has given.
type measured[T any] struct {
	When   time.Time `json:"when"`
	Server string    `json:"server"` // its version
	Result T         `json:"result"`
}

// kept are the runs of a scenario by what they are kept as: "before" and "now".
type kept[T any] map[string]measured[T]

// read reads what is kept of a scenario; nothing when there is nothing.
func read[T any](scenario string) (kept[T], error) {
	text, err := os.ReadFile(filepath.Join(figures, scenario+".json"))
	if errors.Is(err, os.ErrNotExist) {
		return kept[T]{}, nil
	}
	if err != nil {
		return nil, err
	}
	k := kept[T]{}
	if err := json.Unmarshal(text, &k); err != nil {
		return nil, fmt.Errorf("%s.json: %w", scenario, err)
	}
	return k, nil
}

// keep puts a run in the place of the last one that was kept as the same.
func keep[T any](scenario, as, server string, result T) error {
	k, err := read[T](scenario)
	if err != nil {
		return err
	}
	k[as] = measured[T]{When: time.Now().UTC().Truncate(time.Second), Server: server, Result: result}
	text, err := json.MarshalIndent(k, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(figures, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(figures, scenario+".json"), append(text, '\n'), 0o644)
}

// among puts new results in the place of those that are kept of the same, and
// behind them what is kept nowhere yet.
func among[T any](before, now []T, same func(a, b T) bool) []T {
	all := slices.Clone(before)
	for _, one := range now {
		if i := slices.IndexFunc(all, func(o T) bool { return same(o, one) }); i >= 0 {
			all[i] = one
		} else {
			all = append(all, one)
		}
	}
	return all
}
