// Package api is the REST edge under /api/v1. It reads a call strictly, hands it to one use case, and answers with
// JSON or an RFC 9457 problem that carries the decision and its clause. The OpenAPI 3.1 document is made from the
// same table of operations and the same Go types that serve the calls.
//
// Order of every call: who is it (401), may the role (403), can the body be read (400), are its values allowed (422),
// then the use case with its decision.
package api
