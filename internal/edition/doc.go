// Package edition keeps the policy over time: which edition holds from when, the files of each, and who published it.
//
// It owns the table policy_edition. The first edition of an installation is the pack that its settings name; after
// that what is stored governs, and another edition comes in by publishing only. A Service is the policy.Source of the
// program: it answers from memory, and Refresh brings in what another process of the installation has published.
package edition
