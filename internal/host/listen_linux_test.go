package host_test

import (
	"testing"

	"pollpush/internal/host"
)

// The count is there on Linux, and only grows.
func TestListenOverflows(t *testing.T) {
	before, after := host.ListenOverflows(), host.ListenOverflows()
	if before == nil || after == nil || *before < 0 || *after < *before {
		t.Errorf("%v, then %v", before, after)
	}
}
