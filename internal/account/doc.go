// Package account holds who people are: customers, the people of customers and of the vendor, what one person is
// to a customer, and everything by which a person is recognised: passwords, sessions, API tokens.
//
// It owns the tables customer, person, access_grant, session, api_token and password_reset.
//
// A person has one sign-in; the e-mail is unique in its normalised form. Access to a customer is a grant, and one
// person may have several: a request acts for exactly one of them. With one grant that is settled, with several the
// person chooses (ActFor), and until then acts for none.
//
// A session: started by SignIn ──▶ ended by SignOut, 12 hours without a request, 7 days, a new password, DisablePerson.
// A token: made by CreateToken ──▶ ended by RevokeToken, its date, the end of its grant, DisablePerson.
// A reset: asked for by RequestReset ──▶ used once by Reset, or void after one hour, a newer one, any new password.
//
// What is stored opens nothing: of sessions, tokens and resets only the SHA-256 is kept, of passwords argon2id. The
// link of a reset is made from the installation's secret when the mail is sent, so that no queue holds it either.
//
// Every use case is one transaction with one line in the journal. The lines hold ids and codes, never a name or an
// address.
package account
