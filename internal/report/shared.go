package report

import "pollpush/internal/scenario"

// Title returns what a transport is called over its column, in English: one that is not known, as the result calls it.
func Title(t scenario.Transport) string { return english.titleOf(t) }

// Name returns what a transport is called within a sentence, in English.
func Name(t scenario.Transport) string { return english.within[t] }

// Label returns what a figure is called by itself, in English and with its unit.
func Label(figure string) string { return english.full(figure) }

// Percent formats a share.
func Percent(share float64) string { return percent(share) }

// Listed joins texts as an English sentence does.
func Listed(texts []string) string { return english.list(texts) }

// Plural returns n and an English noun in the right number.
func Plural(n int64, noun string) string { return count{"%s " + noun, "%s " + noun + "s"}.of(n) }
