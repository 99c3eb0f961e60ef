package source

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// MaxAddresses is how many addresses a list may have.
const MaxAddresses = 4096

// List is addresses of one family, each once. The zero value has none: the system chooses.
type List struct {
	text      string
	addresses []netip.Addr
}

// Parse reads addresses and ranges of them with commas in between, as 127.0.0.2-127.0.0.9,127.0.1.1. The
// empty text is the empty list.
func Parse(text string) (List, error) {
	l := List{text: strings.TrimSpace(text)}
	if l.text == "" {
		return List{}, nil
	}
	for item := range strings.SplitSeq(l.text, ",") {
		if err := l.add(strings.TrimSpace(item)); err != nil {
			return List{}, err
		}
	}
	if err := l.checkAlike(); err != nil {
		return List{}, err
	}
	return l, nil
}

// add adds an address, or a range of them.
func (l *List) add(item string) error {
	first, last, err := bounds(item)
	if err != nil {
		return err
	}
	for a := first; ; a = a.Next() {
		if len(l.addresses) == MaxAddresses {
			return fmt.Errorf("%s is more than %d addresses: name fewer", l.text, MaxAddresses)
		}
		l.addresses = append(l.addresses, a)
		if a == last {
			return nil
		}
	}
}

// bounds reads the first and the last address of a range, which may be one.
func bounds(item string) (first, last netip.Addr, err error) {
	if first, err = netip.ParseAddr(item); err == nil {
		return first.Unmap(), first.Unmap(), usable(first)
	}
	from, to, isRange := strings.Cut(item, "-")
	if first, err = netip.ParseAddr(strings.TrimSpace(from)); err == nil && isRange {
		last, err = netip.ParseAddr(strings.TrimSpace(to))
	}
	if err != nil {
		return first, last, fmt.Errorf("%q is no address and no range of them: want one like 127.0.0.2-127.0.0.9", item)
	}
	first, last = first.Unmap(), last.Unmap()
	switch {
	case first.Zone() != "" || last.Zone() != "":
		return first, last, fmt.Errorf("%s: a range has no zone: name each address", item)
	case first.Is4() != last.Is4():
		return first, last, fmt.Errorf("%s begins in one family and ends in another", item)
	case last.Less(first):
		return first, last, fmt.Errorf("%s is empty: it ends before it begins", item)
	}
	return first, last, errors.Join(usable(first), usable(last))
}

// usable refuses addresses that no connection comes from.
func usable(a netip.Addr) error {
	if a.IsUnspecified() || a.IsMulticast() {
		return fmt.Errorf("%s is no address to connect from", a)
	}
	return nil
}

// checkAlike refuses a list whose addresses are not all of one family, or not all different.
func (l List) checkAlike() error {
	sorted := slices.Clone(l.addresses)
	slices.SortFunc(sorted, netip.Addr.Compare)
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			return fmt.Errorf("%s is named twice: name each address once", sorted[i])
		}
	}
	if a, b := sorted[0], sorted[len(sorted)-1]; a.Is4() != b.Is4() {
		return fmt.Errorf("%s and %s are of two families, and a target is reached over one: name addresses of one", a, b)
	}
	return nil
}

// Len returns how many addresses there are.
func (l List) Len() int { return len(l.addresses) }

// IsIPv6 reports whether they are IPv6 addresses.
func (l List) IsIPv6() bool { return l.Len() > 0 && l.addresses[0].Is6() }

// String returns what Parse read.
func (l List) String() string { return l.text }

// MarshalText implements encoding.TextMarshaler.
func (l List) MarshalText() ([]byte, error) { return []byte(l.text), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (l *List) UnmarshalText(text []byte) error {
	read, err := Parse(string(text))
	*l = read
	return err
}
