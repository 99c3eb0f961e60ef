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
	for _, index := range parts(reflect.TypeFor[scenario.Scenario](), nil) {
		s := base
		field := reflect.ValueOf(&s).Elem().FieldByIndex(index)
		switch field.Kind() {
		case reflect.Slice:
			field.Set(reflect.MakeSlice(field.Type(), 1, 1))
		case reflect.String:
			field.SetString("other")
		case reflect.Bool:
			field.SetBool(!field.Bool())
		case reflect.Float64:
			field.SetFloat(field.Float() + 1)
		case reflect.Uint64:
			field.SetUint(field.Uint() + 1)
		default:
			field.SetInt(field.Int() + 1_000_000) // more than a unit
		}
		told := 0
		for j, f := range s.Flags() {
			if f != before[j] {
				told++
			}
		}
		if told != 1 {
			t.Errorf("%s: %d flags tell that it changed, want 1", reflect.TypeFor[scenario.Scenario]().FieldByIndex(index).Name, told)
		}
	}
	if !slices.Contains(before, scenario.Flag{Name: "poll-interval", Value: "1s"}) ||
		!slices.Contains(before, scenario.Flag{Name: "transports", Value: "short-poll,long-poll,sse,websocket"}) {
		t.Errorf("not as they are typed: %v", before)
	}
}

// parts returns the indices of all fields, those of structs in it included. A link's name and seed are
// no parts: the one stands for the others, and the other is the scenario's own.
func parts(of reflect.Type, prefix []int) [][]int {
	var all [][]int
	for i := range of.NumField() {
		field := of.Field(i)
		index := append(slices.Clone(prefix), i)
		switch {
		case field.Type.Kind() == reflect.Struct:
			all = append(all, parts(field.Type, index)...)
		case prefix == nil || field.Name != "Name" && field.Name != "Seed":
			all = append(all, index)
		}
	}
	return all
}
