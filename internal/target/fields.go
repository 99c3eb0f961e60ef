package target

import (
	"net/http"

	"pollpush/pkg/exchange"
)

// addFields adds fields to every answer. Where a handler sets one of the same name, that counts.
func addFields(fields []exchange.Field, next http.Handler) http.Handler {
	if len(fields) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		for _, f := range fields {
			header.Add(f.Name, f.Value)
		}
		next.ServeHTTP(w, r)
	})
}
