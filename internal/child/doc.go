// Package child runs this program again as a child process that cannot outlive its parent, and a target in one.
//
// Server and generator must not share a process, or neither's processor time and memory is its own.
// The parent runs its own program again; the child reads its configuration from the first line of
// its standard input, answers with its addresses on standard output, and serves until its standard
// input ends. The kernel closes that pipe when the parent ends, whatever ends it.
package child
