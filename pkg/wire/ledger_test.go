package wire_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"pollpush/pkg/wire"
)

// fill sets every number in v, each to twice the one before it, so that no two sums of different
// fields are equal. It walks by reflection: a field that is added later is covered.
func fill(t *testing.T, v reflect.Value, next *int64) {
	t.Helper()
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), next)
		}
	case reflect.Int64:
		v.SetInt(*next)
		*next *= 2
	default:
		t.Fatalf("a ledger holds a %s: teach this test how to fill it", v.Type())
	}
}

func filled[T any](t *testing.T, first int64) (v T) {
	t.Helper()
	fill(t, reflect.ValueOf(&v).Elem(), &first)
	return v
}

func TestAddCoversEveryField(t *testing.T) {
	one, two := filled[wire.Ledger](t, 1), filled[wire.Ledger](t, 2)
	if one.Add(one) != two {
		t.Errorf("doubled:\n%+v, want\n%+v", one.Add(one), two)
	}
	if four := filled[wire.Ledger](t, 4); one.Add(two).Add(one) != four {
		t.Errorf("1+2+1:\n%+v, want\n%+v", one.Add(two).Add(one), four)
	}
	if zero := (wire.Ledger{}); one.Add(zero) != one || zero.Add(one) != one {
		t.Errorf("the zero value is not neutral: %+v", one.Add(zero))
	}
}

// Every field of Bytes is a layer, except for Control, which is a part of Framing.
func TestSocketIsTheSumOfTheLayers(t *testing.T) {
	b := filled[wire.Bytes](t, 1)
	var want int64
	for i := range reflect.TypeFor[wire.Bytes]().NumField() {
		if reflect.TypeFor[wire.Bytes]().Field(i).Name != "Control" {
			want += reflect.ValueOf(b).Field(i).Int()
		}
	}
	if b.Socket() != want {
		t.Errorf("socket bytes %b of %+v, want %b", b.Socket(), b, want)
	}
	l := wire.Ledger{Up: b, Down: filled[wire.Bytes](t, 64)}
	if l.Socket() != want+64*want {
		t.Errorf("socket bytes of both directions %d, want %d", l.Socket(), want+64*want)
	}
}

func TestBytesJSON(t *testing.T) {
	text, err := json.Marshal(filled[wire.Bytes](t, 1))
	want := `{"payload_bytes":1,"framing_bytes":2,"header_bytes":4,"handshake_bytes":8,"tls_bytes":16,"socket_bytes":31,"control_bytes":32}`
	if err != nil || string(text) != want {
		t.Errorf("%s, %v; want\n%s", text, err, want)
	}
	var b wire.Bytes
	if err := json.Unmarshal([]byte(`{"payload_bytes":5,"socket_bytes":99}`), &b); err != nil || b.Socket() != 5 {
		t.Errorf("a stored sum of 99 over 5 was read as %d, %v; want 5 computed anew", b.Socket(), err)
	}
	if err := json.Unmarshal([]byte(`{"payload_bytes":"5"}`), &b); err == nil {
		t.Error("a string was read as a number of bytes")
	}
}

func TestLedgerJSONRoundTrip(t *testing.T) {
	want := filled[wire.Ledger](t, 1)
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got wire.Ledger
	if err := json.Unmarshal(text, &got); err != nil || got != want {
		t.Errorf("read back %+v, %v; want %+v", got, err, want)
	}
}
