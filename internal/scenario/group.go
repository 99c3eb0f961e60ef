package scenario

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"pollpush/internal/link"
)

// Mixed names the trials of a run whose groups have transports of their own: all of these at the same time,
// against one target. It is no transport.
const Mixed Transport = "mixed"

// MaxGroups is how many groups a scenario may have: more fit no page.
const MaxGroups = 20

// Group is a share of the clients that differs from the others by what it follows over. All groups take part in
// the same trial.
type Group struct {
	Name      string       `json:"name"`                // what it is called
	Share     Share        `json:"share_basis_points"`  // its part of the clients, in hundredths of a percent
	Transport Transport    `json:"transport,omitempty"` // what it follows over; absent for that of the trial
	Headers   string       `json:"headers"`             // the name of the header profile
	Link      link.Profile `json:"link"`                // what is emulated between these clients and the target
}

// groupName is what a group may be called.
var groupName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// Validate returns the first thing about the group by itself that cannot be.
func (g Group) Validate() error {
	switch {
	case !groupName.MatchString(g.Name):
		return fmt.Errorf("groups: %.80q is no name for a group: want small letters, digits and hyphens, 40 at most", g.Name)
	case g.Share < 1 || g.Share > whole:
		return fmt.Errorf("groups: %s has a share of %s: want more than 0 %% and at most 100 %%", g.Name, g.Share)
	case g.Transport != "" && !slices.Contains(Transports(), g.Transport):
		return fmt.Errorf("groups: the transport %.80q of %s is unknown: want %s", g.Transport, g.Name, list(Transports()))
	}
	if err := g.Link.Validate(); err != nil {
		return fmt.Errorf("groups: %s: %w", g.Name, err)
	}
	return nil
}

func checkGroups(s Scenario) error {
	if len(s.Groups) > MaxGroups {
		return fmt.Errorf("groups: %d are more than a run may have: leave %d at most", len(s.Groups), MaxGroups)
	}
	var sum Share
	for i, g := range s.Groups {
		if err := g.Validate(); err != nil {
			return err
		}
		if slices.ContainsFunc(s.Groups[:i], func(o Group) bool { return o.Name == g.Name }) {
			return fmt.Errorf("groups: there are two called %s: give one of them another name", g.Name)
		}
		if (g.Transport == "") != (s.Groups[0].Transport == "") {
			return errors.New("groups: some name a transport and some do not: name one for each, or for none of them")
		}
		sum += g.Share
	}
	if len(s.Groups) > 0 && sum != whole {
		return fmt.Errorf("groups: the shares add up to %s: make that 100 %%", sum)
	}
	for i, n := range s.members() {
		if n == 0 {
			return fmt.Errorf("groups: %s of %s is nobody: raise --clients, or the share of %s", s.Groups[i].Share, plural(s.Peak(), "client"), s.Groups[i].Name)
		}
	}
	return nil
}

// Mixes reports whether groups have transports of their own.
func (s Scenario) Mixes() bool { return len(s.Groups) > 0 && s.Groups[0].Transport != "" }

// Uses reports whether any client follows over a transport.
func (s Scenario) Uses(t Transport) bool {
	return slices.Contains(s.Transports, t) || slices.ContainsFunc(s.Groups, func(g Group) bool { return g.Transport == t })
}

// Deal returns which group each client of trial k belongs to, by its place in Groups; all are 0 without groups.
// Clients are shared out by the largest remainder, and shuffled by the seed: so a client's group has nothing to do
// with its topic, and is the same for every transport.
func (s Scenario) Deal(trial int) []int {
	dealt := make([]int, 0, s.Peak())
	for i, n := range s.members() {
		dealt = append(dealt, slices.Repeat([]int{i}, n)...)
	}
	if len(s.Groups) == 0 {
		return dealt[:cap(dealt)]
	}
	random := rand.New(rand.NewPCG(derive(s.Seed, trial, forGroups), forGroups))
	random.Shuffle(len(dealt), func(i, j int) { dealt[i], dealt[j] = dealt[j], dealt[i] })
	return dealt
}

// members returns how many clients each group gets.
func (s Scenario) members() []int {
	clients := s.Peak()
	counts, order, left := make([]int, len(s.Groups)), make([]int, len(s.Groups)), clients
	for i, g := range s.Groups {
		order[i], counts[i] = i, clients*int(g.Share)/int(whole)
		left -= counts[i]
	}
	remainder := func(i int) int { return clients * int(s.Groups[i].Share) % int(whole) }
	slices.SortStableFunc(order, func(i, j int) int { return remainder(j) - remainder(i) })
	for _, i := range order[:min(max(left, 0), len(order))] {
		counts[i]++
	}
	return counts
}

// String returns the group as Flags shows it.
func (g Group) String() string {
	parts := []string{g.Name, g.Share.String()}
	if g.Transport != "" {
		parts = append(parts, string(g.Transport))
	}
	return strings.Join(append(parts, "headers", g.Headers, "rtt", g.Link.RTT.String(), "jitter", g.Link.Jitter.String(),
		"down", g.Link.Down.String(), "up", g.Link.Up.String()), " ")
}
