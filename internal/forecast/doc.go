// Package forecast asks the model what a scenario would cost at a scale that nobody has to build
// first: how late messages arrive, what crosses the wire, and, from the processor time and the memory of a
// stored result, what the server would need. Nothing is measured, so every figure is computed, and what
// was measured at another scale is marked as extrapolated.
package forecast
