// Package wire counts what crosses a connection.
//
// A Meter counts the bytes of one net.Conn as the socket saw them. A Ledger is what a client made
// of them: exchanges, frames, and bytes split by layer. The two are counted independently, and
// must agree to the byte: a difference is a defect, never a tolerance.
package wire
