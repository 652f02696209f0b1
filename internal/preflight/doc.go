// Package preflight says in words what would not work if the server were
// started with a configuration on this machine, now: ports, addresses, the
// clock, the disk, the certificate. Each finding names its remedy.
//
// It changes nothing that stays (what it writes to try the disk it removes),
// and knows nothing of summits.
package preflight
