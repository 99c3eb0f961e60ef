package report

import (
	"math"
	"testing"
)

// Three digits are shown of every figure, however small it is: what is not 0 is not shown as 0.
func TestSignificant(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", math.Copysign(0, -1): "0",
		0.5: "0.500", 0.12345: "0.123", 0.0174: "0.0174", 0.00012: "0.00012", -0.00012: "-0.00012", 0.000012: "1.2e-05", 5e-324: "4.94e-324",
		0.09996: "0.100", 0.9996: "1.00", 9.996: "10.0", 99.96: "100", 1.5: "1.50", 15: "15.0", 123.4: "123", 1234567.8: "1,234,568", -1234.4: "-1,234",
	} {
		if got := Significant(v); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
}
