// Package inbound decides what becomes of mail that comes in, and keeps what has to wait for a person.
//
// Receive takes the bytes of one delivery and returns when the outcome is durable: a case, a message on a case, a held
// mail, or a row that says why nothing was done. The row carries the delivery's own key, so that the same delivery,
// fetched twice or by two workers or again after a crash, is handled once. A person is identified by the one address
// of From and the verdict on its domain; a case by a signed token. Nobody else's mail is ever shown, answered with a
// case's content, or put on a case (semantics, Mail).
//
// For restricted customers the decision comes before anything is stored: neither the original nor an attachment ever
// is, and the text of a reply is sealed until the filter of section 7.1 has seen it.
package inbound
