// Package web is the server's HTTP side: one handler, one file. It checks who
// is calling, asks the table of package access whether they may, and hands the
// call to whoever does the work, through the small interfaces in needs.go.
//
// It does not decide what a summit's rules are, does not see media (it carries
// offers and answers as text), and keeps nothing but what is connected now. It
// cannot reach the switchboard or the journal: a handler that could would be a
// way round the plan.
package web
