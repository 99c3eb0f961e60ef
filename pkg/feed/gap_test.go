package feed_test

import (
	"encoding/json"
	"math"
	"testing"

	"pollpush/pkg/feed"
)

func TestGapRoundTrip(t *testing.T) {
	for _, c := range []struct {
		gap  feed.Gap
		text string
	}{
		{feed.Gap{Missed: 1, Next: 2}, `{"missed":1,"next":2}`},
		{feed.Gap{Missed: 12, Next: 345}, `{"missed":12,"next":345}`},
		{feed.Gap{Missed: math.MaxUint64 - 1, Next: math.MaxUint64}, `{"missed":18446744073709551614,"next":18446744073709551615}`},
	} {
		if got := feed.AppendGap([]byte("["), c.gap); string(got) != "["+c.text {
			t.Errorf("AppendGap(%+v) = %s, want [%s", c.gap, got, c.text)
		}
		if got, ok := feed.DecodeGap([]byte(c.text)); !ok || got != c.gap {
			t.Errorf("DecodeGap(%s) = %+v, %t; want %+v", c.text, got, ok, c.gap)
		}
	}
}

func TestDecodeGapRefuses(t *testing.T) {
	for _, text := range []string{
		``, `{}`, `{"missed":1}`, `{"missed":1,"next":2`, `{"missed":1,"next":2} `, `{"missed":1,"next":2,"x":3}`,
		`{"missed":,"next":2}`, `{"missed":1,"next":}`, `{"missed":-1,"next":2}`, `{"missed":01,"next":2}`,
		`{"missed":1,"next":18446744073709551616}`, `{"seq":1,"due":2}`,
		`{"missed":2,"next":2}`, // messages are numbered from 1: after 2 missed ones comes 3 at the least
	} {
		if g, ok := feed.DecodeGap([]byte(text)); ok {
			t.Errorf("DecodeGap(%s) = %+v, want a refusal", text, g)
		}
	}
}

// DecodeGap accepts exactly the bytes that AppendGap makes: there is one form, on every transport.
func FuzzDecodeGap(f *testing.F) {
	f.Add([]byte(`{"missed":1,"next":2}`))
	f.Add([]byte(`{"missed":07,"next":9}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var object struct{ Missed, Next uint64 }
		valid := json.Unmarshal(text, &object) == nil && object.Missed < object.Next
		want := valid && string(feed.AppendGap(nil, feed.Gap(object))) == string(text)
		got, ok := feed.DecodeGap(text)
		if ok != want || ok && got != feed.Gap(object) {
			t.Fatalf("DecodeGap(%s) = %+v, %t; encoding/json reads %+v, %t", text, got, ok, object, want)
		}
	})
}

func TestBatchGap(t *testing.T) {
	if g, ok := (feed.Batch{}).Gap(41); ok {
		t.Errorf("a batch that misses nothing has the gap %+v", g)
	}
	want := feed.Gap{Missed: 3, Next: 45} // 42, 43 and 44 are gone
	if g, ok := (feed.Batch{Missed: 3}).Gap(41); !ok || g != want {
		t.Errorf("gap of 3 after 41 = %+v, %t; want %+v", g, ok, want)
	}
}
