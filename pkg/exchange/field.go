package exchange

// Field is one header field.
type Field struct {
	Name  string `json:"name"`  // as it is sent
	Value string `json:"value"` // of a request it may hold {origin}
}
