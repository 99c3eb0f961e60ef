//go:build !unix

package host

// OpenFiles returns a number that limits nothing: this system has no such limit.
func OpenFiles() uint64 { return 1 << 30 }

func openFiles() (soft, hard uint64) { return 0, 0 }

func kernel() string { return "" }
