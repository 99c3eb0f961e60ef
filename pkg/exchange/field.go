package exchange

// Field is one header field.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}
