package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"pollpush/internal/result"
)

// bindLimits binds --limit, which several commands have.
func bindLimits(f *pflag.FlagSet, texts *[]string) {
	f.StringArrayVar(texts, "limit", nil, "when a trial is suspect, and when invalid, as publish-lag=20ms:100ms: "+strings.Join(result.LimitNames(), ", "))
}

// readLimits returns the limits that the values of --limit ask for.
func readLimits(texts []string) (result.Limits, error) {
	l := result.DefaultLimits()
	for _, text := range texts {
		if err := l.Set(text); err != nil {
			return result.Limits{}, fmt.Errorf("--limit: %w", err)
		}
	}
	return l, nil
}
