// Package metrics is how figures are kept and shown while they grow: latency histograms that merge
// exactly, and the Prometheus collectors of target and bench.
package metrics
