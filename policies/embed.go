// Package policies holds the policy packs that are shipped with the program. It only embeds them; package policy
// reads and checks them.
package policies

import "embed"

// FS has one folder for each pack: "reference-2025-02", and "example", which lies over it with the fictitious
// vendor of the demo.
//
//go:embed reference-2025-02 example
var FS embed.FS
