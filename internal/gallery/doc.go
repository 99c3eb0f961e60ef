// Package gallery knows which charts results have: it picks the figures, says in words what is seen, and puts
// the same figures into a table behind each chart. It draws nothing, and a transport looks the same in all of
// them.
package gallery
