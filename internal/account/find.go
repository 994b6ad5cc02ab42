package account

import (
	"context"

	"liaison/internal/access"
	"liaison/internal/errs"
)

// Staff are the vendor's people, by name, for staff who give work to each other. Disabled people are left out.
func (s *Service) Staff(ctx context.Context, a access.Actor) ([]Person, error) {
	return s.find(ctx, a, "account.Staff", ` LEFT JOIN access_grant g ON g.person_id = p.id AND g.ended_at IS NULL
		LEFT JOIN customer c ON c.id = g.tenant_id WHERE p.disabled_at IS NULL AND p.staff_role <> '' ORDER BY p.name, p.id`)
}

// PeopleOf are the people of one customer, by name, for staff. Disabled people are left out.
func (s *Service) PeopleOf(ctx context.Context, a access.Actor, customerKey string) ([]Person, error) {
	return s.find(ctx, a, "account.PeopleOf", ` JOIN access_grant g ON g.person_id = p.id AND g.ended_at IS NULL
		JOIN customer c ON c.id = g.tenant_id WHERE c.key = $1 AND p.disabled_at IS NULL ORDER BY p.name, p.id`, customerKey)
}

func (s *Service) find(ctx context.Context, a access.Actor, call, from string, args ...any) (list []Person, err error) {
	defer errs.Wrap(&err, "%s", call)
	if err := access.Check(a, access.PersonRead); err != nil {
		return nil, err
	}
	if !a.Role.IsStaff() {
		return nil, errs.New(errs.Refused, "error.forbidden")
	}
	return peopleBy(s.alone(ctx, readScope(a, "find people")), from, args...)
}
