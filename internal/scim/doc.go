// Package scim is the edge by which a customer's own directory keeps that customer's people: SCIM 2.0 (RFC 7643, RFC
// 7644) under /scim/v2. It reads a call, makes it one use case of account, and answers in SCIM's words.
//
// A call is by a directory's token and acts for the token's customer; it sees and reaches nobody else. Work is bounded
// before it is done: the size of a body, the number of operations of a PATCH, length and depth of a filter.
//
// A resource is kept as JSON values under the names of the published schema. Names are taken in any case, with or
// without the schema's URN; attributes that are not in the schema are taken and forgotten, as most directories send
// more than anybody asked for.
package scim
