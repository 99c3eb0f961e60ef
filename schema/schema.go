// Package schema holds the JSON Schemas (draft 2020-12) of what pollpush writes and reads. They are made from
// the code: see internal/reference.
package schema

import _ "embed" // for the schemas

// Result is the schema of what bench run --out writes.
//
//go:embed result.json
var Result string

// Scenario is the schema of what bench run --scenario reads.
//
//go:embed scenario.json
var Scenario string
