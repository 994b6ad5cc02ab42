// Package mailio sends mail: it writes a message in the reader's language and zone from values that the use cases
// supply, and hands it to a mail server or, in the demo, to the mailbox inside the product.
//
// A message has a fixed Message-ID that follows from its event and its recipient, so that a try that is repeated
// repeats the same message; receivers, and the demo's mailbox, know it again. Links lead to the configured origin,
// never to a host that a request named. Nothing is loaded from elsewhere, and every text of people is escaped.
package mailio
