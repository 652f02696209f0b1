// Package certificate has the server's certificate ready: from a local
// authority that it keeps itself, from a public one through ACME, or from files
// that somebody else renews. No browser gives a camera to a page without one.
//
// It does not listen, redirect or explain itself to visitors: package web
// serves the page on which the local authority's root is offered.
package certificate
