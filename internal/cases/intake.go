package cases

import (
	"slices"

	"liaison/internal/access"
	"liaison/internal/contract"
	"liaison/internal/entitlement"
)

// intake puts what the books say into the words of the rule.
func intake(f contract.Facts, channel string) entitlement.RegisterFacts {
	return entitlement.RegisterFacts{
		Liaison: f.Designated && f.Role == access.Liaison, Channel: channel, Restricted: f.Restricted,
		SubscriptionFrom: f.Term.From, SubscriptionTo: f.Term.To, OldestDue: f.OldestDue,
		Deployment: f.Deployment, Exception: f.Exception,
	}
}

// productionOnly reports whether a priority is for production environments only (R3.3-02).
func (s *Service) productionOnly(level int) bool {
	p, ok := s.Policy.Priority(level)
	return ok && p.ProductionOnly
}

// sorted gives the case numbers of a bulk change in one order for everybody, so that two of them wait for each other
// and never block.
func sorted(numbers []string) []string {
	out := slices.Clone(numbers)
	slices.Sort(out)
	return slices.Compact(out)
}
