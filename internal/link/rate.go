package link

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// Rate is a bandwidth in bit/s. The zero value means no limit. It is a flag's value (pflag.Value).
type Rate int64

// Units of rates. They are decimal, as those of networks are.
const (
	Bit  Rate = 1
	Kbit      = 1000 * Bit
	Mbit      = 1000 * Kbit
	Gbit      = 1000 * Mbit
)

// units are the suffixes of a rate, the largest first.
var units = []struct {
	suffix string
	rate   Rate
}{{"gbit", Gbit}, {"mbit", Mbit}, {"kbit", Kbit}}

// ParseRate reads a rate such as 2mbit or 1.5mbit; 0 is no limit.
func ParseRate(text string) (Rate, error) {
	if text == "0" {
		return 0, nil
	}
	for _, u := range units {
		number, ok := strings.CutSuffix(text, u.suffix)
		if !ok {
			continue
		}
		if strings.Trim(number, "0123456789.") != "" {
			break // ParseFloat knows more numbers than anybody would want here
		}
		v, err := strconv.ParseFloat(number, 64)
		if err != nil || v > float64(1000*MaxRate) { // beyond that it would not fit
			break
		}
		return Rate(v*float64(u.rate) + 0.5), nil
	}
	return 0, fmt.Errorf("%q is no rate: want a number and kbit, mbit or gbit, as in 10mbit, or 0 for no limit", text)
}

// String returns the rate in the largest unit that gives a whole number.
func (r Rate) String() string {
	for _, u := range units {
		if r != 0 && r%u.rate == 0 {
			return strconv.FormatInt(int64(r/u.rate), 10) + u.suffix
		}
	}
	if r == 0 {
		return "0"
	}
	return strconv.FormatFloat(float64(r)/float64(Kbit), 'f', -1, 64) + "kbit"
}

// Set sets the rate to what a flag says.
func (r *Rate) Set(text string) error {
	v, err := ParseRate(text)
	if err == nil {
		*r = v
	}
	return err
}

// Type says what a flag wants.
func (Rate) Type() string { return "rate" }

// serialisation returns how long sending so many bytes takes at the rate, which is not 0.
func (r Rate) serialisation(bytes uint64) time.Duration {
	seconds, rest := 8*bytes/uint64(r), 8*bytes%uint64(r)
	high, low := bits.Mul64(rest, uint64(time.Second))
	nanoseconds, _ := bits.Div64(high, low, uint64(r))
	return time.Duration(seconds)*time.Second + time.Duration(nanoseconds)
}
