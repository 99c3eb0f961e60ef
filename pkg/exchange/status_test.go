package exchange_test

import (
	"strings"
	"testing"

	"pollpush/pkg/exchange"
)

func TestStatusError(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   string
	}{
		{404, "", "status 404 Not Found"},
		{404, "topic 9 is not here\n", "status 404 Not Found: topic 9 is not here"},
		{400, "\n first \nsecond\n", "status 400 Bad Request: first "},
		{502, "<html>\r\n<body>", "status 502 Bad Gateway: <html>\r"},
		{500, "\xff!", "status 500 Internal Server Error: ?!"},
		{999, "x", "status 999 : x"},
		{500, strings.Repeat("é", 150), "status 500 Internal Server Error: " + strings.Repeat("é", 100)},
		{500, "x" + strings.Repeat("é", 150), "status 500 Internal Server Error: x" + strings.Repeat("é", 99) + "?"},
	} {
		if got := exchange.NewStatusError(c.status, []byte(c.body)).Error(); got != c.want {
			t.Errorf("%d %.20q: %q, want %q", c.status, c.body, got, c.want)
		}
	}
}
