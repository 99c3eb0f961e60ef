package report

import "pollpush/internal/result"

// Parts are what Write shows of a result in English, for those who lay it out otherwise. Nothing in them is escaped.
type Parts struct {
	Incomplete string   // how much of the run is there; empty when all of it is
	Columns    []string // the transports, over the cells
	Rows       []Row
	Groups     Grid // of the scenario; it has no rows where there are none
	// Summary is what the figures say, Reasons why trials are not valid, Conditions what was measured, and on
	// what: sentences.
	Summary, Reasons, Conditions []string
}

// Row is a row of the table.
type Row struct {
	Label string
	Cells []string // none in a heading
}

// Take returns the parts of a result.
func Take(r result.Result) (Parts, error) {
	cs, err := columns(r)
	if err != nil {
		return Parts{}, err
	}
	in := &english
	p := Parts{Incomplete: in.incompleteOf(r), Summary: in.summary(cs), Reasons: in.reasons(r), Conditions: in.conditionsOf(r)}
	asIs := func(text string) string { return text }
	if g, err := in.groupsTable(r, asIs); err != nil {
		return Parts{}, err
	} else if len(g.Rows) > 1 {
		p.Groups = g
	}
	if len(cs) == 0 {
		return p, nil
	}
	for _, c := range cs {
		p.Columns = append(p.Columns, in.titleOf(c.transport))
	}
	for _, row := range chosen(nil, r.Scenario, cs) {
		p.Rows = append(p.Rows, row.part(in, cs))
	}
	return p, nil
}

// part returns a row of the table.
func (r row) part(in *words, cs []column) Row {
	part := Row{Label: in.labels[r.name]}
	if r.heads() {
		return part
	}
	for _, c := range cs {
		text := in.verdict(c)
		if r.name != verdictRow {
			text = r.cell(c)
		}
		part.Cells = append(part.Cells, text)
	}
	return part
}
