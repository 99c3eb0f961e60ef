// Package report shows a result: as a table for the terminal or for Markdown, with sentences that
// say what the figures say, or for programs as JSON, as CSV or as Go benchmarks. HTML is drawn
// elsewhere. It only reads the result; every figure it prints is in there or computed from what is.
package report
