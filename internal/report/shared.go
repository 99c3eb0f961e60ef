package report

import "pollpush/internal/scenario"

// Title returns what a transport is called over its column.
func Title(t scenario.Transport) string { return title[t] }

// Name returns what a transport is called within a sentence.
func Name(t scenario.Transport) string { return within[t] }

// Percent formats a share.
func Percent(share float64) string { return percent(share) }

// Listed joins texts as a sentence does.
func Listed(texts []string) string { return listed(texts) }

// Plural returns n and a noun in the right number.
func Plural(n int64, noun string) string { return plural(n, noun) }
