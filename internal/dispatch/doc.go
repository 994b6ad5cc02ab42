// Package dispatch decides which mail a person gets and when, and keeps the book of what left: each mail by its fixed
// Message-ID, with its tries and what became of it. It sends nothing itself; whoever does asks it before, tells it
// right before the text leaves, and tells it the outcome.
//
// It owns the tables outbound_mail, mail_setting and digest_line, and reads and clears mail_failure.
package dispatch
