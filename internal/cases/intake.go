package cases

import "slices"

// productionOnly reports whether a priority is for production environments only (R3.3-02).
func (s *Service) productionOnly(level int) bool {
	p, ok := s.Policy.Now().Priority(level)
	return ok && p.ProductionOnly
}

// sorted gives the case numbers of a bulk change in order, each once.
func sorted(numbers []string) []string {
	out := slices.Clone(numbers)
	slices.Sort(out)
	return slices.Compact(out)
}
