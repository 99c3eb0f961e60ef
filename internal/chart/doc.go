// Package chart draws charts as SVG, as text that stays text, and as PNG. It is pure: the same data give the
// same bytes. A chart says nothing by colour alone: lines have marks and dashes, bars have hatches and
// their value beside them. An SVG has its colours for a light and for a dark surface; a PNG is light.
package chart
