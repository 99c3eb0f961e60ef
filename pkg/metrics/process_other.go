//go:build !unix

package metrics

// ProcessCPU returns zero: this system has no getrusage.
func ProcessCPU() CPU { return CPU{} }
