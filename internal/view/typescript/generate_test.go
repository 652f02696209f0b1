package main

import (
	"os"
	"strings"
	"testing"
)

func TestTheCommittedTypesAreThoseOfTheGoOnes(t *testing.T) {
	want, err := generate("..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../../web/src/protocol/view.gen.ts")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("web/src/protocol/view.gen.ts is stale: run go generate ./internal/view")
	}
	for _, line := range []string{
		`export type SeatId = string & { readonly __brand: "SeatId" };`,
		`export interface View {`,
		`  readonly carries?: Source;`,
		`  | "pool"`,
	} {
		if !strings.Contains(want, line) {
			t.Errorf("the types lack %q", line)
		}
	}
}
