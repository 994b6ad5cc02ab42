package account_test

import (
	"slices"
	"strings"
	"testing"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/errs"
	"liaison/internal/id"
)

func newcomer(email string, staff access.Role, password string) account.NewPerson {
	return account.NewPerson{Name: "Nora Neu", Email: email, Language: "zh-Hans", Zone: "Asia/Shanghai", StaffRole: staff, Password: password}
}

func names(list []account.Person) (names []string) {
	for _, p := range list {
		names = append(names, p.Name+"/"+string(p.Role)+"/"+p.CustomerKey)
	}
	return names
}

// everybody is the first page of all people that somebody may see.
func (h *house) everybody(a access.Actor) ([]account.Person, error) {
	page, err := h.svc.FindPeople(h.t.Context(), a, account.Find{})
	return page.Items, err
}

func TestPeopleSeeWhomTheyMaySee(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		everybody := []string{"Anna Keller/liaison/nordwind", "Ben Maurer/member/nordwind", "Carla Weiss/liaison/nordwind",
			"Carla Weiss/member/suedlicht", "Dan Osei/engineer/", "Emil Sturm/liaison/suedlicht", "Fritz Fremd/outsider/", "Gina Admin/administrator/"}
		for email, want := range map[string][]string{
			h.liaisonMail:                  {"Anna Keller/liaison/nordwind", "Ben Maurer/member/nordwind", "Carla Weiss/liaison/nordwind"},
			"emil.sturm@suedlicht.example": {"Carla Weiss/member/suedlicht", "Emil Sturm/liaison/suedlicht"},
			h.memberMail:                   {"Ben Maurer/member/nordwind"},
			h.partnerMail:                  {"Carla Weiss/outsider/"},
			"fritz.fremd@nowhere.example":  {"Fritz Fremd/outsider/"},
			h.engineerMail:                 everybody,
			"gina.chef@vendor.example":     everybody,
		} {
			list, err := h.everybody(h.as(email))
			h.must(err)
			if got := names(list); !slices.Equal(got, want) {
				t.Errorf("%s sees %v, want %v", email, got, want)
			}
			var paged []account.Person
			for cursor := ""; ; {
				page, err := h.svc.FindPeople(t.Context(), h.as(email), account.Find{Limit: 2, Cursor: cursor})
				h.must(err)
				paged = append(paged, page.Items...)
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			if got := names(paged); !slices.Equal(got, want) {
				t.Errorf("%s sees %v in pages, want %v", email, got, want)
			}
		}
		_, err := h.everybody(access.Actor{})
		h.want(err, errs.Unauthenticated, "error.unauthenticated")
	})
}

func TestDisabledPeopleAndEndedGrantsAreLeftOut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.must(h.svc.DisablePerson(t.Context(), program(), h.member))
		h.must(h.svc.EndGrant(t.Context(), program(), h.nordwind, h.partner))
		list, err := h.everybody(h.as(h.liaisonMail))
		h.must(err)
		if got := names(list); !slices.Equal(got, []string{"Anna Keller/liaison/nordwind"}) {
			t.Errorf("liaison sees %v", got)
		}
		list, err = h.everybody(h.as(h.engineerMail))
		h.must(err)
		if got := names(list); slices.Contains(got, "Ben Maurer/member/nordwind") || slices.Contains(got, "Carla Weiss/liaison/nordwind") {
			t.Errorf("engineer sees %v", got)
		}
	})
}

func TestCustomersAreListedToThoseWhoMaySeeThem(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for email, want := range map[string][]string{
			h.liaisonMail: {"nordwind"}, h.memberMail: {"nordwind"}, h.partnerMail: {}, "fritz.fremd@nowhere.example": {},
			h.engineerMail: {"nordwind", "suedlicht"},
		} {
			list, err := h.svc.Customers(t.Context(), h.as(email))
			h.must(err)
			keys := []string{}
			for _, c := range list {
				keys = append(keys, c.Key)
			}
			if !slices.Equal(keys, want) || list == nil {
				t.Errorf("%s sees %v, want %v", email, keys, want)
			}
		}
	})
}

func TestOnlyAnAdministratorChangesPeopleAndCustomers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		n := len(h.journal())
		for _, email := range []string{h.liaisonMail, h.engineerMail} {
			a := h.as(email)
			n++
			_, err := h.svc.CreatePerson(t.Context(), a, newcomer("nora@x.example", "", ""))
			h.want(err, errs.Refused, "error.forbidden")
			_, err = h.svc.CreateCustomer(t.Context(), a, account.Customer{})
			h.want(err, errs.Refused, "error.forbidden")
			h.want(h.svc.Grant(t.Context(), a, h.nordwind, h.outsider, access.Liaison, account.Own), errs.Refused, "error.forbidden")
			h.want(h.svc.EndGrant(t.Context(), a, h.nordwind, h.member), errs.Refused, "error.forbidden")
			h.want(h.svc.DisablePerson(t.Context(), a, h.member), errs.Refused, "error.forbidden")
		}
		if got := h.kinds(n); len(got) != 0 {
			t.Errorf("refused changes wrote %v", got)
		}
	})
}

func TestAnAdministratorMakesPeopleAndCustomersWithALineEach(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a := h.admin()
		n := len(h.journal())
		customer, err := h.svc.CreateCustomer(t.Context(), a, account.Customer{Key: "ostsee-3", Name: "Ostsee", Kind: "reseller", Country: "DE",
			Centre: "emea", Language: "en", Restricted: true})
		h.must(err)
		person, err := h.svc.CreatePerson(t.Context(), a, newcomer("nora@ostsee.example", "", password))
		h.must(err)
		h.must(h.svc.Grant(t.Context(), a, customer, person, access.Member, account.Affiliate))
		h.must(h.svc.Grant(t.Context(), a, customer, person, access.Liaison, account.Partner))
		want := []string{"customer.created", "person.created", "access.granted", "access.granted"}
		if got := h.kinds(n); !slices.Equal(got, want) {
			t.Errorf("journal %v", got)
		}
		if l := h.journal()[n]; l.actorKind != "staff" {
			t.Errorf("actor kind %s", l.actorKind)
		}
		if got := h.as("nora@ostsee.example"); got.Role != access.Liaison || got.Customer != customer || got.Zone.String() != "Asia/Shanghai" {
			t.Errorf("actor %+v", got)
		}
		if h.count(`SELECT count(*) FROM customer WHERE id = $1 AND restricted AND data_key = $2`, customer, append([]byte("wrapped "), customer[:]...)) != 1 {
			t.Error("the customer is not restricted or has no data key")
		}
	})
}

func TestOneEMailBelongsToOnePersonHoweverItIsWritten(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, email := range []string{h.liaisonMail, strings.ToUpper(h.liaisonMail), " " + h.liaisonMail} {
			_, err := h.svc.CreatePerson(t.Context(), program(), newcomer(email, "", ""))
			h.wantField(err, "email")
			if errs.As(err).Fields[0].Key != "account.email_taken" {
				t.Errorf("%q: %v", email, err)
			}
		}
		_, err := h.svc.CreateCustomer(t.Context(), program(), account.Customer{Key: "nordwind", Name: "N", Kind: "customer", Country: "DE", Centre: "emea", Language: "en"})
		h.wantField(err, "key")
	})
}

func TestBadEntriesAboutPeopleAndCustomersAreNamed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, err := h.svc.CreatePerson(t.Context(), program(), account.NewPerson{Name: "", Email: "x", Phone: "1\n2", Language: "de", Zone: "Local",
			Password: "short", StaffRole: access.Liaison})
		for _, field := range []string{"name", "email", "phone", "language", "zone", "password", "staffRole"} {
			h.wantField(err, field)
		}
		_, err = h.svc.CreateCustomer(t.Context(), program(), account.Customer{Key: "Bad Key", Name: "a\tb", Kind: "friend", Country: "de", Language: "xx"})
		for _, field := range []string{"key", "name", "kind", "country", "centre", "language"} {
			h.wantField(err, field)
		}
		err = h.svc.Grant(t.Context(), program(), h.nordwind, h.outsider, access.Engineer, "friend")
		h.wantField(err, "role")
		h.wantField(err, "kind")
	})
}

func TestGrantsGoToPeopleOfCustomersOnly(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, c := range []struct{ customer, person id.ID }{{h.nordwind, h.engineer}, {h.nordwind, id.New()}, {id.New(), h.outsider}} {
			h.want(h.svc.Grant(t.Context(), program(), c.customer, c.person, access.Member, account.Own), errs.NotFound, "error.not_found")
		}
		h.want(h.svc.EndGrant(t.Context(), program(), h.suedlicht, h.liaison), errs.NotFound, "error.not_found")
	})
}

func TestDisablingAPersonEndsTheirSessionsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		session, admin := h.signIn(h.memberMail), h.admin()
		n := len(h.journal())
		h.must(h.svc.DisablePerson(t.Context(), admin, h.member))
		h.must(h.svc.DisablePerson(t.Context(), admin, h.member))
		_, err := h.svc.BySession(t.Context(), session)
		h.want(err, errs.Unauthenticated, "auth.sign_in.expired")
		if got := h.kinds(n); !slices.Equal(got, []string{"person.disabled"}) {
			t.Errorf("journal %v", got)
		}
		h.want(h.svc.DisablePerson(t.Context(), admin, h.administrator), errs.Conflict, "account.not_yourself")
		h.want(h.svc.DisablePerson(t.Context(), admin, id.New()), errs.NotFound, "error.not_found")
	})
}

func TestPeopleAndCustomersAreFoundByWords(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		dan, anna := h.as(h.engineerMail), h.as(h.liaisonMail)
		for text, want := range map[string]string{
			"keller": "Anna Keller/liaison/nordwind", "SUEDLICHT emil": "Emil Sturm/liaison/suedlicht", "nobody": "", "%": "", "anna suedlicht": "",
		} {
			page, err := h.svc.FindPeople(t.Context(), dan, account.Find{Text: text})
			h.must(err)
			if got := strings.Join(names(page.Items), " "); got != want {
				t.Errorf("%q finds %q, want %q", text, got, want)
			}
		}
		page, err := h.svc.FindPeople(t.Context(), anna, account.Find{Text: "emil"})
		h.must(err)
		if len(page.Items) != 0 {
			t.Errorf("a liaison finds another customer's %v", names(page.Items))
		}
		for text, want := range map[string]int{"nord": 1, "": 2, "licht sued": 1, "x": 0} {
			found, err := h.svc.FindCustomers(t.Context(), dan, account.Find{Text: text})
			h.must(err)
			if len(found.Items) != want {
				t.Errorf("%q finds %d customers, want %d", text, len(found.Items), want)
			}
		}
		first, err := h.svc.FindCustomers(t.Context(), dan, account.Find{Limit: 1})
		h.must(err)
		second, err := h.svc.FindCustomers(t.Context(), dan, account.Find{Limit: 1, Cursor: first.Next})
		h.must(err)
		if len(second.Items) != 1 || second.Items[0].Key != "suedlicht" || second.Next != "" {
			t.Errorf("the second page is %v", second)
		}
		_, err = h.svc.FindCustomers(t.Context(), anna, account.Find{Cursor: second.Next + "x"})
		h.want(err, errs.Malformed, "error.bad_cursor")
		beyond, err := h.svc.FindPeople(t.Context(), dan, account.Find{Limit: 5})
		h.must(err)
		_, err = h.svc.FindPeople(t.Context(), anna, account.Find{Cursor: beyond.Next}) // the row of another customer
		h.want(err, errs.Malformed, "error.bad_cursor")
	})
}
