//go:build !linux

// Command network shows what Liqa does on bad networks, between the network
// namespaces of Linux. On other systems it does nothing.
package main

import "fmt"

func main() { fmt.Println("network: not run: network namespaces are Linux's") }
