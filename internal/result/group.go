package result

import (
	"slices"

	"pollpush/internal/scenario"
)

// Group is what one of the scenario's groups of clients had of a trial. The groups of a trial add up to it. What
// the server used has no parts: it is the whole target's.
type Group struct {
	Name      string             `json:"name"`      // as the scenario has it
	Transport scenario.Transport `json:"transport"` // what it followed over
	Clients   Clients            `json:"clients"`
	Messages  Messages           `json:"messages"` // its deliveries; published is the trial's: all groups follow the same messages
	Latency   Distribution       `json:"latency"`  // how late they arrived
	Wire      Wire               `json:"wire"`     // its bytes, without packets, which are not told apart
	// Predicted is what the model expects of the group, as in Trial.
	Predicted *Prediction `json:"predicted,omitempty"`
}

// mergeGroups takes the groups of several trials together, each with those of its name. It returns none where
// the trials have different ones.
func mergeGroups(trials []Trial) ([]Group, error) {
	merged := slices.Clone(trials[0].Groups)
	for _, t := range trials[1:] {
		if len(t.Groups) != len(merged) {
			return nil, nil
		}
		for i, g := range t.Groups {
			if g.Name != merged[i].Name || g.Transport != merged[i].Transport {
				return nil, nil
			}
			merged[i].add(g)
		}
	}
	for i := range merged {
		var err error
		merged[i].Latency, err = mergeDistributions(trials, func(t *Trial) *Distribution { return &t.Groups[i].Latency })
		if err != nil {
			return nil, err
		}
		merged[i].Predicted = predictionOf(trials, func(t *Trial) share {
			g := &t.Groups[i]
			return share{g.Predicted, g.Latency.Count, g.Wire.Window}
		})
	}
	return merged, nil
}

// add adds everything but the distribution and what is predicted.
func (g *Group) add(o Group) {
	g.Clients = g.Clients.add(o.Clients)
	g.Messages = g.Messages.add(o.Messages)
	g.Wire = g.Wire.add(o.Wire)
}
