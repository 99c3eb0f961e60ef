package result

import "time"

// Role is what a process was for.
type Role string

// The roles.
const (
	Generator Role = "generator"
	Target    Role = "target"
)

// ProcessShare is what one of several processes did in a trial. The trial's own figures are the sums over all
// whose share is in them.
type ProcessShare struct {
	Role   Role `json:"role"`
	Number int  `json:"number"`        // from 1, in its role
	PID    int  `json:"pid,omitempty"` // on this host
	// Target is the number of the target that a generator used, 0 for a target.
	Target int `json:"target,omitempty"`
	// LeftOut says why the share is not in the trial's figures; empty when it is.
	LeftOut string `json:"left_out,omitempty"`
	// Clients and Delivered are of those that the process ran, or served.
	Clients   Clients `json:"clients"`
	Delivered int64   `json:"delivered"` // messages of the window
	// Lag is the 99th percentile of how late a generator was awake, or of how late a target published.
	Lag time.Duration `json:"lag_p99_ns"`
	Process
	// Books compare what a target counted with its generators' sum; nil for a generator, and where there
	// is no balance.
	Books *Books `json:"books,omitempty"`
}

// Dials say how hard it was for the clients to connect.
type Dials struct {
	// Retried is how often a client dialed again because nobody answered.
	Retried int64 `json:"retried"`
	// ListenOverflows is how often a listen queue of this host was full meanwhile, whoever's it was; each
	// time a connection was not taken. It is nil where the kernel does not tell.
	ListenOverflows *int64 `json:"listen_overflows"`
}

func (d *Dials) add(o *Dials) *Dials {
	if d == nil || o == nil {
		return nil
	}
	return &Dials{Retried: d.Retried + o.Retried, ListenOverflows: addKnown(d.ListenOverflows, o.ListenOverflows)}
}
