package compare

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/perf/benchmath"
)

// apart returns samples of n and m values of which u pairs are the wrong way round: U = u.
func apart(n, m, u int) (a, b []float64) {
	for i := range n {
		a = append(a, float64(i))
	}
	for i := range m {
		b = append(b, float64(n+i))
	}
	// Each step lifts a value of A above one more of B.
	for i := n - 1; u > 0; i-- {
		over := min(u, m)
		a[i] = float64(n+over) - 0.5 + float64(i)/1000
		u -= over
	}
	return a, b
}

// The largest U that is significant at 5 % (two-sided), as the tables of textbooks have it since Mann and
// Whitney 1947 and Auble 1953.
func TestUTestAgainstPublishedTables(t *testing.T) {
	for _, v := range []struct{ n, m, critical int }{
		{4, 4, 0}, {5, 5, 2}, {6, 6, 5}, {7, 7, 8}, {8, 8, 13}, {9, 9, 17}, {10, 10, 23}, {12, 12, 37}, {15, 15, 64}, {20, 20, 127},
		{6, 7, 6}, {6, 8, 8}, {6, 10, 11}, {7, 9, 12}, {8, 10, 17}, {5, 12, 11}, {10, 20, 55},
	} {
		if p := uTest(apart(v.n, v.m, v.critical)); p > level {
			t.Errorf("n = %d, %d, U = %d: p = %v, want it significant", v.n, v.m, v.critical, p)
		}
		if p := uTest(apart(v.n, v.m, v.critical+1)); p <= level {
			t.Errorf("n = %d, %d, U = %d: p = %v, want it not significant", v.n, v.m, v.critical+1, p)
		}
	}
	if p := uTest(apart(6, 6, 0)); math.Abs(p-2.0/924) > 1e-12 {
		t.Errorf("six against six, wholly apart: p = %v, want 2 in 924", p)
	}
}

// counted returns p by trying all ways to deal the values out.
func counted(a, b []float64) float64 {
	all := slices.Concat(a, b)
	u := func(chosen uint) float64 {
		var u float64
		for i, x := range all {
			for j, y := range all {
				switch {
				case chosen>>i&1 == 0 || chosen>>j&1 == 1:
				case x > y:
					u++
				case x == y:
					u += 0.5
				}
			}
		}
		return u
	}
	middle := float64(len(a)*len(b)) / 2
	observed := math.Abs(u(1<<len(a)-1) - middle)
	ways, hits := 0.0, 0.0
	for chosen := range uint(1) << len(all) {
		if bits.OnesCount(chosen) == len(a) {
			ways++
			if math.Abs(u(chosen)-middle) >= observed {
				hits++
			}
		}
	}
	return hits / ways
}

func TestUTestWithTies(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	draw := func(n, kinds int) []float64 {
		values := make([]float64, n)
		for i := range values {
			values[i] = float64(random.IntN(kinds))
		}
		return values
	}
	for range 200 {
		kinds := 1 + random.IntN(8)
		a, b := draw(1+random.IntN(6), kinds), draw(1+random.IntN(6), kinds)
		if got, want := uTest(a, b), counted(a, b); math.Abs(got-want) > 1e-12 {
			t.Errorf("%v, %v: p = %v, want %v", a, b, got, want)
		}
	}
	if got := uTest([]float64{1, 1, 2}, []float64{0, 0, 0, 0, 1}); math.Abs(got-3.0/56) > 1e-12 {
		t.Errorf("p = %v, want 3 in 56", got)
	}
}

// Where the library is right, and beyond the number of trials that is counted out, both say the same.
func TestUTestAgainstBenchmath(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{6, 10, 25, 26, 40, 200} {
		for range 10 {
			a, b := make([]float64, n), make([]float64, n)
			for i := range n {
				a[i], b[i] = random.NormFloat64(), 0.3+random.NormFloat64()
			}
			got := uTest(a, b)
			want := benchmath.AssumeNothing.Compare(
				benchmath.NewSample(a, &benchmath.DefaultThresholds), benchmath.NewSample(b, &benchmath.DefaultThresholds)).P
			tolerance := 1e-9
			if 2*n > exactTrials && n <= 50 {
				tolerance = 0.01 // an approximation against the exact value
			}
			if math.Abs(got-want) > tolerance {
				t.Errorf("%d trials: p = %v, the library says %v", n, got, want)
			}
		}
	}
	same := make([]float64, 40)
	if p := uTest(same, same); p != 1 {
		t.Errorf("all values equal: p = %v, want 1", p)
	}
}

// The places of the values that bound the 95 % interval of a median, as tables of order statistics have
// them (such as Conover, Practical Nonparametric Statistics).
func TestMedianInterval(t *testing.T) {
	for n, want := range map[int]int{
		1: 0, 5: 0, 6: 1, 7: 1, 8: 1, 9: 2, 10: 2, 12: 3, 15: 4, 17: 5, 20: 6, 25: 8, 30: 10, 50: 18, 100: 40, 1000: 469,
	} {
		if got := outside(n); got != want {
			t.Errorf("of %d values, the interval begins at %d, want %d", n, got, want)
		}
	}
	e := estimate([]float64{6, 1, 9, 3, 8, 2, 7, 4, 5, 10})
	if *e.Median != 5.5 || *e.Low != 2 || *e.High != 9 || e.Trials != 10 {
		t.Errorf("of 1 to 10: %v, %v to %v", *e.Median, *e.Low, *e.High)
	}
	if e := estimate([]float64{3, 1, 2, 4, 5}); *e.Median != 3 || e.Low != nil || e.High != nil {
		t.Errorf("of 1 to 5: %+v", e)
	}
	if e := estimate(nil); e.Median != nil || e.Trials != 0 {
		t.Errorf("of nothing: %+v", e)
	}
}

// An example of Holm's: four tests, of which the two strongest stay significant.
func TestHolm(t *testing.T) {
	got := holm([]float64{0.01, 0.04, 0.03, 0.005})
	for i, want := range []float64{0.03, 0.06, 0.06, 0.02} {
		if math.Abs(got[i]-want) > 1e-12 {
			t.Errorf("holm = %v", got)
			break
		}
	}
	if got := holm([]float64{0.9, 0.8}); got[0] != 1 || got[1] != 1 {
		t.Errorf("holm = %v, want no more than 1", got)
	}
}
