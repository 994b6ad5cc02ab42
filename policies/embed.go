// Package policies holds the policy packs that are shipped with the program. It only embeds them; package policy
// reads and checks them.
package policies

import "embed"

// FS has one folder for each pack: "reference-2025-02"; "example", which lies over it with the fictitious
// vendor of the demo; and "harbour-2026", a small pack of its own to learn from.
//
//go:embed reference-2025-02 example harbour-2026
var FS embed.FS
