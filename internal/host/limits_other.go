//go:build !unix

package host

// OpenFiles returns a number that limits nothing: this system has no such limit.
func OpenFiles() uint64 { return 1 << 30 }

func kernel() string { return "" }
