//go:build linux

package main

import (
	"context"
	_ "embed"
	"net/netip"

	"liqa/tools/network/lab"
	"liqa/tools/trial"
)

//go:embed summit.yaml
var summitFile []byte

var (
	roomAddress   = netip.MustParsePrefix("10.76.0.1/24")
	routerAddress = netip.MustParsePrefix("10.76.0.2/24")
	exitAddress   = netip.MustParsePrefix("10.77.0.1/24") // of the router, towards the far end
	farAddress    = netip.MustParsePrefix("10.77.0.2/24")
	otherAddress  = netip.MustParsePrefix("10.77.0.3/24")
)

// room is a server in a place of its own, a meeting in it, and a line to
// another place. Who is "near" sits beside the server; who is "far", at the
// other end of the line. Between them is a router, so that the server's own
// system knows as little of a narrow line as it does in the world.
type room struct {
	*trial.Server
	near, router, far *lab.Place
	uplink            *lab.Wire // room to router: perfect
	wire              *lab.Wire // router to far end: the bad one
}

// openRoom makes the places, starts the server and convenes the meeting. The
// officer is in and admits whoever comes.
func openRoom(ctx context.Context, program string) (r *room, err error) {
	r = &room{}
	defer func() {
		if err != nil {
			r.Close()
		}
	}()
	if r.near, err = lab.NewPlace("the room"); err != nil {
		return nil, err
	}
	if r.far, err = lab.NewPlace("the far end"); err != nil {
		return nil, err
	}
	if r.router, err = lab.NewPlace("the router"); err != nil {
		return nil, err
	}
	if r.uplink, err = lab.Connect(r.near, r.router, "uplink0", roomAddress, routerAddress); err != nil {
		return nil, err
	}
	if r.wire, err = lab.Connect(r.router, r.far, "wire0", exitAddress, farAddress); err != nil {
		return nil, err
	}
	if err = r.router.Forward(); err != nil {
		return nil, err
	}
	r.wire.B.Translate() // the far end is behind a router, as people are
	r.Server, err = trial.Start(ctx, trial.Options{
		Program: program, Host: roomAddress.Addr().String(), Port: 8442, Run: r.near.Start, Dial: r.near.Dial,
	}, summitFile)
	return r, err
}

// Close ends the meeting, the server and the network.
func (r *room) Close() {
	if r.Server != nil {
		r.Server.Close()
	}
	for _, w := range []*lab.Wire{r.uplink, r.wire} {
		if w != nil {
			w.Close()
		}
	}
	for _, p := range []*lab.Place{r.near, r.router, r.far} {
		if p != nil {
			p.Close()
		}
	}
}
