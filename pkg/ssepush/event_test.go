package ssepush

import (
	"math"
	"testing"
)

func TestAppendEvent(t *testing.T) {
	for _, c := range []struct {
		id   uint64
		typ  string
		data string
		want string
	}{
		{1, "", `{"seq":1}`, "id: 1\ndata: {\"seq\":1}\n\n"},
		{0, "", "", "id: 0\ndata: \n\n"},
		{math.MaxUint64, "gap", "x", "id: 18446744073709551615\nevent: gap\ndata: x\n\n"},
		// A line of data for each line of the payload, whichever of the three line ends it has.
		{2, "", "a\nb\rc\r\nd", "id: 2\ndata: a\ndata: b\ndata: c\ndata: d\n\n"},
		{3, "", "\n", "id: 3\ndata: \ndata: \n\n"},
		{4, "", "a\n\n\rb\r", "id: 4\ndata: a\ndata: \ndata: \ndata: b\ndata: \n\n"},
		{5, "", " : id: 6", "id: 5\ndata:  : id: 6\n\n"},
	} {
		if got := appendEvent([]byte("before"), c.id, c.typ, []byte(c.data)); string(got) != "before"+c.want {
			t.Errorf("event %d of %q:\n%q, want\n%q", c.id, c.data, got, "before"+c.want)
		}
	}
}

// What facts say of a one-line event: framing is a fixed number of bytes beside the id.
func TestFramingOfAOneLineEvent(t *testing.T) {
	const payload = `{"seq":17,"due":2}`
	const want = len("id: ") + len("17") + len("\n") + len("data: ") + len("\n\n")
	if got := len(appendEvent(nil, 17, "", []byte(payload))) - len(payload); got != want {
		t.Errorf("%d bytes of framing, want %d", got, want)
	}
}
