package compare

import (
	"encoding/json"

	"pollpush/internal/metric"
)

// MarshalJSON writes the figure with the name of its metric, the base unit that its values are in, and
// whether it decides.
func (f Figure) MarshalJSON() ([]byte, error) {
	type plain Figure
	return json.Marshal(struct {
		Metric  string        `json:"metric"`
		Unit    string        `json:"unit"`
		Better  metric.Better `json:"better"`
		Decides bool          `json:"decides"`
		plain
	}{f.Metric.Name(), f.Metric.Unit.Base(), f.Metric.Better, f.Metric.Decides, plain(f)})
}
