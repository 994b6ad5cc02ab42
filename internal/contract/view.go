package contract

import (
	"strconv"
	"strings"

	"liaison/internal/db"
	"liaison/internal/id"
)

// viewQuery reads systems as they are on day $1; $2 is the first day on which 4.7 asks for an order exception.
const viewQuery = `SELECT s.tenant_id, s.id, s.name, c.key, c.name, s.country, s.calendar, s.centre, s.deployment,
	s.product_id, s.version, ` + environmentList + `,
	coalesce((SELECT t.plan FROM subscription t WHERE t.tenant_id = s.tenant_id AND t.system_id = s.id
		AND t.from_date <= $1 AND t.to_date >= $1), ''),
	EXISTS (SELECT 1 FROM order_exception x WHERE x.tenant_id = s.tenant_id AND x.system_id = s.id
		AND x.scope = '` + ScopeFull + `' AND x.from_date <= $2 AND x.to_date >= $2),
	p.ga_date, p.end_date
	FROM system s
	JOIN customer c ON c.id = s.tenant_id
	LEFT JOIN product_release r ON r.product_id = s.product_id AND r.version = s.version
	LEFT JOIN product_release p ON p.product_id = r.product_id AND p.version = r.platform`

// view is a list of systems being put together: in a customer's scope it holds that customer's from the start.
type view struct {
	s          *Service
	tx         *db.Tx
	conditions []string
	args       []any
}

func (s *Service) view(tx *db.Tx) *view {
	today := s.today(tx.Now())
	excepted := today
	if s.Policy.Now().OnPremEnd.Compare(today) > 0 {
		excepted = s.Policy.Now().OnPremEnd
	}
	v := &view{s: s, tx: tx, args: []any{today.String(), excepted.String()}}
	if customer := tx.Scope().Tenant(); !customer.IsZero() {
		v.where("s.tenant_id = $?", customer)
	}
	return v
}

// where adds a condition; each "$?" in it is one of args.
func (v *view) where(condition string, args ...any) {
	for _, a := range args {
		v.args = append(v.args, a)
		condition = strings.Replace(condition, "$?", "$"+strconv.Itoa(len(v.args)), 1)
	}
	v.conditions = append(v.conditions, condition)
}

// word adds that the name of the system or of its product holds a word.
func (v *view) word(word string) {
	var either []string
	var args []any
	for _, form := range db.Lowered(word) {
		like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(form) + "%"
		either, args = append(either, `lower(s.name) LIKE $? ESCAPE '\' OR s.product_id LIKE $? ESCAPE '\'`), append(args, like, like)
	}
	v.where("("+strings.Join(either, " OR ")+")", args...)
}

// page reads the first limit systems by customer and name, and whether there are more.
func (v *view) page(limit int) (p Page, err error) {
	p.Items = []System{}
	var last systemPlace
	v.args = append(v.args, limit+1)
	q := viewQuery
	if len(v.conditions) > 0 {
		q += " WHERE " + strings.Join(v.conditions, " AND ")
	}
	q += ` ORDER BY c.key, s.name LIMIT $` + strconv.Itoa(len(v.args))
	err = v.tx.Query(q, v.args, func(scan func(...any) error) error {
		if len(p.Items) == limit {
			p.Next = v.s.sealPlace(last)
			return nil
		}
		system, tenant, err := v.s.readSystem(scan)
		p.Items, last = append(p.Items, system), systemPlace{tenant, system.ID}
		return err
	})
	return p, err
}

func (s *Service) readSystem(scan func(...any) error) (v System, tenant id.ID, err error) {
	var environments, ga, end *string
	var excepted bool
	err = scan(&tenant, &v.ID, &v.Name, &v.Customer, &v.CustomerName, &v.Country, &v.Calendar, &v.Centre, &v.Deployment,
		&v.Product, &v.Version, &environments, &v.Plan, &excepted, &ga, &end)
	if err != nil {
		return System{}, tenant, err
	}
	v.Environments = []string{}
	for _, e := range readEnvironments(environments) {
		v.Environments = append(v.Environments, e.Name)
	}
	if v.Deployment == OnPrem && !excepted {
		v.OnPremEnds = s.Policy.Now().OnPremEnd
	}
	v.SupportedUntil, err = s.lastSupportedDay(ga, end)
	return v, tenant, err
}
