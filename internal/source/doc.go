// Package source is the addresses that connections are made from.
//
// One address can have as many connections to one other as it has local ports, 28,232 on a Linux that
// nobody told otherwise. Who wants more takes more addresses: on Linux all of 127.0.0.0/8 is there for the
// asking.
package source
