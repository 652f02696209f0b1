// Package access says who is calling and what they may call: the secrets of
// invitation links, the credentials of the devices they are bound to, and one
// table of standing × route and message.
//
// It is pure but for the making of secrets. It does not speak HTTP, keeps
// nothing, and does not know what is being asked beyond its name: whether an
// item may start now is for package summit to decide, and what may flow to a
// seat for package plan. A call that the table lets through has only been let
// as far as the rules.
package access
