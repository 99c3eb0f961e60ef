package quantumleap

// Computed is what follows for a number of clients that was not measured: the rates of a crowd that was,
// multiplied. That a host would bear it is not said.
type Computed struct {
	Clients int    `json:"clients"`
	From    int    `json:"from"` // clients of the crowd that was measured
	Rates   []Rate `json:"rates"`
}

// Rate is what a variant would send.
type Rate struct {
	Variant Variant `json:"variant"`
	// These are what the Figures of a Turn are, in bits per second.
	Headers float64  `json:"headers_bits_per_second"`
	Sockets float64  `json:"sockets_bits_per_second"`
	Packets *float64 `json:"packets_bits_per_second,omitempty"`
}

// compute returns what follows for the paper's largest use case, nil when it was measured, or nothing
// was that it could follow from.
func compute(measured []Crowd) *Computed {
	from, clients := basis(measured), paperClients[len(paperClients)-1]
	if from == nil || from.Clients >= clients {
		return nil
	}
	factor := float64(clients) / float64(from.Clients)
	c := &Computed{Clients: clients, From: from.Clients}
	for _, t := range from.Turns {
		r := Rate{
			Variant: t.Variant,
			Headers: factor * t.Figures.Headers.BitsPerSecond, Sockets: factor * t.Figures.Sockets.BitsPerSecond,
		}
		if p := t.Figures.Packets; p != nil {
			bits := factor * p.BitsPerSecond
			r.Packets = &bits
		}
		c.Rates = append(c.Rates, r)
	}
	return c
}

// basis returns the largest crowd whose figures may all be used, nil when there is none.
func basis(measured []Crowd) *Crowd {
	for i := len(measured) - 1; i >= 0; i-- {
		if measured[i].sound() {
			return &measured[i]
		}
	}
	return nil
}

// sound reports whether all variants were measured, and their figures may be used.
func (c Crowd) sound() bool {
	for _, t := range c.Turns {
		if !t.sound() {
			return false
		}
	}
	return len(c.Turns) == len(Variants())
}
