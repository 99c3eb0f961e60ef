package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"pollpush/pkg/clock"
)

// numbers are the extremes that MinPayload has to leave room for, and one in between.
var numbers = []struct {
	seq uint64
	due clock.Instant
}{
	{1, 0},
	{123_456, 7_890_123_456_789},
	{math.MaxUint64, math.MaxInt64},
}

func sizes() []int {
	s := []int{1000, math.MaxUint16, MaxPayload}
	for size := MinPayload; size <= MinPayload+40; size++ { // where padding begins to fit
		s = append(s, size)
	}
	return s
}

func TestEncodeMakesExactlySizeBytesOfJSON(t *testing.T) {
	for _, size := range sizes() {
		for _, n := range numbers {
			raw, err := encode(n.seq, n.due, size)
			if err != nil {
				t.Fatalf("encode(%d, %d, %d): %v", n.seq, n.due, size, err)
			}
			if len(raw) != size {
				t.Errorf("encode(%d, %d, %d) made %d bytes", n.seq, n.due, size, len(raw))
			}
			var object struct {
				Seq uint64        `json:"seq"`
				Due clock.Instant `json:"due"`
				Pad string        `json:"pad"`
			}
			d := json.NewDecoder(bytes.NewReader(raw))
			d.DisallowUnknownFields()
			if err := d.Decode(&object); err != nil || object.Seq != n.seq || object.Due != n.due {
				t.Errorf("size %d: JSON says %d, %d, %v; want %d, %d", size, object.Seq, object.Due, err, n.seq, n.due)
			}
			m, err := Decode(raw)
			if err != nil || m.Seq != n.seq || m.Due != n.due || &m.Raw[0] != &raw[0] || len(m.Raw) != size {
				t.Errorf("size %d: decoded %d, %d, %d bytes, %v; want %d, %d and the same bytes", size, m.Seq, m.Due, len(m.Raw), err, n.seq, n.due)
			}
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	for _, c := range []struct {
		due  clock.Instant
		size int
	}{
		{0, 0}, {0, -1}, {0, MinPayload - 1}, {0, MaxPayload + 1}, {-1, MinPayload},
	} {
		if raw, err := encode(1, c.due, c.size); err == nil {
			t.Errorf("encode(1, %d, %d) = %.60s, want an error", c.due, c.size, raw)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, raw := range []string{
		``, `{}`, `{"seq":`, `{"seq":1`, `{"seq":1}`, `{"seq":1,"due":2`, `{"seq":1,"due":}`,
		`{"due":2,"seq":1}`, `[{"seq":1,"due":2}]`, `{"missed":1,"next":2}`,
		`{"seq":-1,"due":2}`, `{"seq":1,"due":-2}`, `{"seq":"1","due":2}`, ` {"seq":1,"due":2}`,
		`{"seq":18446744073709551616,"due":2}`, // one more than fits
		`{"seq":1,"due":9223372036854775808}`,
		`{"seq":01,"due":2}`, // RFC 8259 section 6 knows no leading zero
		`{"seq":1,"due":02}`,
		`{"seq":1,"due":2.5}`, // a number goes on after its digits: reading 2 would be wrong
		`{"seq":1,"due":2e9}`,
		`{"seq":1,"due":2"}`,
	} {
		if m, err := Decode([]byte(raw)); !errors.Is(err, ErrNotMessage) {
			t.Errorf("Decode(%s) = %d, %d, %v; want ErrNotMessage", raw, m.Seq, m.Due, err)
		}
	}
}

func TestDecodeLooksAtTheTwoFieldsOnly(t *testing.T) {
	for _, raw := range []string{
		`{"seq":7,"due":8}`, `{"seq":7,"due":8   }`, "{\"seq\":7,\"due\":8\n}",
		`{"seq":7,"due":8,"pad":"}"}`, `{"seq":7,"due":8,"from":{"any":["body"]}}`,
	} {
		m, err := Decode([]byte(raw))
		if err != nil || m.Seq != 7 || m.Due != 8 {
			t.Errorf("Decode(%s) = %d, %d, %v; want 7, 8", raw, m.Seq, m.Due, err)
		}
	}
}

// firstTwo reads sequence number and due time with encoding/json, the oracle. A token at a time,
// because a struct would take the last of several fields of one name, and Decode takes the first.
func firstTwo(raw []byte) (seq uint64, due int64, ok bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var tokens [5]json.Token
	for i := range tokens {
		tokens[i], _ = d.Token()
	}
	s, _ := tokens[2].(json.Number)
	u, _ := tokens[4].(json.Number)
	seq, errSeq := strconv.ParseUint(s.String(), 10, 64)
	due, errDue := strconv.ParseInt(u.String(), 10, 64)
	ok = tokens[0] == json.Delim('{') && tokens[1] == "seq" && tokens[3] == "due" && errSeq == nil && errDue == nil
	return seq, due, ok
}

// For every JSON text, Decode accepts exactly what starts as encode writes it, and reads the same
// numbers as encoding/json.
func FuzzDecode(f *testing.F) {
	for _, n := range numbers {
		raw, _ := encode(n.seq, n.due, MinPayload+len(padField))
		f.Add(raw)
	}
	f.Add([]byte(`{"seq":1,"due":2e3}`))
	f.Add([]byte(`{"seq":1,"due":2,"seq":3}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := Decode(raw)
		if !json.Valid(raw) || !bytes.HasSuffix(raw, []byte("}")) {
			return
		}
		seq, due, ok := firstTwo(raw)
		ok = ok && strings.HasPrefix(string(raw), fmt.Sprintf(`{"seq":%d,"due":%d`, seq, due))
		if ok != (err == nil) {
			t.Fatalf("Decode(%s): %v, but encoding/json reads %d, %d, %t", raw, err, seq, due, ok)
		}
		if ok && (m.Seq != seq || int64(m.Due) != due) {
			t.Fatalf("Decode(%s) = %d, %d; encoding/json reads %d, %d", raw, m.Seq, m.Due, seq, due)
		}
	})
}

// The decoder stands between a read and the next one: garbage there is generator lag.
func TestDecodeAllocatesNothing(t *testing.T) {
	raw, _ := encode(math.MaxUint64, math.MaxInt64, 300)
	if n := testing.AllocsPerRun(100, func() { _, _ = Decode(raw) }); n != 0 {
		t.Errorf("%v allocations a message, want 0", n)
	}
}

func BenchmarkDecode(b *testing.B) {
	raw, _ := encode(123_456, 7_890_123_456_789, 128)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = Decode(raw)
	}
}
