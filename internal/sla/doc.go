// Package sla turns the facts of a case into its clocks: when the first response and the next status update are
// due, whether they were kept, and the ledger that shows how the time was counted. It is pure: facts, the policy
// pack and an instant go in, and the same answer comes out for ever. No counter is stored anywhere.
//
// A clock is an obligation made of promises. The first one is made when the case is filed (initial response) or
// updated (status update). A raised priority or a better plan adds a promise, and the earlier due governs; a
// lowered priority adds one, and the later due governs. A suspension stops every promise, waiting for the customer
// only the status update. A breach stays a breach, whatever happens later.
//
// Rules: 3.3 (targets, changes of priority), 5.2 (suspension), 9.2 and 9.3 (hours), A (plans).
package sla
