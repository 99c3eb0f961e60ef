package metric

// dimension is what units can be of: a threshold must be of the metric's own.
type dimension string

const (
	duration dimension = "a time"
	size     dimension = "a number of bytes"
	rate     dimension = "a number per second"
	number   dimension = "a number"
)

// Unit is what a figure is shown in.
type Unit struct {
	Name      string // empty for a bare number
	size      float64
	dimension dimension
}

// The units of the table. Durations count in nanoseconds.
var (
	milliseconds = Unit{"ms", 1e6, duration}
	bytes        = Unit{"B", 1, size}
	megabytes    = Unit{"MB", 1e6, size}
	bare         = Unit{"", 1, number}
	perSecond    = Unit{"/s", 1, rate}
)

// written are the units that a threshold may be written in. The micro sign and the Greek letter are two
// characters that look the same.
var written = []Unit{
	{"ns", 1, duration}, {"us", 1e3, duration}, {"µs", 1e3, duration}, {"μs", 1e3, duration}, milliseconds, {"s", 1e9, duration},
	bytes, {"kB", 1e3, size}, megabytes, {"GB", 1e9, size},
	perSecond,
}

// after puts the unit behind a figure.
func (u Unit) after(figure string) string {
	if u.Name == "" || u == perSecond {
		return figure + u.Name
	}
	return figure + " " + u.Name
}

// Base names what values of the unit's dimension are stored in.
func (u Unit) Base() string {
	switch u.dimension {
	case duration:
		return "ns"
	case size:
		return "B"
	case rate, number:
	}
	return u.Name
}
