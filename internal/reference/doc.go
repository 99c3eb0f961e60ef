// Package reference writes down what there is to know of a program's interfaces, from the programs
// themselves: the fields of a result and the keys of a scenario as JSON Schemas and tables, commands and
// flags, metrics. Tests hold the files that are published to what it writes, so it is for tests alone. What
// has no description is an error.
package reference
