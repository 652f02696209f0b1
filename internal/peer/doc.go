// Package peer is the server's end of a WebRTC connection. A [Gate] holds one
// UDP port and one TCP port for everybody; [Gate.Ingest] answers a WHIP offer
// (RFC 9725) and feeds what it sends into the switchboard, [Gate.Serve]
// answers a WHEP offer with a fixed [Template] of slots and sends what the
// switchboard puts into them. A connection is negotiated once and never again.
//
// It speaks ICE as a lite agent (RFC 8445 §2.5): it answers connectivity
// checks that carry the right password and never sends a packet to an address
// that has not proved it by such a check, so it cannot be made to knock at
// other people's doors, and host names that only the sender's own network can
// resolve (mDNS) do it no harm. DTLS and SRTP are pion's.
//
// It is not signalling: who may publish or receive, HTTP and its limits are
// the caller's. It does not choose what flows in a slot, keep packets or
// rewrite them: the switchboard does. It does not transcode.
package peer
