package host

import "github.com/prometheus/procfs"

// ListenOverflows returns how often a listen queue of this network namespace was full so far, each time a
// connection was not taken. It is nil where the kernel does not tell.
func ListenOverflows() *int64 {
	self, err := procfs.Self()
	if err != nil {
		return nil
	}
	counts, err := self.Netstat()
	if err != nil || counts.TcpExt.ListenOverflows == nil {
		return nil
	}
	n := int64(*counts.TcpExt.ListenOverflows)
	return &n
}
