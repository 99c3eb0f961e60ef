//go:build !unix

package host

// OpenFiles returns a number that limits nothing: this system has no such limit.
func OpenFiles() uint64 { return Unlimited }

func openFiles() (soft, hard uint64) { return 0, 0 } // it has no such limit

func kernel() string { return "" }
