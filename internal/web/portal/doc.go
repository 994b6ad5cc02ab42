// Package portal is the customers' part of the site: home, their cases, registering one, reading and answering it,
// why a promise is what it is, whom to reach now, the policy, and one's own account. It decides nothing: what a
// customer may do and by when support answers is said by the use cases, and shown here in words.
package portal
