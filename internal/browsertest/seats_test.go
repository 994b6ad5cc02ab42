package browsertest

import (
	"regexp"
	"strings"
	"testing"

	"liaison/internal/cases"
	"liaison/internal/id"
	"liaison/internal/liaisons"
	"liaison/internal/mailio"
	"liaison/internal/text"
)

// seated is what the story of liaisons reads, in its language.
type seated struct {
	lang                   text.Lang
	liaison, first, second string // the one who acts, and the addresses of those who are invited
	name, successor        string
	one, invited, two      string // how the seats stand
	departed               string
	usedUp                 string // what refuses a seventh change
}

// seatStories are of customers of the plan with six seats.
func seatStories() []seated {
	return []seated{
		{text.English, "layla.alhashimi", "nadia.rahman@gulf-petro.example", "omar.saleh@gulf-petro.example", "Nadia Rahman", "Omar Saleh",
			"1 of 6 seats are taken, 0 invited, 5 free.", "1 of 6 seats are taken, 1 invited, 4 free.", "2 of 6 seats are taken, 0 invited, 4 free.",
			"is no longer a liaison, and nobody follows yet", "The 6 changes of liaisons between"},
		{text.Chinese, "misaki.sato", "aoi.mori@sakura-parts.example", "ken.sato@sakura-parts.example", "森葵", "佐藤健",
			"共 6 个席位：已占用 1 个，待接受邀请 0 个，空闲 5 个。", "共 6 个席位：已占用 1 个，待接受邀请 1 个，空闲 4 个。", "共 6 个席位：已占用 2 个，待接受邀请 0 个，空闲 4 个。",
			"不再是联络员，尚无人接替", "次联络员变更已用完"},
	}
}

// seatStory is a liaison who invites another by the page, replaces them, reads that the year's changes are used, and lets
// somebody go without a successor.
func (s *stage) seatStory(t *testing.T, in seated) {
	who := s.by(t, in.liaison)
	r := s.reads(t, who, in.lang)
	r.expect("status of 422")
	r.visit("/liaisons")
	r.says("main", in.one)

	r.fill("#invite", r.word("seats.field.name"), in.name)
	if status := r.push("#invite form", r.word("seats.invite")); status != 422 {
		t.Errorf("an invitation without an address: %d", status)
	}
	if got := r.value(r.field("#invite", r.word("seats.field.name"))); got != in.name {
		t.Errorf("after the error the name is %q", got)
	}
	r.must("#err-email")
	r.fill("#invite", r.word("seats.field.email"), in.first)
	r.done("inviting with the Enter key", r.enter())
	r.says("main", in.invited)
	r.says("main", in.first)
	s.acceptByLink(t, in)
	r.visit("/liaisons")
	r.says("main", in.two)
	r.says("main", r.word("seats.quota.used", "used", 0, "limit", 6, "left", 6))

	r.done("the page of a liaison", r.push("main", r.word("seats.change_of", "name", in.name)))
	r.fill("main", r.word("seats.field.name"), in.successor)
	r.fill("main", r.word("seats.field.email"), in.second)
	r.done("asking for a successor", r.push("main form", r.word("seats.replace")))
	r.says("main", r.word("seats.follows", "name", in.name))
	r.says("main", r.word("seats.quota.used", "used", 1, "limit", 6, "left", 5))
	last := s.swapped(t, who, in)
	r.visit("/liaisons")
	r.done("the page of the successor", r.push("main", r.word("seats.change_of", "name", last.Name)))
	r.says("main", r.word("seats.quota.used", "used", 6, "limit", 6, "left", 0))
	r.expect("status of 409")
	r.fill("main", r.word("seats.field.name"), in.name)
	r.fill("main", r.word("seats.field.email"), "seventh."+in.first)
	if status := r.push("main form", r.word("seats.replace")); status != 409 {
		t.Errorf("a seventh change: %d", status)
	}
	r.says("main", in.usedUp)
	r.says("main", r.word("seats.quota.used", "used", 6, "limit", 6, "left", 0))
	r.must(`main a[href^="/policy/1.1"]`)
	if got := r.value(r.field("main", r.word("seats.field.email"))); got != "seventh."+in.first {
		t.Errorf("after the refusal the address is %q", got)
	}

	number := s.registered(t, last, cases.Details{Subject: in.successor, Symptoms: in.successor, ErrorMessages: "E", StepsTaken: "S", Impact: "I"})
	r.done("letting go without a successor", r.push("main form", r.word("seats.remove")))
	r.visit("/cases/" + number)
	r.says("main", in.departed)
}

// invitation is the path of the link that was mailed to an address last.
func (s *stage) invitation(t *testing.T, address string) (path string) {
	t.Helper()
	box := mailio.NewMailbox(s.DB)
	eventually(t, "the invitation of "+address, func() bool {
		mails, err := box.List(t.Context(), address, 5)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mails {
			mail, err := box.Get(t.Context(), m.ID)
			if err != nil {
				t.Fatal(err)
			}
			if path = regexp.MustCompile(`/invite/[\w.~-]+`).FindString(mail.Text); path != "" {
				return true
			}
		}
		return false
	})
	return path
}

// acceptByLink is the invited person: from the link in the mail to the form of filing.
func (s *stage) acceptByLink(t *testing.T, in seated) {
	w := s.window(t, person{})
	r := reader{w, in.lang}
	r.expect("status of 422")
	r.visit(s.invitation(t, in.first) + "?lang=" + string(in.lang))
	if got := r.value(r.field("main", r.word("seats.field.name"))); got != in.name {
		t.Errorf("the invitation is for %q", got)
	}
	const password = "a long way to the sea 7"
	r.fill("main", r.word("seats.field.phone"), "+971 4 555 0100")
	r.fill("main", r.word("auth.new_password"), password)
	r.fill("main", r.word("auth.repeat_password"), "something else")
	if status := r.push("main", r.word("seats.invite.accept")); status != 422 {
		t.Errorf("two different passwords: %d", status)
	}
	r.must("#err-repeat")
	if got := r.value(r.field("main", r.word("seats.field.phone"))); got != "+971 4 555 0100" {
		t.Errorf("after the error the phone is %q", got)
	}
	r.fill("main", r.word("auth.new_password"), password)
	r.fill("main", r.word("auth.repeat_password"), password)
	r.done("accepting with the Enter key", r.enter())
	r.says("main [role=status]", r.word("seats.invite.accepted"))
	w.signIn(person{Email: in.first, Password: password})
	r.done("the form of filing", r.visit("/cases/new"))
	r.must("#filing")
}

// swapped lets the successor accept, and uses the other five changes of the year; it gives the last one who followed.
func (s *stage) swapped(t *testing.T, who person, in seated) person {
	t.Helper()
	const password = "a long way to the sea 7"
	a := s.actor(t, who)
	accept := func(path, name string) {
		err := s.Liaisons.Accept(t.Context(), strings.TrimPrefix(path, liaisons.InvitePath), liaisons.Acceptance{Name: name, Language: string(in.lang), Zone: "UTC", Password: password})
		if err != nil {
			t.Fatal(err)
		}
	}
	accept(s.invitation(t, in.second), in.successor)
	last, customer := person{Name: in.successor, Email: in.second, Password: password}, who.Customer
	for i := range 5 {
		o, err := s.Liaisons.Overview(t.Context(), a, id.ID{})
		if err != nil {
			t.Fatal(err)
		}
		var old id.ID
		for _, h := range o.Systems[0].Liaisons {
			if h.Name == last.Name {
				old = h.Person
			}
		}
		next := person{Name: in.successor + string(rune('2'+i)), Email: string(rune('a'+i)) + in.second, Password: password, Customer: customer}
		if _, err := s.Liaisons.Request(t.Context(), a, liaisons.Request{Items: []liaisons.Item{{System: o.Systems[0].System, Old: old, Name: next.Name, Email: next.Email}}}); err != nil {
			t.Fatal(err)
		}
		accept(s.invitation(t, next.Email), next.Name)
		last = next
	}
	return last
}
