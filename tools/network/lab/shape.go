//go:build linux

package lab

import (
	"fmt"
	"math"
	"net/netip"
)

// Lose drops a share (0 to 1, in steps of a thousandth) of the packets that
// arrive at this end, at random and independent of each other, whatever they
// are. 0 drops none.
func (e *End) Lose(share float64) error {
	n := int(math.Round(share * 1000))
	// One table, made anew at each change.
	rules := []string{"add", "table", "inet", "liqa"}
	if err := e.Place.Run("nft", rules...); err != nil {
		return err
	}
	if err := e.Place.Run("nft", "delete", "table", "inet", "liqa"); err != nil || n == 0 {
		return err
	}
	which := fmt.Sprintf("numgen random mod 1000 < %d", n)
	if n >= 1000 {
		which = ""
	}
	return e.Place.Run("nft", fmt.Sprintf(`add table inet liqa
add chain inet liqa arriving { type filter hook prerouting priority -300; }
add rule inet liqa arriving iifname "%s" %s counter drop`, e.Device, which))
}

// Limit lets no more than so many kbit/s leave from this end: a token bucket
// of two packets, and a queue of 400 ms before packets are dropped. 0 is no
// limit.
func (e *End) Limit(kilobits int) error {
	if kilobits == 0 {
		return e.Place.Run("tc", "qdisc", "del", "dev", e.Device, "root")
	}
	return e.Place.Run("tc", "qdisc", "replace", "dev", e.Device, "root", "tbf",
		"rate", fmt.Sprintf("%dkbit", kilobits), "burst", "3200", "latency", "400ms")
}

// Move gives this end another address and takes the old one away, as changing
// from one network to another does.
func (e *End) Move(to netip.Prefix) error {
	for _, args := range [][]string{
		{"addr", "del", e.Address.String(), "dev", e.Device},
		{"addr", "add", to.String(), "dev", e.Device},
		{"route", "replace", "default", "dev", e.Device},
	} {
		if err := e.Place.Run("ip", args...); err != nil {
			return err
		}
	}
	e.Address = to
	return nil
}
