// Package greenroom judges the test of a seat's line: what the server has
// measured of the path and what the seat's browser has found out about its
// devices become one colour, one sentence and the remarks behind it. It keeps
// each seat's last result, so that the technician finds it days later.
//
// It does not measure anything, opens no connection and knows no screen: the
// sentences stand in the catalogues under its codes. A result never decides
// whether somebody may enter.
package greenroom
