package cases_test

import (
	"errors"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/id"
)

func TestEverybodyOfALargeCustomerCanBeNamed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"})
		w.at("2026-11-16T10:00:00-05:00")
		c, last := w.register(s, 1), w.person(s.customer, access.Member, "Zoe")
		w.rows(func(tx *db.Tx) (err error) {
			for range 500 {
				p := id.New()
				err = errors.Join(err, tx.Buffer(`INSERT INTO person (id, email, email_norm, name, created_at) VALUES ($1, $2, $2, 'Many', 0)`, p, p.String()+"@example.test"),
					tx.Buffer(`INSERT INTO access_grant (tenant_id, person_id, role, created_at) VALUES ($1, $2, 'member', 0)`, s.customer, p))
			}
			return err
		})
		for _, who := range w.plan(s.liaison, c.Number).People {
			if who.ID == last.Person {
				t.Fatal("all of them are offered")
			}
		}
		if _, err := w.SetTeam(t.Context(), s.liaison, c.Number, "*", []cases.TeamMember{{Who: named(last.Person), Role: "lead"}}); err != nil {
			t.Error(err)
		}
		span := cases.ContactTime{Who: named(last.Person), Way: "email", From: w.clk.Now(), To: w.clk.Now().Add(time.Hour)}
		if _, err := w.SetContactTimes(t.Context(), s.liaison, c.Number, "*", []cases.ContactTime{span}); err != nil {
			t.Error(err)
		}
	})
}

func TestNoRowOfCooperationPointsIntoAnotherCustomer(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		other := w.shop(shopSpec{key: "lakeshore", country: "US", plan: "standard"})
		w.at("2026-11-16T10:00:00-05:00")
		c := w.register(s, 1)
		task := w.ask(eva, c.Number, "2026-11-16T15:00:00-05:00")
		foreign := w.say(other.liaison, w.register(other, 1).Number, cases.NewMessage{Text: "It is ours."})
		for name, add := range map[string]func(tx *db.Tx, who, said id.ID) error{
			"team": func(tx *db.Tx, who, _ id.ID) error {
				return tx.Buffer(`INSERT INTO case_team (tenant_id, case_id, person_id, role, position) VALUES ($1, $2, $3, 'lead', 0)`, s.customer, c.ID, who)
			},
			"times": func(tx *db.Tx, who, _ id.ID) error {
				return tx.Buffer(`INSERT INTO contact_time (tenant_id, id, case_id, position, person_id, way, zone) VALUES ($1, $2, $3, 0, $4, 'email', '')`, s.customer, id.New(), c.ID, who)
			},
			"answer": func(tx *db.Tx, _, said id.ID) error {
				return tx.Buffer(`UPDATE customer_task SET answer_id = $3 WHERE tenant_id = $1 AND id = $2`, s.customer, task.ID, said)
			},
		} {
			try := func(who, said id.ID) error {
				return w.DB.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
					tx.MarkJournaled()
					return add(tx, who, said)
				})
			}
			if err := try(s.member.Person, w.say(s.liaison, c.Number, cases.NewMessage{Text: "Ours."}).ID); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if try(other.member.Person, foreign.ID) == nil {
				t.Errorf("%s points into another customer", name)
			}
		}
	})
}
