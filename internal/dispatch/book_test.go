package dispatch_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/dispatch"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/jobs"
	"liaison/internal/journal"
	"liaison/internal/policy"
	"liaison/policies"
)

// office is the service on a fresh database with one customer, two people and one case's id.
type office struct {
	*dispatch.Service
	t              *testing.T
	clk            *clock.Stepping
	tenant, of     id.ID
	liaison, admin access.Actor
	told           []string
	digests        []dispatch.Digest
	called         []json.RawMessage // jobs of mails whose turn has come
}

// Enqueue keeps what was enqueued; it is called in a transaction.
func (o *office) Enqueue(tx *db.Tx, _ string, args any) error {
	tx.AfterCommit(func() {
		switch a := args.(type) {
		case dispatch.Digest:
			o.digests = append(o.digests, a)
		case json.RawMessage:
			o.called = append(o.called, a)
		}
	})
	return nil
}

func each(t *testing.T, fn func(t *testing.T, o *office)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) {
		pack, err := policy.Load(policies.FS, "reference-2025-02")
		if err != nil {
			t.Fatal(err)
		}
		o := &office{t: t, clk: clk, tenant: id.New(), of: id.New()}
		o.liaison = access.Actor{Person: id.New(), Role: access.Liaison, Customer: o.tenant, Session: id.New()}
		o.admin = access.Actor{Person: id.New(), Role: access.Administrator, Session: id.New()}
		o.Service = &dispatch.Service{DB: d, Policy: pack, Jobs: o,
			Counts: func(context.Context) (jobs.Counts, error) { return jobs.Counts{Retrying: 2}, nil },
			Tell: func(tx *db.Tx, tenant, of id.ID, kind string) error {
				tx.AfterCommit(func() { o.told = append(o.told, kind) })
				return nil
			}}
		o.rows(`INSERT INTO customer (id, key, name, country, centre, data_key, created_at) VALUES ($1, 'bank', 'Bank', 'DE', 'emea', $2, 0)`, o.tenant, []byte{1})
		for _, p := range []id.ID{o.liaison.Person, o.admin.Person} {
			o.rows(`INSERT INTO person (id, email, email_norm, name, zone, created_at) VALUES ($1, $2, $2, 'Chen Li', 'Europe/Berlin', 0)`, p, p.String()+"@bank.example")
		}
		o.rows(`INSERT INTO access_grant (tenant_id, person_id, role, created_at) VALUES ($1, $2, 'liaison', 0)`, o.tenant, o.liaison.Person)
		fn(t, o)
	})
}

func (o *office) rows(q string, args ...any) {
	o.t.Helper()
	err := o.DB.Update(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error {
		_, err := tx.Exec(q, args...)
		line := journal.Line{ActorKind: "system", SubjectKind: "installation", Kind: "test.rows", Visibility: journal.System}
		return errors.Join(err, journal.Record(tx, line))
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) mail(name string) dispatch.Mail {
	return dispatch.Mail{MessageID: name + "@liaison.example", Person: o.liaison.Person, Kind: "answer", Number: "200018", Tenant: o.tenant, Case: o.of}
}

// try delivers m with an outcome; sent says whether the text left.
func (o *office) try(m dispatch.Mail, out dispatch.Outcome) (sent, again bool, err error) {
	again, err = o.Deliver(context.Background(), m, func(ctx context.Context, hand func(context.Context) error) dispatch.Outcome {
		if err := hand(ctx); err != nil {
			return dispatch.Outcome{State: dispatch.Waiting, Why: "busy"}
		}
		sent = true
		return out
	})
	return sent, again, err
}

// in is the state in the book, with tries.
func (o *office) in(m dispatch.Mail) (state dispatch.State, tries int64) {
	o.t.Helper()
	err := o.DB.View(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error {
		return tx.Row(`SELECT state, tries FROM outbound_mail WHERE message_id = $1`, []any{m.MessageID}, (*string)(&state), &tries)
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return state, tries
}

func (o *office) want(m dispatch.Mail, state dispatch.State, tries int64) {
	o.t.Helper()
	if s, n := o.in(m); s != state || n != tries {
		o.t.Errorf("%s: %s after %d tries, want %s after %d", m.MessageID, s, n, state, tries)
	}
}

// killed is a worker that dies at a point of its work: what a panic leaves behind is what a kill leaves.
func (o *office) killed(m dispatch.Mail, handed bool) {
	defer func() {
		if recover() == nil {
			o.t.Error("the worker lived")
		}
	}()
	_, _ = o.Deliver(context.Background(), m, func(ctx context.Context, hand func(context.Context) error) dispatch.Outcome {
		if handed {
			if err := hand(ctx); err != nil {
				o.t.Error(err)
			}
		}
		panic("killed")
	})
}

func sent() dispatch.Outcome { return dispatch.Outcome{State: dispatch.Sent} }

// Reliability R6: a job that another worker takes over repeats no mail that is done.
func TestAMailThatIsDoneIsNotSentAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		for _, out := range []dispatch.Outcome{sent(), {State: dispatch.Refused, Why: "550 5.1.1"}} {
			m := o.mail(string(out.State))
			if left, again, err := o.try(m, out); !left || again || err != nil {
				t.Fatal(left, again, err)
			}
			if left, again, err := o.try(m, sent()); left || again || err != nil {
				t.Errorf("%s: sent again (%t), %t, %v", out.State, left, again, err)
			}
			o.want(m, out.State, 1)
		}
		if !slices.Equal(o.told, []string{dispatch.NoticeRefused}) {
			t.Error("staff were told", o.told)
		}
	})
}

func TestAWorkerKilledBeforeTheTextLeftIsFollowedAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		for _, once := range []bool{false, true} {
			m := o.mail("before")
			m.MessageID, m.Once = m.MessageID+map[bool]string{true: ".once"}[once], once
			o.killed(m, false)
			o.want(m, dispatch.Waiting, 1)
			if left, _, err := o.try(m, sent()); !left || err != nil {
				t.Error(left, err)
			}
			o.want(m, dispatch.Sent, 2)
		}
	})
}

// After the text began to leave only the server knows whether it has the mail: an ordinary one is repeated with its
// Message-ID, an alarm is shown to a person.
func TestAWorkerKilledWhileTheTextLeavesIsFollowedAfterItsLease(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		plain, alarm := o.mail("plain"), o.mail("alarm")
		alarm.Once = true
		for _, m := range []dispatch.Mail{plain, alarm} {
			o.killed(m, true)
			o.want(m, dispatch.Sending, 1)
			if left, _, err := o.try(m, sent()); left || !errors.Is(err, dispatch.ErrBusy) {
				t.Error("the second worker did not wait", left, err)
			}
		}
		o.clk.Set(o.clk.Now().Add(3 * time.Minute))
		if left, _, err := o.try(plain, sent()); !left || err != nil {
			t.Error(left, err)
		}
		o.want(plain, dispatch.Sent, 2)
		if left, again, err := o.try(alarm, sent()); left || again || err != nil {
			t.Error("the alarm was repeated in silence", left, again, err)
		}
		o.want(alarm, dispatch.Unknown, 1)
		if left, _, _ := o.try(alarm, sent()); left || !slices.Equal(o.told, []string{dispatch.NoticeUnknown}) {
			t.Error("told", o.told)
		}
	})
}

func TestOfTwoWorkersOneSends(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		m := o.mail("two")
		second := false
		again, err := o.Deliver(t.Context(), m, func(ctx context.Context, hand func(context.Context) error) dispatch.Outcome {
			var err error
			if second, _, err = o.try(m, sent()); err != nil { //nolint:contextcheck // another worker: it overtakes the first one, which is slow
				t.Error(err)
			}
			if err := hand(ctx); !errors.Is(err, dispatch.ErrBusy) {
				t.Error("the slow worker may send as well:", err)
			}
			return dispatch.Outcome{State: dispatch.Waiting, Why: "busy"}
		})
		if err != nil || !again || !second {
			t.Error(again, err, second)
		}
		o.want(m, dispatch.Sent, 2)
	})
}

func TestAnUnknownOutcomeIsRepeatedForOrdinaryMailOnly(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		plain, alarm, unknown := o.mail("plain"), o.mail("alarm"), dispatch.Outcome{State: dispatch.Unknown, Why: "unknown"}
		alarm.Once = true
		if _, again, err := o.try(plain, unknown); !again || err != nil {
			t.Error(again, err)
		}
		if _, again, err := o.try(alarm, unknown); again || err != nil {
			t.Error(again, err)
		}
		if left, _, _ := o.try(alarm, sent()); left {
			t.Error("the alarm was repeated")
		}
		if left, _, _ := o.try(plain, sent()); !left {
			t.Error("the mail was not repeated")
		}
		o.want(plain, dispatch.Sent, 2)
		o.want(alarm, dispatch.Unknown, 1)
		if !slices.Equal(o.told, []string{dispatch.NoticeUnknown}) {
			t.Error("told", o.told)
		}
	})
}

func TestToAnAddressThatFailsNothingIsSentUntilItIsCleared(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		o.rows(`INSERT INTO mail_failure (person_id, kind, status, count, first_at, last_at) VALUES ($1, 'bounce', '5.1.1', 1, 0, 0)`, o.liaison.Person)
		m := o.mail("back")
		if left, again, err := o.try(m, sent()); left || again || err != nil {
			t.Error(left, again, err)
		}
		o.want(m, dispatch.Suppressed, 0)
		if err := o.ClearFailure(t.Context(), o.liaison, o.liaison.Person); errs.KindOf(err) != errs.Refused {
			t.Error("a liaison cleared it:", err)
		}
		seen, err := o.Overview(t.Context(), o.admin, dispatch.Suppressed)
		if err != nil || len(seen.Failures) != 1 || len(seen.Mails) != 1 || seen.Mails[0].Recipient != "Chen Li" || seen.Jobs.Retrying != 2 || seen.ByState[dispatch.Suppressed] != 1 {
			t.Errorf("%+v, %v", seen, err)
		}
		if _, err := o.Overview(t.Context(), o.liaison, ""); errs.KindOf(err) != errs.Refused {
			t.Error("a liaison saw the queue:", err)
		}
		if err := o.ClearFailure(t.Context(), o.admin, o.liaison.Person); err != nil {
			t.Fatal(err)
		}
		if err := o.ClearFailure(t.Context(), o.admin, o.liaison.Person); errs.KindOf(err) != errs.NotFound {
			t.Error(err)
		}
		if left, _, _ := o.try(o.mail("next"), sent()); !left {
			t.Error("still held back")
		}
	})
}
