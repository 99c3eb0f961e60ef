package reference

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"pollpush/internal/scenariofile"
)

// described is a struct that this package's source, tests included, describes.
type described struct {
	// Late is how late it was, nil when nobody knows.
	Late *time.Duration `json:"late_ns"`
	Bare int            `json:"bare"`
}

// wild is one that nobody can describe.
type wild struct {
	// Anything goes.
	Anything map[string]any `json:"anything"`
}

// A field without a comment is an error that names it, and so is one that JSON has no name for.
func TestFieldsNeedADescription(t *testing.T) {
	structs, err := Structs("../..", reflect.TypeFor[described]())
	if err == nil || !strings.Contains(err.Error(), "described.Bare has no description") || strings.Contains(err.Error(), "Late") {
		t.Errorf("%v", err)
	}
	want := Field{Name: "late_ns", Doc: "How late it was, null when nobody knows.", Unit: "nanoseconds", Type: "integer", Null: true}
	if got := structs[0].Fields[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if _, err := Structs("../..", reflect.TypeFor[wild]()); err == nil || !strings.Contains(err.Error(), "say in typeOf what it is") {
		t.Errorf("%v", err)
	}
}

// A key of a scenario that is no flag, or has no description, is an error.
func TestKeysNeedAFlag(t *testing.T) {
	words := func(string) ([]string, bool) { return nil, false }
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.Int("clients", 1, "")
	for name, want := range map[string]string{"groups": "the key groups is no flag", "clients": "--clients has no description"} {
		if _, err := Keys([]scenariofile.Key{{Name: name}}, flags, words); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}
