package scenario_test

import (
	"reflect"
	"slices"
	"testing"

	"pollpush/internal/scenario"
)

// Whatever part of a scenario changes, exactly one flag tells.
func TestFlagsTellEveryField(t *testing.T) {
	base := scenario.Default()
	before := base.Flags()
	for i := range reflect.TypeFor[scenario.Scenario]().NumField() {
		s := base
		field := reflect.ValueOf(&s).Elem().Field(i)
		switch field.Kind() {
		case reflect.Slice:
			field.Set(field.Slice(0, 1))
		case reflect.String:
			field.SetString("other")
		case reflect.Bool:
			field.SetBool(!field.Bool())
		case reflect.Float64:
			field.SetFloat(field.Float() + 1)
		case reflect.Uint64:
			field.SetUint(field.Uint() + 1)
		default:
			field.SetInt(field.Int() + 1)
		}
		told := 0
		for j, f := range s.Flags() {
			if f != before[j] {
				told++
			}
		}
		if told != 1 {
			t.Errorf("%s: %d flags tell that it changed, want 1", reflect.TypeFor[scenario.Scenario]().Field(i).Name, told)
		}
	}
	if !slices.Contains(before, scenario.Flag{Name: "poll-interval", Value: "1s"}) ||
		!slices.Contains(before, scenario.Flag{Name: "transports", Value: "short-poll,long-poll,sse,websocket"}) {
		t.Errorf("not as they are typed: %v", before)
	}
}
