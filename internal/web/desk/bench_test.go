package desk

import (
	"fmt"
	"net/http"
	"testing"

	"liaison/internal/access"
)

// BenchmarkQueue is the first page of the queue, fifty rows, as an engineer gets it.
func BenchmarkQueue(b *testing.B) {
	h := newHouse(b)
	eva, lena := h.person(access.Engineer, "Eva", "en"), h.person(access.Liaison, "Lena", "en")
	for i := range 60 {
		h.register(lena, 1+i%4, fmt.Sprint("Reports stay empty, ", i))
	}
	b.ReportAllocs()
	for b.Loop() {
		if w := h.ask(eva, "/desk", nil); w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}
