// Package desk is the engineers' part of the site: the queue, a case's workspace, taking down a call, search, and the
// customers at a glance. Whoever reads here reads as staff: every read goes through a use case with the reader's
// rights, also those of the live view.
package desk
